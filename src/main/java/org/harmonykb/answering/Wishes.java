package org.harmonykb.answering;

import java.util.Locale;
import org.harmonykb.harmony.Conversation.ReasoningEffort;
import org.jspecify.annotations.Nullable;

/**
 * What an asker wishes of the way an answer is written. It reaches the model behind the assistant's
 * own instructions; what may be said, the gate before the model and the check of what it wrote know
 * nothing of it.
 *
 * @param instructions on tone and form, or null; heeded by models that write freely
 * @param reasoningEffort how long the model may think, or null for the assistant's own; heeded by
 *     models that think
 * @param thoughts whether the asker wants to see what the model thinks
 */
public record Wishes(
    @Nullable String instructions, @Nullable ReasoningEffort reasoningEffort, boolean thoughts) {

  /** Most characters of instructions. */
  public static final int LONGEST = 2000;

  /**
   * What the model that writes makes of wishes.
   *
   * @param instructions false where there is no model, or one that may only copy
   * @param reasoning whether it thinks
   */
  public record Heeded(boolean instructions, boolean reasoning) {}

  public static final Wishes NONE = new Wishes(null, null);

  /**
   * @throws InvalidQuestionException if the instructions are too long
   */
  public Wishes {
    if (instructions != null && instructions.isBlank()) {
      instructions = null;
    }
    if (instructions != null && instructions.length() > LONGEST) {
      throw new InvalidQuestionException(
          "instructions has %d characters; at most %d are read"
              .formatted(instructions.length(), LONGEST));
    }
  }

  /** Wishes of somebody who wants the answer only. */
  public Wishes(@Nullable String instructions, @Nullable ReasoningEffort reasoningEffort) {
    this(instructions, reasoningEffort, false);
  }

  /**
   * @param effort {@code low}, {@code medium}, {@code high} or null
   * @throws InvalidQuestionException if it is another
   */
  public static @Nullable ReasoningEffort effort(@Nullable String effort) {
    if (effort == null) {
      return null;
    }
    for (ReasoningEffort known : ReasoningEffort.values()) {
      if (known.name().toLowerCase(Locale.ROOT).equals(effort)) {
        return known;
      }
    }
    throw new InvalidQuestionException("reasoningEffort must be low, medium or high");
  }
}
