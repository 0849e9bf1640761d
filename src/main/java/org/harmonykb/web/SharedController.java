package org.harmonykb.web;

import java.util.List;
import java.util.UUID;
import org.harmonykb.conversations.Conversation;
import org.harmonykb.conversations.ConversationService;
import org.harmonykb.conversations.Turn;
import org.harmonykb.documents.DocumentService;
import org.harmonykb.retrieval.AccessScope;
import org.harmonykb.retrieval.Language;
import org.harmonykb.security.CurrentCaller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Conversations that their owners let others read. What an owner shares is what was said; passages
 * of documents that the reader may not read stay hidden.
 */
@RestController
class SharedController {

  private static final String ENGLISH =
      "This answer cites documents that you may not read, so it is not shown.";
  private static final String CHINESE = "此回答引用了您无权阅读的文档，因此不予显示。";

  private final ConversationService conversations;
  private final DocumentService documents;
  private final CurrentCaller caller;
  private final JsonMapper json;

  SharedController(
      ConversationService conversations,
      DocumentService documents,
      CurrentCaller caller,
      JsonMapper json) {
    this.conversations = conversations;
    this.documents = documents;
    this.caller = caller;
    this.json = json;
  }

  record TurnView(int ordinal, String question, JsonNode answer) {}

  record SharedConversation(UUID id, String title, String assistant, List<TurnView> turns) {}

  @GetMapping("/api/shared/{token}")
  SharedConversation get(@PathVariable String token) {
    Conversation conversation = conversations.shared(token);
    AccessScope scope = caller.scope();
    return new SharedConversation(
        conversation.id(),
        conversation.title(),
        conversation.assistant(),
        conversations.turns(conversation.id()).stream().map(turn -> view(turn, scope)).toList());
  }

  /**
   * An answer that cites what the reader may not read is withheld, since it tells what is there.
   */
  private TurnView view(Turn turn, AccessScope scope) {
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
    return new TurnView(turn.ordinal(), turn.question(), answer);
  }

  private boolean removeClosed(ObjectNode answer, String list, AccessScope scope) {
    ArrayNode open = json.createArrayNode();
    for (JsonNode citation : answer.path(list)) {
      if (isReadable(citation, scope)) {
        open.add(citation);
      }
    }
    boolean hadClosed = open.size() < answer.path(list).size();
    answer.set(list, open);
    return hadClosed;
  }

  private boolean isReadable(JsonNode passage, AccessScope scope) {
    return documents
        .find(UUID.fromString(passage.path("documentId").asString("")))
        .filter(d -> scope.permits(d.allow(), d.collection()))
        .isPresent();
  }
}
