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
 * @param tools functions that the model may call
 * @param turns in order; the last is the user's or a tool's result
 */
public record Conversation(
    @Nullable String date,
    ReasoningEffort reasoningEffort,
    String instructions,
    List<Content.Tool> tools,
    List<Turn> turns) {

  public enum ReasoningEffort {
    LOW,
    MEDIUM,
    HIGH
  }

  public Conversation {
    tools = List.copyOf(tools);
    turns = List.copyOf(turns);
  }

  /** A conversation without tools. */
  public Conversation(
      @Nullable String date,
      ReasoningEffort reasoningEffort,
      String instructions,
      List<Turn> turns) {
    this(date, reasoningEffort, instructions, List.of(), turns);
  }

  /** One turn. */
  public sealed interface Turn {

    String text();

    record User(String text) implements Turn {}

    /** A finished answer; its analysis is gone. */
    record Assistant(String text) implements Turn {}

    /**
     * The model called functions.
     *
     * @param text what it said before; may be empty
     * @param thoughts what it thought before, which it goes on from; may be empty
     */
    record Calls(String text, String thoughts, List<Call> calls) implements Turn {
      public Calls {
        calls = List.copyOf(calls);
      }
    }

    /**
     * What a function returned.
     *
     * @param function its name
     */
    record Result(String function, String text) implements Turn {}
  }

  /**
   * @param function its name
   * @param arguments JSON
   */
  public record Call(String function, String arguments) {}
}
