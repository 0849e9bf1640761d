package org.harmonykb.openai;

import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Responses that can be read again and gone on from, by those who made them. */
@Component
class ResponseStore {

  private final JdbcClient jdbc;
  private final JsonMapper json;
  private final Clock clock;
  private final OpenAiProperties properties;

  ResponseStore(JdbcClient jdbc, JsonMapper json, Clock clock, OpenAiProperties properties) {
    this.jdbc = jdbc;
    this.json = json;
    this.clock = clock;
    this.properties = properties;
  }

  /**
   * @param body the response as it was sent
   * @param input the items of its request
   * @param items those of the whole conversation, its output included
   */
  record Stored(JsonNode body, List<JsonNode> input, List<JsonNode> items) {}

  @Transactional
  public void add(
      String id, String owner, Object body, List<JsonNode> input, List<JsonNode> items) {
    Instant now = clock.instant();
    jdbc.sql("delete from openai_response where created < ?")
        .param(Timestamp.from(now.minus(properties.keepResponses())))
        .update();
    jdbc.sql(
            "insert into openai_response (id, owner, created, body, input, items) values (?, ?, ?,"
                + " ?, ?, ?)")
        .params(
            id,
            owner,
            Timestamp.from(now),
            json.writeValueAsString(body),
            json.writeValueAsString(input),
            json.writeValueAsString(items))
        .update();
  }

  /**
   * @throws OpenAiException if there is none of this id that is the owner's
   */
  public Stored get(String id, String owner, String field) {
    Optional<Stored> found =
        jdbc.sql("select body, input, items from openai_response where id = ? and owner = ?")
            .params(id, owner)
            .query(
                (row, _) ->
                    new Stored(
                        json.readTree(row.getString("body")),
                        list(row.getString("input")),
                        list(row.getString("items"))))
            .optional();
    return found.orElseThrow(() -> unknown(id, field));
  }

  public void delete(String id, String owner) {
    int count =
        jdbc.sql("delete from openai_response where id = ? and owner = ?")
            .params(id, owner)
            .update();
    if (count == 0) {
      throw unknown(id, "response_id");
    }
  }

  private static OpenAiException unknown(String id, String field) {
    return new OpenAiException(
        404,
        OpenAiException.INVALID,
        field,
        "response_not_found",
        "There is no stored response " + id);
  }

  private List<JsonNode> list(String text) {
    List<JsonNode> items = new ArrayList<>();
    json.readTree(text).forEach(items::add);
    return items;
  }
}
