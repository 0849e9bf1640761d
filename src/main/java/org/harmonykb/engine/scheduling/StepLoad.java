package org.harmonykb.engine.scheduling;

/** What a step is to compute and to bring, while drafts are added to it. */
final class StepLoad {

  private int tokens;
  private double gain;

  /**
   * @param tokens to compute without drafts
   * @param gain tokens of answers that they bring
   */
  StepLoad(int tokens, int gain) {
    this.tokens = tokens;
    this.gain = gain;
  }

  int tokens() {
    return tokens;
  }

  /** Tokens of answers that the step is likely to bring. */
  double gain() {
    return gain;
  }

  void add(int drafted, double expected) {
    tokens += drafted;
    gain += expected;
  }
}
