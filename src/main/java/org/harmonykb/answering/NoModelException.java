package org.harmonykb.answering;

/** What was asked for needs a language model, and none is loaded; the message tells what to do. */
public final class NoModelException extends RuntimeException {

  NoModelException(String message) {
    super(message);
  }
}
