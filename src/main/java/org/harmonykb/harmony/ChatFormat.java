package org.harmonykb.harmony;

import java.util.Set;

/** One model family's way of writing a conversation. Immutable and thread-safe. */
public interface ChatFormat {

  String name();

  /**
   * The prompt that makes the model write the assistant's next message. Text never turns into
   * control tokens. Rendering a conversation that was extended at its end yields a prompt that
   * shares the longest possible prefix with the one before.
   */
  int[] render(Conversation conversation);

  /** Whether its models think before they answer, and for how long they may can be said. */
  default boolean thinks() {
    return false;
  }

  /** Tokens that end the assistant's turn. */
  Set<Integer> stopTokens();

  /** A parser for one completion. */
  CompletionParser parser();

  /** A parser for one completion of a conversation with tools. */
  default CompletionParser toolParser() {
    return parser();
  }
}
