package org.harmonykb.engine.model;

import java.util.List;
import org.harmonykb.engine.format.Tensor;
import org.harmonykb.engine.kernel.Compute;
import org.jspecify.annotations.Nullable;

/** {@code down(silu(gate(x)) * up(x))}, each with a bias where the file has one. */
final class DenseFeedForward implements FeedForward {

  /** Buffers that all layers share, since they run one after another. */
  static final class Scratch {
    private float[] gate = {};
    private float[] up = {};
  }

  private final Tensor gate;
  private final Tensor up;
  private final Tensor down;
  private final float @Nullable [] gateBias;
  private final float @Nullable [] upBias;
  private final float @Nullable [] downBias;
  private final Scratch scratch;

  DenseFeedForward(
      ModelTensors tensors, ModelConfig config, int layer, int width, Scratch scratch) {
    String prefix = "blk." + layer + ".ffn_";
    this.gate = tensors.matrix(prefix + "gate.weight", config.embeddingLength(), width);
    this.up = tensors.matrix(prefix + "up.weight", config.embeddingLength(), width);
    this.down = tensors.matrix(prefix + "down.weight", width, config.embeddingLength());
    this.gateBias = tensors.vectorOrNull(prefix + "gate.bias", width);
    this.upBias = tensors.vectorOrNull(prefix + "up.bias", width);
    this.downBias = tensors.vectorOrNull(prefix + "down.bias", config.embeddingLength());
    this.scratch = scratch;
  }

  @Override
  public List<Tensor> weights() {
    return List.of(gate, up, down);
  }

  @Override
  public void forward(Compute compute, LoraPass lora, float[] x, int tokens, float[] out) {
    int width = gate.rows();
    if (scratch.gate.length < tokens * width) {
      scratch.gate = new float[tokens * width];
      scratch.up = new float[tokens * width];
    }
    compute
        .product(gate, x, tokens, scratch.gate, gateBias)
        .product(up, x, tokens, scratch.up, upBias)
        .run();
    lora.add(gate, x, tokens, scratch.gate).add(up, x, tokens, scratch.up).run(compute);
    compute.swiglu(scratch.gate, scratch.up, tokens, width);
    compute.product(down, scratch.gate, tokens, out, downBias).run();
    lora.add(down, scratch.gate, tokens, out).run(compute);
  }
}
