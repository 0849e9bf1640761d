package org.harmonykb.harmony;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A conversation as the service sees it, independent of any model's format.
 *
 * @param date the current date for the system message, such as {@code 2026-11-23}, or null
 * @param reasoningEffort how long the model may think; only Harmony carries it
 * @param instructions the developer message, or the system prompt in formats without one; may be
 *     empty
 * @param turns user and assistant turns in order; the last is the user's
 */
public record Conversation(
    @Nullable String date, ReasoningEffort reasoningEffort, String instructions, List<Turn> turns) {

  public enum ReasoningEffort {
    LOW,
    MEDIUM,
    HIGH
  }

  public Conversation {
    turns = List.copyOf(turns);
  }

  /** One turn. */
  public sealed interface Turn {

    String text();

    record User(String text) implements Turn {}

    /** A finished answer; its analysis is gone. */
    record Assistant(String text) implements Turn {}
  }
}
