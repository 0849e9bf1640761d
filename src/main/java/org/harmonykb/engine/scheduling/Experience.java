package org.harmonykb.engine.scheduling;

/**
 * What all answers have taught about drafts, so that a short answer need not learn it anew. Owned
 * by the engine's thread.
 */
final class Experience {

  /** One is tried after so many that could have been made but did not seem to pay. */
  private static final int RETRY_AFTER = 32;

  /** Such drafts have one token, two, three, one …: steps of all these sizes get timed. */
  private static final int LONGEST_RETRY = 3;

  private static final double WEIGHT = 0.05;

  private final StepTimes times = new StepTimes();
  private double chance = 0.5;
  private int undrafted;
  private int retries;

  StepTimes times() {
    return times;
  }

  /** How likely a drafted token is accepted if all before it were, over the last answers. */
  double chance() {
    return chance;
  }

  /** Takes how likely it is in one answer by now. */
  void learn(double ofAnswer) {
    chance += WEIGHT * (ofAnswer - chance);
  }

  void drafted() {
    undrafted = 0;
  }

  /** Length of a draft to try though none pays; 0 most of the time. */
  int retry() {
    if (++undrafted <= RETRY_AFTER) {
      return 0;
    }
    return 1 + retries++ % LONGEST_RETRY;
  }
}
