package org.harmonykb.answering;

/** The generation was ended from outside: nobody waits for the answer, and nothing is stored. */
public final class AnswerCancelledException extends RuntimeException {

  public AnswerCancelledException() {
    super("The answer was cancelled");
  }
}
