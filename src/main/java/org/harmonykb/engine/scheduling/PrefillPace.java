package org.harmonykb.engine.scheduling;

/**
 * How fast prompts are read, from those read so far, and how much of one may be read in one pass so
 * that none of its layers takes long. Owned by the engine's thread.
 */
final class PrefillPace {

  /** Tokens of a pass before anything was measured, and at the least. */
  private static final int FIRST_PASS = 64;

  private static final int LEAST_PASS = 8;

  private final int layers;
  private double tokensPerSecond;

  PrefillPace(int layers) {
    this.layers = layers;
  }

  /** Learns from a pass; one that ran while code was cold is soon forgotten. */
  void record(int tokens, double seconds) {
    double pace = tokens / Math.max(seconds, 1e-9);
    double weight = pace > tokensPerSecond ? 0.7 : 0.3;
    tokensPerSecond += weight * (pace - tokensPerSecond);
  }

  /** The most tokens of a pass whose layers do not take longer than this. */
  int tokens(double layerSeconds) {
    if (tokensPerSecond == 0) {
      return FIRST_PASS;
    }
    return (int) Math.max(LEAST_PASS, layerSeconds * layers * tokensPerSecond);
  }
}
