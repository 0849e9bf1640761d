package org.harmonykb.answering;

/** There is no assistant, or no version of it, by this name. */
public final class UnknownAssistantException extends RuntimeException {

  UnknownAssistantException(String message) {
    super(message);
  }
}
