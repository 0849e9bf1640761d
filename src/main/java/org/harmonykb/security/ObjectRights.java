package org.harmonykb.security;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Map;
import java.util.UUID;
import org.harmonykb.conversations.ConversationService;
import org.harmonykb.conversations.UnknownAnswerException;
import org.harmonykb.conversations.UnknownConversationException;
import org.harmonykb.documents.DocumentService;
import org.harmonykb.documents.UnknownDocumentException;
import org.harmonykb.retrieval.AccessScope;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.HandlerMapping;

/**
 * Guards every path that names a document, a conversation or an answer, whichever controller serves
 * it: what the caller may not see does not exist for them. Paths of objects are {@code
 * /api/documents/{id}/…}, {@code /api/conversations/{id}/…} and {@code /api/answers/{id}/…}.
 */
@Component
class ObjectRights implements HandlerInterceptor {

  private final CurrentCaller caller;
  private final DocumentService documents;
  private final ConversationService conversations;

  ObjectRights(CurrentCaller caller, DocumentService documents, ConversationService conversations) {
    this.caller = caller;
    this.documents = documents;
    this.conversations = conversations;
  }

  @Override
  public boolean preHandle(
      HttpServletRequest request, HttpServletResponse response, Object handler) {
    String pattern =
        String.valueOf(request.getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE));
    if (request.getAttribute(HandlerMapping.URI_TEMPLATE_VARIABLES_ATTRIBUTE)
            instanceof Map<?, ?> variables
        && variables.get("id") instanceof String id) {
      if (isUnder(pattern, "/api/documents/{id}")) {
        requireReadable(uuid(id));
      } else if (isUnder(pattern, "/api/conversations/{id}")) {
        requireOwn(uuid(id));
      } else if (isUnder(pattern, "/api/answers/{id}")
          && !conversations.isAnswerOf(uuid(id), caller.name())) {
        throw new UnknownAnswerException(uuid(id));
      }
    }
    return true;
  }

  private void requireReadable(UUID id) {
    AccessScope scope = caller.scope();
    documents
        .find(id)
        .filter(d -> scope.permits(d.allow(), d.collection()))
        .orElseThrow(() -> new UnknownDocumentException(id));
  }

  private void requireOwn(UUID id) {
    if (!conversations.belongsTo(id, caller.name())) {
      throw new UnknownConversationException(id);
    }
  }

  private static boolean isUnder(String pattern, String object) {
    return pattern.equals(object) || pattern.startsWith(object + "/");
  }

  private static UUID uuid(String id) {
    try {
      return UUID.fromString(id);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("The id " + id + " is no UUID", e);
    }
  }
}
