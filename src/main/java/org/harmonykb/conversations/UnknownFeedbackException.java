package org.harmonykb.conversations;

import java.util.UUID;

/** There is no feedback with this id. */
public final class UnknownFeedbackException extends RuntimeException {

  public UnknownFeedbackException(UUID id) {
    super("There is no feedback " + id);
  }
}
