package org.harmonykb.engine.scheduling;

import java.util.Arrays;

/**
 * Drafts for one answer, as many tokens as are likely to pay. Whether a draft comes true is tracked
 * as the chance that its next token is accepted; together with the measured {@link StepTimes} it
 * gives the length with the most tokens per time, which may be none. Then a short draft is tried
 * now and then. Owned by the engine's thread.
 */
final class Speculation {

  static final int[] NONE = {};

  private static final int MAX_DRAFT = 8;

  /** Weight of the newest token in the chance: about five tokens are remembered. */
  private static final double WEIGHT = 0.2;

  private final PromptLookup lookup = new PromptLookup();
  private final Experience experience;
  private double chance;
  private boolean hasDrafted;

  Speculation(Experience experience) {
    this.experience = experience;
  }

  /**
   * @param tokens prompt and answer so far
   * @param count how many of them are valid
   * @param limit tokens to draft at most
   * @param load of the step so far; the draft is added
   */
  int[] draft(int[] tokens, int count, int limit, StepLoad load) {
    int[] draft = lookup.draft(tokens, count, Math.min(limit, MAX_DRAFT));
    if (draft.length == 0) {
      return NONE;
    }
    if (!hasDrafted) {
      chance = experience.chance();
    }
    int length = bestLength(draft.length, experience.times(), load);
    if (length == 0) {
      length = Math.min(draft.length, experience.retry());
    }
    if (length == 0) {
      return NONE;
    }
    hasDrafted = true;
    experience.drafted();
    load.add(length, expected(length));
    return Arrays.copyOf(draft, length);
  }

  private int bestLength(int longest, StepTimes times, StepLoad load) {
    int best = 0;
    double bestRate = load.gain() / times.estimate(load.tokens());
    for (int length = 1; length <= longest; length++) {
      double rate = (load.gain() + expected(length)) / times.estimate(load.tokens() + length);
      if (rate > bestRate) {
        best = length;
        bestRate = rate;
      }
    }
    return best;
  }

  /** Tokens that a draft is likely to bring: each needs all before it. */
  private double expected(int length) {
    double sum = 0;
    double all = 1;
    for (int i = 0; i < length; i++) {
      all *= chance;
      sum += all;
    }
    return sum;
  }

  /** Learns how a draft fared; tokens after the first wrong one tell nothing. */
  void verified(int drafted, int accepted) {
    for (int i = 0; i < accepted; i++) {
      chance += WEIGHT * (1 - chance);
    }
    if (accepted < drafted) {
      chance -= WEIGHT * chance;
    }
    experience.learn(chance);
  }
}
