package org.harmonykb.conversations;

import java.util.UUID;

/** There is no conversation with this id. */
public final class UnknownConversationException extends RuntimeException {

  public UnknownConversationException(UUID id) {
    this("There is no conversation " + id);
  }

  UnknownConversationException(String message) {
    super(message);
  }
}
