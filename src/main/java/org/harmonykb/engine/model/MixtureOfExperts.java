package org.harmonykb.engine.model;

import java.util.Arrays;
import java.util.List;
import org.harmonykb.engine.format.Tensor;
import org.harmonykb.engine.kernel.Compute;
import org.harmonykb.engine.paging.LayerExperts;
import org.harmonykb.engine.paging.LayerExperts.Expert;
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
  private final LayerExperts layerExperts;
  private final float @Nullable [] @Nullable [] gateBias; // by expert
  private final float @Nullable [] @Nullable [] upBias;
  private final float @Nullable [] @Nullable [] downBias;
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
    private float[] down = {}; // [tokens * used][embeddingLength]
    private int[] waveTokens = {}; // tokens of the rows of a wave
    private float[] gathered = {}; // [rows of a wave][embeddingLength]
    private float[] gate = {}; // [rows of a wave][width]
    private float[] up = {};

    void ensure(int tokens, int experts, int used, int embedding) {
      if (chosen.length >= tokens * used) {
        return;
      }
      logits = new float[tokens * experts];
      chosen = new int[tokens * used];
      weights = new float[tokens * used];
      slots = new int[tokens * used];
      this.tokens = new int[tokens * used];
      down = new float[tokens * used * embedding];
    }

    void ensureWave(int rows, int embedding, int width) {
      if (waveTokens.length < rows) {
        waveTokens = new int[rows];
        gathered = new float[rows * embedding];
        gate = new float[rows * width];
        up = new float[rows * width];
      }
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
    this.gate = tensors.mapped(prefix + "gate_exps.weight", embedding, width, experts);
    this.up = tensors.mapped(prefix + "up_exps.weight", embedding, width, experts);
    this.down = tensors.mapped(prefix + "down_exps.weight", width, embedding, experts);
    this.gateBias =
        byExpert(tensors.vectorOrNull(prefix + "gate_exps.bias", width, experts), experts);
    this.upBias = byExpert(tensors.vectorOrNull(prefix + "up_exps.bias", width, experts), experts);
    this.downBias =
        byExpert(tensors.vectorOrNull(prefix + "down_exps.bias", embedding, experts), experts);
    this.layerExperts = tensors.experts(layer, gate, up, down);
    this.used = config.expertUsedCount();
    this.activation = activation;
    this.weights = weights;
    this.scratch = scratch;
  }

  private static float @Nullable [] @Nullable [] byExpert(float @Nullable [] stacked, int experts) {
    if (stacked == null) {
      return null;
    }
    int rows = stacked.length / experts;
    float[][] biases = new float[experts][];
    for (int e = 0; e < experts; e++) {
      biases[e] = Arrays.copyOfRange(stacked, e * rows, (e + 1) * rows);
    }
    return biases;
  }

  private static float @Nullable [] of(float @Nullable [] @Nullable [] biases, int expert) {
    return biases == null ? null : biases[expert];
  }

  @Override
  public List<Tensor> weights() {
    return List.of(router, gate, up, down);
  }

  @Override
  public void forward(Compute compute, LoraPass lora, float[] x, int tokens, float[] out) {
    int embedding = gate.columns();
    int experts = gate.matrices();
    Scratch s = scratch;
    s.ensure(tokens, experts, used, embedding);

    compute.product(router, x, tokens, s.logits, routerBias).run();
    lora.add(router, x, tokens, s.logits).run(compute);
    int[] choices = new int[experts];
    for (int t = 0; t < tokens; t++) {
      choose(s, t, experts);
      for (int i = 0; i < used; i++) {
        choices[s.chosen[t * used + i]]++;
      }
    }
    int[] starts = new int[experts + 1];
    for (int e = 0; e < experts; e++) {
      starts[e + 1] = starts[e] + choices[e];
    }
    int[] next = Arrays.copyOf(starts, experts);
    for (int i = 0; i < tokens * used; i++) {
      s.slots[i] = next[s.chosen[i]]++;
      s.tokens[s.slots[i]] = i / used;
    }
    layerExperts.begin(choices, tokens);
    List<Expert> wave = layerExperts.next();
    while (!wave.isEmpty()) {
      compute(compute, lora, wave, starts, x);
      wave = layerExperts.next();
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

  /** Computes the rows of some experts, side by side. */
  private void compute(Compute compute, LoraPass lora, List<Expert> wave, int[] starts, float[] x) {
    int embedding = gate.columns();
    int width = gate.rows();
    Scratch s = scratch;
    int[] from = new int[wave.size() + 1]; // first row of each expert in the wave
    for (int i = 0; i < wave.size(); i++) {
      int e = wave.get(i).index();
      from[i + 1] = from[i] + starts[e + 1] - starts[e];
    }
    int rows = from[wave.size()];
    s.ensureWave(rows, embedding, width);
    for (int i = 0; i < wave.size(); i++) {
      int first = starts[wave.get(i).index()];
      System.arraycopy(s.tokens, first, s.waveTokens, from[i], from[i + 1] - from[i]);
    }
    compute.forEach(
        rows,
        r ->
            System.arraycopy(x, s.waveTokens[r] * embedding, s.gathered, r * embedding, embedding));
    for (int i = 0; i < wave.size(); i++) {
      Expert expert = wave.get(i);
      int e = expert.index();
      int count = from[i + 1] - from[i];
      int in = from[i] * embedding;
      int mid = from[i] * width;
      compute
          .product(expert.gate(), 0, s.gathered, in, count, s.gate, mid, of(gateBias, e))
          .product(expert.up(), 0, s.gathered, in, count, s.up, mid, of(upBias, e));
    }
    compute.run();
    if (lora.isActive()) {
      for (int i = 0; i < wave.size(); i++) {
        int e = wave.get(i).index();
        lora.add(gate, e, s.gathered, s.waveTokens, from[i], from[i + 1], s.gate, from[i])
            .add(up, e, s.gathered, s.waveTokens, from[i], from[i + 1], s.up, from[i]);
      }
      lora.run(compute);
    }
    switch (activation) {
      case SWIGLU -> compute.swiglu(s.gate, s.up, rows, width);
      case CLAMPED_SWIGLU -> compute.clampedSwiglu(s.gate, s.up, rows, width);
    }
    for (int i = 0; i < wave.size(); i++) {
      Expert expert = wave.get(i);
      int e = expert.index();
      int out = starts[e] * embedding;
      compute.product(
          expert.down(),
          0,
          s.gate,
          from[i] * width,
          from[i + 1] - from[i],
          s.down,
          out,
          of(downBias, e));
    }
    compute.run();
    if (lora.isActive()) {
      for (int i = 0; i < wave.size(); i++) {
        int e = wave.get(i).index();
        lora.add(down, e, s.gate, s.waveTokens, from[i], from[i + 1], s.down, starts[e]);
      }
      lora.run(compute);
    }
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
