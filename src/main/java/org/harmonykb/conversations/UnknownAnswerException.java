package org.harmonykb.conversations;

import java.util.UUID;

/** There is no answer with this id. */
public final class UnknownAnswerException extends RuntimeException {

  public UnknownAnswerException(UUID id) {
    super("There is no answer " + id);
  }
}
