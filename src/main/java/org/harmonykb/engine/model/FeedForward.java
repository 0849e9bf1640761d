package org.harmonykb.engine.model;

import org.harmonykb.engine.kernel.Compute;

/** The second half of a layer. Keeps scratch of its own; owned by the engine's thread. */
interface FeedForward {

  /**
   * @param x {@code [tokens][embeddingLength]}
   * @param out the layer's contribution, of the same shape
   */
  void forward(Compute compute, float[] x, int tokens, float[] out);
}
