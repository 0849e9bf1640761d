package org.harmonykb.answering;

import java.util.List;
import java.util.function.Consumer;

/** Follows an answer while it is made. An exception from it cancels the answer. */
public interface AnswerListener {

  /** Follows nothing. */
  AnswerListener NONE = new AnswerListener() {};

  /**
   * Follows nothing, but can end the answer.
   *
   * @param began is given what ends it
   */
  static AnswerListener endedBy(Consumer<Runnable> began) {
    return new AnswerListener() {

      @Override
      public void began(Runnable stop) {
        began.accept(stop);
      }
    };
  }

  default void sources(List<Answer.Citation> sources) {}

  /** Prompt tokens read, or the place in the queue. */
  default void progress(int queued, int done, int total) {}

  default void token(String text) {}

  /** What the model thinks before it answers; not part of the answer and not checked. */
  default void reasoning(String text) {}

  default void citation(int n, String title) {}

  /**
   * The model was given the question.
   *
   * @param stop ends the answer within a step, from any thread; {@link AnswerCancelledException}
   *     follows
   */
  default void began(Runnable stop) {}

  /** Called now and then while nothing else happens, so that a gone reader is noticed. */
  default void heartbeat() {}
}
