package org.harmonykb.web;

import java.util.List;
import java.util.UUID;
import org.harmonykb.conversations.Conversation;
import org.harmonykb.conversations.ConversationService;
import org.harmonykb.conversations.Turn;
import org.harmonykb.documents.DocumentService;
import org.harmonykb.retrieval.AccessScope;
import org.harmonykb.security.CurrentCaller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Conversations that their owners let others read. What an owner shares is what was said; passages
 * of documents that the reader may not read stay hidden.
 */
@RestController
class SharedController {

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

  private TurnView view(Turn turn, AccessScope scope) {
    JsonNode answer = json.readTree(turn.result());
    for (String list : List.of("citations", "nearest")) {
      for (JsonNode citation : answer.path(list)) {
        if (citation instanceof ObjectNode passage && !isReadable(passage, scope)) {
          passage.put("quote", "").put("title", "…").put("section", "");
        }
      }
    }
    return new TurnView(turn.ordinal(), turn.question(), answer);
  }

  private boolean isReadable(ObjectNode passage, AccessScope scope) {
    return documents
        .find(UUID.fromString(passage.path("documentId").asString("")))
        .filter(d -> scope.permits(d.allow(), d.collection()))
        .isPresent();
  }
}
