package org.harmonykb.engine.scheduling;

import java.util.Arrays;

/**
 * How long a step takes by the number of its tokens, from the steps so far. Steers only how much is
 * drafted, never what is answered. Owned by the engine's thread.
 */
final class StepTimes {

  /** What another token adds to a step of one, until it is measured; low, so that it is tried. */
  private static final double ASSUMED_SHARE = 0.1;

  private double[] nanos = new double[32]; // by tokens, 0 where none was seen

  /** Learns from a step; a first run of cold code is soon forgotten. */
  void record(int tokens, double time) {
    if (tokens >= nanos.length) {
      nanos = Arrays.copyOf(nanos, 2 * tokens);
    }
    double old = nanos[tokens];
    nanos[tokens] = old == 0 ? time : old + (time < old ? 0.5 : 0.1) * (time - old);
  }

  /** The time of a step, in nanoseconds, or in no unit at all before any was seen. */
  double estimate(int tokens) {
    int below = Math.min(tokens, nanos.length - 1);
    while (below > 0 && nanos[below] == 0) {
      below--;
    }
    if (below == tokens) {
      return nanos[tokens];
    }
    int above = tokens + 1;
    while (above < nanos.length && nanos[above] == 0) {
      above++;
    }
    boolean isBounded = above < nanos.length;
    if (below == 0) {
      return shape(tokens) * (isBounded ? nanos[above] / shape(above) : 1);
    }
    if (!isBounded) {
      return shape(tokens) * nanos[below] / shape(below);
    }
    double share = (double) (tokens - below) / (above - below);
    return nanos[below] + share * (nanos[above] - nanos[below]);
  }

  private static double shape(int tokens) {
    return 1 + ASSUMED_SHARE * (tokens - 1);
  }
}
