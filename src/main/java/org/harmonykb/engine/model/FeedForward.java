package org.harmonykb.engine.model;

import java.util.List;
import org.harmonykb.engine.format.Tensor;
import org.harmonykb.engine.kernel.Compute;

/** The second half of a layer. Keeps scratch of its own; owned by the engine's thread. */
interface FeedForward {

  /** The weights that adapters may change. */
  List<Tensor> weights();

  /**
   * @param x {@code [tokens][embeddingLength]}
   * @param out the layer's contribution, of the same shape
   */
  void forward(Compute compute, LoraPass lora, float[] x, int tokens, float[] out);
}
