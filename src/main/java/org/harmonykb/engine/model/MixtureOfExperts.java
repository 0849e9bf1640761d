package org.harmonykb.engine.model;

import java.util.Arrays;
import java.util.List;
import org.harmonykb.engine.format.Tensor;
import org.harmonykb.engine.kernel.Compute;
import org.jspecify.annotations.Nullable;

/**
 * A router picks some experts for each token; their outputs are added with the softmax of the
 * router's logits as weights. Tokens are grouped by expert, so that an expert's weights are read
 * once however many tokens chose it, and all experts of a layer share one parallel region. A
 * token's experts are added in the order of their rank, which makes the sum independent of the
 * other tokens.
 */
final class MixtureOfExperts implements FeedForward {

  /** How gate and up are combined. */
  enum Activation {
    SWIGLU,
    CLAMPED_SWIGLU
  }

  /** What the softmax runs over. */
  enum Weights {
    /** The chosen experts' logits: their weights add up to one. */
    OF_CHOSEN,
    /** All experts' logits, of which the chosen keep their part. */
    OF_ALL
  }

  private final Tensor router;
  private final float @Nullable [] routerBias;
  private final Tensor gate;
  private final Tensor up;
  private final Tensor down;
  private final float @Nullable [] gateBias;
  private final float @Nullable [] upBias;
  private final float @Nullable [] downBias;
  private final int used;
  private final Activation activation;
  private final Weights weights;
  private final Scratch scratch;

  /** Buffers that all layers share, since they run one after another. */
  static final class Scratch {
    private float[] logits = {}; // [tokens][experts]
    private int[] chosen = {}; // [tokens][used]
    private float[] weights = {}; // [tokens][used]
    private int[] slots = {}; // [tokens][used]: row in the arrays grouped by expert
    private int[] tokens = {}; // [tokens * used]: token of each such row
    private float[] gathered = {}; // [tokens * used][embeddingLength]
    private float[] gate = {}; // [tokens * used][width]
    private float[] up = {};
    private float[] down = {}; // [tokens * used][embeddingLength]

    void ensure(int tokens, int experts, int used, int embedding, int width) {
      if (chosen.length >= tokens * used) {
        return;
      }
      logits = new float[tokens * experts];
      chosen = new int[tokens * used];
      weights = new float[tokens * used];
      slots = new int[tokens * used];
      this.tokens = new int[tokens * used];
      gathered = new float[tokens * used * embedding];
      gate = new float[tokens * used * width];
      up = new float[tokens * used * width];
      down = new float[tokens * used * embedding];
    }
  }

  MixtureOfExperts(
      ModelTensors tensors,
      ModelConfig config,
      int layer,
      int width,
      Activation activation,
      Weights weights,
      Scratch scratch) {
    String prefix = "blk." + layer + ".ffn_";
    int embedding = config.embeddingLength();
    int experts = config.expertCount();
    this.router = tensors.matrix(prefix + "gate_inp.weight", embedding, experts);
    this.routerBias = tensors.vectorOrNull(prefix + "gate_inp.bias", experts);
    this.gate = tensors.matrix(prefix + "gate_exps.weight", embedding, width, experts);
    this.up = tensors.matrix(prefix + "up_exps.weight", embedding, width, experts);
    this.down = tensors.matrix(prefix + "down_exps.weight", width, embedding, experts);
    this.gateBias = tensors.vectorOrNull(prefix + "gate_exps.bias", width, experts);
    this.upBias = tensors.vectorOrNull(prefix + "up_exps.bias", width, experts);
    this.downBias = tensors.vectorOrNull(prefix + "down_exps.bias", embedding, experts);
    this.used = config.expertUsedCount();
    this.activation = activation;
    this.weights = weights;
    this.scratch = scratch;
  }

  @Override
  public List<Tensor> weights() {
    return List.of(router, gate, up, down);
  }

  @Override
  public void forward(Compute compute, LoraPass lora, float[] x, int tokens, float[] out) {
    int embedding = gate.columns();
    int width = gate.rows();
    int experts = gate.matrices();
    Scratch s = scratch;
    s.ensure(tokens, experts, used, embedding, width);

    compute.product(router, x, tokens, s.logits, routerBias).run();
    lora.add(router, x, tokens, s.logits).run(compute);
    int[] starts = new int[experts + 1];
    for (int t = 0; t < tokens; t++) {
      choose(s, t, experts);
      for (int i = 0; i < used; i++) {
        starts[s.chosen[t * used + i] + 1]++;
      }
    }
    for (int e = 0; e < experts; e++) {
      starts[e + 1] += starts[e];
    }
    int[] next = Arrays.copyOf(starts, experts);
    for (int i = 0; i < tokens * used; i++) {
      s.slots[i] = next[s.chosen[i]]++;
      s.tokens[s.slots[i]] = i / used;
    }
    compute.forEach(
        tokens,
        t -> {
          for (int i = 0; i < used; i++) {
            System.arraycopy(
                x, t * embedding, s.gathered, s.slots[t * used + i] * embedding, embedding);
          }
        });

    for (int e = 0; e < experts; e++) {
      int count = starts[e + 1] - starts[e];
      if (count > 0) {
        int from = starts[e];
        compute
            .product(gate, e, s.gathered, from * embedding, count, s.gate, from * width, gateBias)
            .product(up, e, s.gathered, from * embedding, count, s.up, from * width, upBias);
      }
    }
    compute.run();
    if (lora.isActive()) {
      for (int e = 0; e < experts; e++) {
        lora.add(gate, e, s.gathered, s.tokens, starts[e], starts[e + 1], s.gate)
            .add(up, e, s.gathered, s.tokens, starts[e], starts[e + 1], s.up);
      }
      lora.run(compute);
    }
    switch (activation) {
      case SWIGLU -> compute.swiglu(s.gate, s.up, tokens * used, width);
      case CLAMPED_SWIGLU -> compute.clampedSwiglu(s.gate, s.up, tokens * used, width);
    }
    for (int e = 0; e < experts; e++) {
      int count = starts[e + 1] - starts[e];
      if (count > 0) {
        int from = starts[e];
        compute.product(down, e, s.gate, from * width, count, s.down, from * embedding, downBias);
      }
    }
    compute.run();
    if (lora.isActive()) {
      for (int e = 0; e < experts; e++) {
        lora.add(down, e, s.gate, s.tokens, starts[e], starts[e + 1], s.down);
      }
      lora.run(compute);
    }
    compute.forEach(
        tokens,
        t -> {
          Arrays.fill(out, t * embedding, (t + 1) * embedding, 0);
          for (int i = 0; i < used; i++) {
            compute.addScaled(
                out,
                t * embedding,
                s.weights[t * used + i],
                s.down,
                s.slots[t * used + i] * embedding,
                embedding);
          }
        });
  }

  /** The experts with the largest logits, the lower number first on ties, and their weights. */
  private void choose(Scratch s, int token, int experts) {
    int base = token * experts;
    int at = token * used;
    for (int i = 0; i < used; i++) {
      int best = -1;
      for (int e = 0; e < experts; e++) {
        if (best < 0 || s.logits[base + e] > s.logits[base + best]) {
          if (!isChosen(s.chosen, at, i, e)) {
            best = e;
          }
        }
      }
      s.chosen[at + i] = Math.max(best, 0);
    }
    float max = s.logits[base + s.chosen[at]];
    float sum = 0;
    for (int i = 0; i < used; i++) {
      float weight = (float) Math.exp(s.logits[base + s.chosen[at + i]] - max);
      s.weights[at + i] = weight;
      sum += weight;
    }
    if (weights == Weights.OF_ALL) {
      sum = 0;
      for (int e = 0; e < experts; e++) {
        sum += (float) Math.exp(s.logits[base + e] - max);
      }
    }
    for (int i = 0; i < used; i++) {
      s.weights[at + i] /= sum;
    }
  }

  private static boolean isChosen(int[] chosen, int at, int count, int expert) {
    for (int i = 0; i < count; i++) {
      if (chosen[at + i] == expert) {
        return true;
      }
    }
    return false;
  }
}
