package org.harmonykb.web;

import java.util.List;
import java.util.UUID;
import org.harmonykb.conversations.Conversation;
import org.harmonykb.conversations.ConversationService;
import org.harmonykb.retrieval.AccessScope;
import org.harmonykb.security.CurrentCaller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/**
 * Conversations that their owners let others read. What an owner shares is what was said; passages
 * of documents that the reader may not read stay hidden.
 */
@RestController
class SharedController {

  private final ConversationService conversations;
  private final StoredAnswers answers;
  private final CurrentCaller caller;

  SharedController(ConversationService conversations, StoredAnswers answers, CurrentCaller caller) {
    this.conversations = conversations;
    this.answers = answers;
    this.caller = caller;
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
        conversations.turns(conversation.id()).stream()
            .map(t -> new TurnView(t.ordinal(), t.question(), answers.of(t, scope)))
            .toList());
  }
}
