package org.harmonykb.evaluation;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.harmonykb.conversations.ConversationService;
import org.harmonykb.conversations.Feedback;
import org.harmonykb.conversations.FeedbackService;
import org.harmonykb.documents.DocumentService;
import org.harmonykb.documents.StoredDocument;
import org.harmonykb.retrieval.Language;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Readers' feedback as an evaluation set. A correction is what is expected; a praised answer is
 * expected again, refusals included; a blamed answer without a correction counts only by its
 * document, and without that not at all.
 */
@Component
public class FeedbackLines {

  private final FeedbackService feedback;
  private final ConversationService conversations;
  private final DocumentService documents;
  private final JsonMapper json;

  FeedbackLines(
      FeedbackService feedback,
      ConversationService conversations,
      DocumentService documents,
      JsonMapper json) {
    this.feedback = feedback;
    this.conversations = conversations;
    this.documents = documents;
    this.json = json;
  }

  /** One JSON object per line. */
  public String text() {
    StringBuilder text = new StringBuilder();
    for (Feedback opinion : feedback.list(null)) {
      Map<String, Object> line = line(opinion);
      if (!line.isEmpty()) {
        text.append(json.writeValueAsString(line)).append('\n');
      }
    }
    return text.toString();
  }

  private Map<String, Object> line(Feedback opinion) {
    JsonNode answer =
        conversations
            .findTurn(opinion.answerId())
            .map(turn -> json.readTree(turn.result()))
            .orElse(null);
    boolean praised = opinion.thumb() == Feedback.Thumb.UP;
    boolean refused = answer != null && answer.path("refused").asBoolean(false);
    List<String> answers =
        opinion.correction() != null && !opinion.correction().isBlank()
            ? List.of(opinion.correction())
            : praised && answer != null && !refused ? sentences(answer) : List.of();
    List<String> paths =
        opinion.documentId() != null
            ? documents.find(opinion.documentId()).map(StoredDocument::externalId).stream().toList()
            : praised && answer != null ? cited(answer) : List.of();
    boolean answerable = !(praised && refused);
    if (answerable && answers.isEmpty() && paths.isEmpty()) {
      return Map.of();
    }
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("id", "feedback-" + opinion.id());
    line.put("lang", Language.of(opinion.question()));
    line.put("question", opinion.searchedFor());
    line.put("answerable", answerable);
    line.put("documents", paths);
    line.put("answers", answers);
    line.put("assistant", opinion.assistant());
    line.put("type", praised ? "praised" : "corrected");
    return line;
  }

  private static List<String> sentences(JsonNode answer) {
    String text = answer.path("answer").asString("");
    return answer
        .path("sentences")
        .valueStream()
        .filter(s -> s.path("supported").asBoolean(false))
        .map(s -> text.substring(s.path("start").asInt(), s.path("end").asInt()))
        .toList();
  }

  private List<String> cited(JsonNode answer) {
    return answer
        .path("citations")
        .valueStream()
        .map(c -> UUID.fromString(c.path("documentId").asString("")))
        .distinct()
        .flatMap(id -> documents.find(id).stream())
        .map(StoredDocument::externalId)
        .toList();
  }
}
