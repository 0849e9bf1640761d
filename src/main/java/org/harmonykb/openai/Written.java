package org.harmonykb.openai;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was written, by a model or from the documents.
 *
 * @param sources of an assistant's answer, or null
 */
record Written(
    String content,
    String reasoning,
    List<Call> calls,
    End end,
    Usage usage,
    List<Token> tokens,
    @Nullable Object sources) {

  enum End {
    STOP,
    LENGTH,
    CALLS;

    String finishReason() {
      return switch (this) {
        case STOP -> "stop";
        case LENGTH -> "length";
        case CALLS -> "tool_calls";
      };
    }
  }

  /**
   * @param reasoning tokens among the completion's that are not part of the answer
   */
  record Usage(int prompt, int cached, int completion, int reasoning) {}

  /**
   * @param arguments JSON
   */
  record Call(String name, String arguments) {}

  /**
   * A token of the answer.
   *
   * @param top the likeliest tokens in its place
   */
  record Token(String text, double logprob, List<Integer> bytes, List<Token> top) {}

  /** Follows the writing. An exception from it ends the writing. */
  interface Sink {

    /**
     * @param tokens those that the text is made of, if they were asked for
     */
    void content(String text, List<Token> tokens);

    void reasoning(String text);

    void call(Call call);

    Sink NONE =
        new Sink() {
          @Override
          public void content(String text, List<Token> tokens) {}

          @Override
          public void reasoning(String text) {}

          @Override
          public void call(Call call) {}
        };
  }
}
