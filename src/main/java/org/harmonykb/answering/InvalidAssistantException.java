package org.harmonykb.answering;

/** What was sent is no assistant; the message says what to change. */
public final class InvalidAssistantException extends RuntimeException {

  public InvalidAssistantException(String message) {
    super(message);
  }

  InvalidAssistantException(String message, Throwable cause) {
    super(message, cause);
  }
}
