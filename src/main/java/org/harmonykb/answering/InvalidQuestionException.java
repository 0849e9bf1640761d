package org.harmonykb.answering;

/** A question that cannot be answered as it was asked; the message says what to change. */
public final class InvalidQuestionException extends RuntimeException {

  public InvalidQuestionException(String message) {
    super(message);
  }
}
