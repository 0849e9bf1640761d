package org.harmonykb.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The trace of a search through the service's door. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class SearchTraceIT {

  private RunningService service;
  private String travelId;

  @BeforeAll
  void start(@TempDir Path data) throws Exception {
    service = new RunningService(data);
    travelId =
        ingest(
            "travel.md",
            "# Travel Policy\n\nEffective from 2025-03-01.\n\n"
                + "The hotel limit per night in Germany is 130 euros.\n");
    ingest("leave.md", "# Annual Leave\n\nEmployees have 28 days of annual leave a year.\n");
    ingest("baoxiao.md", "# 差旅报销\n\n员工出差的酒店费用每晚不超过八百元。\n");
  }

  @AfterAll
  void stop() {
    service.close();
  }

  @Test
  void eachStepOfASearchIsTold() throws Exception {
    JsonNode trace = trace(Map.of("question", "What are the hotel limits in Germany?"));
    assertThat(trace.at("/question/rewritten").asBoolean()).isFalse();
    JsonNode best = trace.at("/candidates/0");
    assertThat(best.at("/passage/documentId").asString()).isEqualTo(travelId);
    assertThat(best.at("/passage/keywordRank").asInt()).isEqualTo(1);
    assertThat(best.at("/passage/vectorRank").asInt()).isEqualTo(1);
    assertThat(best.at("/passage/keywordScore").asDouble()).isPositive();
    assertThat(best.at("/context").asString()).isEqualTo("chosen");
    assertThat(best.at("/matched").toString()).contains("\"limit\"", "\"asked\":\"limits\"");
    assertThat(trace.at("/context").toString()).contains(best.at("/passage/id").asString());
    assertThat(trace.at("/arms/words/found").asInt()).isPositive();
    assertThat(trace.at("/arms/meaning/found").asInt()).isPositive();
    assertThat(trace.at("/timings/totalMs").isNumber()).isTrue();
  }

  @Test
  void followUpIsSearchedWithWhatItLeansOn() throws Exception {
    JsonNode question =
        trace(
                Map.of(
                    "question",
                    "And how much is it per night?",
                    "history",
                    List.of("What is the hotel limit in Germany?")))
            .get("question");
    assertThat(question.get("rewritten").asBoolean()).isTrue();
    assertThat(question.get("searched").asString()).contains("hotel");
    assertThat(question.get("reason").asString()).isNotBlank();
  }

  @Test
  void filtersHoldInListsAndCounts() throws Exception {
    Map<String, Object> ask = new LinkedHashMap<>(Map.of("question", "hotel 酒店 limit leave"));
    ask.put("language", "zh");
    JsonNode chinese = trace(ask);
    assertThat(chinese.get("candidates")).isNotEmpty();
    chinese
        .get("candidates")
        .forEach(c -> assertThat(c.at("/passage/language").asString()).isEqualTo("zh"));
    assertThat(chinese.at("/arms/words/found").asInt()).isEqualTo(chinese.get("candidates").size());
    ask.remove("language");
    ask.put("documentId", travelId);
    assertThat(trace(ask).get("candidates")).hasSize(1);
    ask.put("effectiveOn", "2025-02-28");
    JsonNode before = trace(ask);
    assertThat(before.get("candidates")).isEmpty();
    assertThat(before.at("/arms/words/found").asInt()).isZero();
    assertThat(before.at("/arms/meaning/found").asInt()).isZero();
    ask.put("effectiveOn", "2025-03-01");
    assertThat(trace(ask).get("candidates")).hasSize(1);
  }

  @Test
  void badInputIsAProblem() throws Exception {
    List<String> bodies =
        List.of(
            "{}",
            "{\"question\":\" \"}",
            "{\"question\":\"a\",\"limit\":0}",
            "{\"question\":\"a\",\"language\":\"fr\"}",
            "{\"question\":\"a\",\"effectiveOn\":\"soon\"}",
            "{\"question\":\"a\",\"documentId\":\"x\"}",
            "{\"question\":\"a\",\"assistant\":\"nobody\"}",
            "{\"question\":\"a\",\"collections\":[null]}",
            "{\"question\":\"a\",\"history\":[null]}",
            "{\"question\":\"a\",\"history\":[],\"conversationId\":\"" + travelId + "\"}",
            "[");
    for (String body : bodies) {
      assertProblem(400, body);
    }
    assertProblem(404, "{\"question\":\"a\",\"conversationId\":\"" + travelId + "\"}");
  }

  private void assertProblem(int status, String body) throws Exception {
    RunningService.Reply reply = service.post("/api/admin/search", body);
    assertThat(reply.status()).as(body + " " + reply.text()).isEqualTo(status);
    assertThat(reply.contentType()).startsWith("application/problem+json");
    assertThat(reply.json().get("detail").asString()).isNotBlank();
  }

  private JsonNode trace(Map<String, Object> body) throws Exception {
    RunningService.Reply reply = service.post("/api/admin/search", body);
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    return reply.json();
  }

  private String ingest(String name, String text) throws Exception {
    JsonNode document = service.ingest(name, text.getBytes(StandardCharsets.UTF_8));
    assertThat(document.get("state").asString()).isEqualTo("SEARCHABLE");
    return document.get("id").asString();
  }
}
