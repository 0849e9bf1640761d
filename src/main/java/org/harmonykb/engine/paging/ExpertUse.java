package org.harmonykb.engine.paging;

import java.util.Arrays;

/**
 * How often each expert is chosen, and from that when it will be needed next. That an expert of the
 * next layers is needed in this very pass is certain for a long prompt and unlikely for a single
 * token; the expert to give up is the one that is needed last. Owned by the thread that computes.
 */
final class ExpertUse {

  /** Tokens over which the memory of a choice fades to a third. */
  private static final double MEMORY = 128;

  /** How likely a guess comes true, about. */
  private static final double GUESS_ODDS = 0.5;

  private final int layers;
  private final int perLayer;
  private final double[] chances; // of a token choosing it, by expert
  private final double[] odds; // of a pass choosing it, by expert
  private int layer;
  private int tokens = 1;

  ExpertUse(int layers, int perLayer, int used) {
    this.layers = layers;
    this.perLayer = perLayer;
    chances = new double[layers * perLayer];
    Arrays.fill(chances, (double) used / perLayer);
    odds = chances.clone();
  }

  /** A layer's choices in a pass. */
  void record(int atLayer, int[] choices, int count) {
    boolean isNewSize = count != tokens;
    layer = atLayer;
    tokens = count;
    double weight = -Math.expm1(-count / MEMORY);
    for (int e = 0; e < perLayer; e++) {
      int expert = atLayer * perLayer + e;
      chances[expert] += weight * ((double) choices[e] / count - chances[expert]);
      odds[expert] = odds(expert);
    }
    if (isNewSize) {
      for (int expert = 0; expert < odds.length; expert++) {
        odds[expert] = odds(expert);
      }
    }
  }

  private double odds(int expert) {
    return Math.max(1e-6, -Math.expm1(tokens * Math.log1p(-Math.min(chances[expert], 0.999))));
  }

  /** The same for an expert that is guessed to be needed in the next layer. */
  double distanceOfGuess() {
    return 1 + layers * (1 / GUESS_ODDS - 1);
  }

  /** Layers to compute until an expert is likely to be needed. */
  double distance(int expert) {
    int ahead = Math.floorMod(expert / perLayer - layer - 1, layers) + 1;
    return ahead + layers * (1 / odds[expert] - 1);
  }
}
