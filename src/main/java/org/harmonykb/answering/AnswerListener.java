package org.harmonykb.answering;

import java.util.List;

/** Follows an answer while it is made. An exception from it cancels the answer. */
public interface AnswerListener {

  /** Follows nothing. */
  AnswerListener NONE =
      new AnswerListener() {

        @Override
        public void sources(List<Answer.Citation> sources) {}

        @Override
        public void progress(int queued, int done, int total) {}

        @Override
        public void token(String text) {}

        @Override
        public void citation(int n, String title) {}
      };

  void sources(List<Answer.Citation> sources);

  /** Prompt tokens read, or the place in the queue. */
  void progress(int queued, int done, int total);

  void token(String text);

  void citation(int n, String title);

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
