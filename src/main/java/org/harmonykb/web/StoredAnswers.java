package org.harmonykb.web;

import java.util.UUID;
import org.harmonykb.conversations.Turn;
import org.harmonykb.documents.DocumentService;
import org.harmonykb.retrieval.AccessScope;
import org.harmonykb.retrieval.Language;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Answers of earlier days as somebody may read them now: rights may have gone since, or the answer
 * was another person's.
 */
@Component
class StoredAnswers {

  private static final String ENGLISH =
      "This answer cites documents that you may not read, so it is not shown.";
  private static final String CHINESE = "此回答引用了您无权阅读的文档，因此不予显示。";

  private final DocumentService documents;
  private final JsonMapper json;

  StoredAnswers(DocumentService documents, JsonMapper json) {
    this.documents = documents;
    this.json = json;
  }

  /**
   * An answer as JSON. One that cites what the reader may not read is withheld, since it tells what
   * is there; {@code withheld} says so.
   */
  ObjectNode of(Turn turn, AccessScope scope) {
    ObjectNode answer = (ObjectNode) json.readTree(turn.result());
    boolean isWithheld = removeClosed(answer, "citations", scope);
    removeClosed(answer, "nearest", scope);
    if (isWithheld) {
      answer.put(
          "answer", Language.of(turn.question()).equals(Language.CHINESE) ? CHINESE : ENGLISH);
      answer.set("sentences", json.createArrayNode());
      answer.set("unsupported", json.createArrayNode());
    }
    answer.put("withheld", isWithheld);
    return answer;
  }

  private boolean removeClosed(ObjectNode answer, String list, AccessScope scope) {
    ArrayNode open = json.createArrayNode();
    for (JsonNode citation : answer.path(list)) {
      if (documents.isReadable(UUID.fromString(citation.path("documentId").asString("")), scope)) {
        open.add(citation);
      }
    }
    boolean hadClosed = open.size() < answer.path(list).size();
    answer.set(list, open);
    return hadClosed;
  }
}
