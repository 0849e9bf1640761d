package org.harmonykb.conversations;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.harmonykb.documents.RemovalListener;
import org.harmonykb.documents.RemovedDocument;
import org.harmonykb.retrieval.Language;
import org.harmonykb.retrieval.LoggedQuestions;
import org.springframework.core.annotation.Order;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Which turns were made from which documents. When a document is removed, an answer that cites it
 * is replaced by a sentence that says so, and its passages leave the prompts of all turns.
 */
@Component
@Order(RemovalListener.STORED)
class TurnDocuments implements RemovalListener, LoggedQuestions {

  private static final String ENGLISH = "This answer was removed with a document that it cited.";
  private static final String CHINESE = "此回答引用的文档已被删除，回答内容也随之删除。";
  private static final String ENGLISH_NAME = "(document removed)";
  private static final String CHINESE_NAME = "（文档已删除）";

  private final JdbcClient jdbc;
  private final TransactionTemplate transaction;
  private final JsonMapper json;

  TurnDocuments(JdbcClient jdbc, TransactionTemplate transaction, JsonMapper json) {
    this.jdbc = jdbc;
    this.transaction = transaction;
    this.json = json;
  }

  void add(UUID turn, Set<UUID> documents) {
    for (UUID document : documents) {
      jdbc.sql("insert into turn_document (turn_id, document_id) values (?, ?)")
          .params(turn, document)
          .update();
    }
  }

  /** The documents of a conversation. */
  Set<UUID> of(UUID conversation) {
    return new HashSet<>(
        jdbc.sql(
                """
                select distinct d.document_id from turn_document d
                join turn t on t.id = d.turn_id where t.conversation_id = ?
                """)
            .param(conversation)
            .query(UUID.class)
            .list());
  }

  /** The documents whose passages were in each turn's prompt; turns without any are left out. */
  Map<UUID, Set<UUID>> byTurn(UUID conversation) {
    Map<UUID, Set<UUID>> documents = new HashMap<>();
    jdbc.sql(
            """
            select d.turn_id, d.document_id from turn_document d
            join turn t on t.id = d.turn_id where t.conversation_id = ?
            """)
        .param(conversation)
        .query(
            row -> {
              documents
                  .computeIfAbsent(row.getObject("turn_id", UUID.class), turn -> new HashSet<>())
                  .add(row.getObject("document_id", UUID.class));
            });
    return documents;
  }

  @Override
  public List<String> latest(int most) {
    return jdbc.sql(
            "select question from turn group by question order by max(created_at) desc limit ?")
        .param(most)
        .query(String.class)
        .list();
  }

  private record StoredTurn(UUID id, String question, String answer, String result) {}

  @Override
  public void removed(RemovedDocument document) {
    transaction.executeWithoutResult(
        status -> {
          List<StoredTurn> turns =
              jdbc.sql(
                      """
                      select id, question, answer, result from turn
                      where id in (select turn_id from turn_document where document_id = :document)
                         or result like :cited
                      """)
                  .param("document", document.id())
                  .param("cited", "%" + document.id() + "%")
                  .query(
                      (row, number) ->
                          new StoredTurn(
                              row.getObject("id", UUID.class),
                              row.getString("question"),
                              row.getString("answer"),
                              row.getString("result")))
                  .list();
          turns.forEach(turn -> redact(turn, document));
          turns.forEach(
              turn ->
                  jdbc.sql("delete from answer_trail where answer_id = ?").param(turn.id).update());
          jdbc.sql("delete from turn_document where document_id = ?").param(document.id()).update();
        });
  }

  private void redact(StoredTurn turn, RemovedDocument document) {
    boolean isChinese = Language.of(turn.question).equals(Language.CHINESE);
    ObjectNode result = (ObjectNode) json.readTree(turn.result);
    boolean isCited = removeCitations(result, "citations", document.id());
    removeCitations(result, "nearest", document.id());
    String shown = result.path("answer").asString("");
    String written = turn.answer;
    if (isCited) {
      shown = isChinese ? CHINESE : ENGLISH;
      written = shown;
      result.set("unsupported", json.createArrayNode());
      result.set("sentences", json.createArrayNode());
      result.put("notice", shown);
    } else {
      for (String name : document.names()) {
        String instead = isChinese ? CHINESE_NAME : ENGLISH_NAME;
        shown = shown.replace(name, instead);
        written = written.replace(name, instead);
      }
    }
    result.put("answer", shown);
    result.put("documentRemoved", true);
    // The prompt held the passages; what is left of it is the question.
    jdbc.sql("update turn set prompt = ?, answer = ?, result = ? where id = ?")
        .params(turn.question, written, json.writeValueAsString(result), turn.id)
        .update();
  }

  private static boolean removeCitations(ObjectNode result, String key, UUID document) {
    if (!(result.get(key) instanceof ArrayNode citations)) {
      return false;
    }
    int before = citations.size();
    for (int i = citations.size() - 1; i >= 0; i--) {
      JsonNode cited = citations.get(i).get("documentId");
      if (cited != null && cited.asString("").equals(document.toString())) {
        citations.remove(i);
      }
    }
    return citations.size() < before;
  }
}
