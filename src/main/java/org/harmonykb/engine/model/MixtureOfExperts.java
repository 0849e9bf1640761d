package org.harmonykb.engine.model;

import java.util.Arrays;
import java.util.List;
import org.harmonykb.engine.format.Tensor;
import org.harmonykb.engine.kernel.Compute;
import org.harmonykb.engine.kernel.TokenKinds;
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

  /** Tokens of a pass for which it is worth guessing what the next layer needs. */
  private static final int MOST_GUESSED_TOKENS = 4;

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
  private @Nullable MixtureOfExperts next; // of the next layer
  private float[] toNext = {}; // from this layer's normed input to the next one's, by column

  /** Buffers that all layers share, since they run one after another. */
  static final class Scratch {
    private float[] logits = {}; // [tokens][experts]
    private float[] guessed = {}; // the same of the next layer
    private float[] nextInput = {}; // [embeddingLength]
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
    if (tokens <= MOST_GUESSED_TOKENS) {
      guessNext(compute, x, tokens);
    }
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

  /**
   * Lets each layer guess what the next one needs, where experts are read on demand.
   *
   * @param layers in order
   */
  static void link(List<Transformer.Layer> layers) {
    for (int l = 0; l + 1 < layers.size(); l++) {
      if (layers.get(l).feedForward() instanceof MixtureOfExperts from
          && layers.get(l + 1).feedForward() instanceof MixtureOfExperts to
          && to.layerExperts.readsAhead()) {
        float[] norm = layers.get(l).feedForwardNorm();
        float[] nextNorm = layers.get(l + 1).feedForwardNorm();
        from.next = to;
        from.toNext = new float[norm.length];
        for (int i = 0; i < norm.length; i++) {
          from.toNext[i] = norm[i] == 0 ? 0 : nextNorm[i] / norm[i];
        }
      }
    }
  }

  /**
   * The next layer's router over this layer's input: most of what flows through the layers stays,
   * so it often chooses the same.
   */
  private void guessNext(Compute compute, float[] x, int tokens) {
    MixtureOfExperts to = next;
    if (to == null) {
      return;
    }
    Scratch s = scratch;
    int embedding = gate.columns();
    int experts = to.gate.matrices();
    if (s.nextInput.length < embedding) {
      s.nextInput = new float[embedding];
    }
    if (s.guessed.length < experts) {
      s.guessed = new float[experts];
    }
    int[] guess = new int[tokens * to.used];
    for (int t = 0; t < tokens; t++) {
      for (int i = 0; i < embedding; i++) {
        s.nextInput[i] = x[t * embedding + i] * toNext[i];
      }
      compute.product(to.router, s.nextInput, 1, s.guessed, to.routerBias).run();
      for (int i = 0; i < to.used; i++) {
        // Every token's likeliest first, then every token's second.
        guess[i * tokens + t] = likeliest(s.guessed, 0, experts, guess, t, tokens, i);
      }
    }
    to.layerExperts.expect(Arrays.stream(guess).distinct().toArray());
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
      TokenKinds kinds = compute.kinds().of(s.waveTokens, from[i], from[i + 1]);
      int in = from[i] * embedding;
      int mid = from[i] * width;
      compute
          .product(expert.gate(), 0, s.gathered, in, count, kinds, s.gate, mid, of(gateBias, e))
          .product(expert.up(), 0, s.gathered, in, count, kinds, s.up, mid, of(upBias, e));
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
          compute.kinds().of(s.waveTokens, from[i], from[i + 1]),
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
      s.chosen[at + i] = likeliest(s.logits, base, experts, s.chosen, at, 1, i);
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

  /**
   * The expert with the largest logit that is not among those chosen already.
   *
   * @param chosen the first at {@code at}, the others {@code stride} apart
   * @param count how many those are
   */
  private static int likeliest(
      float[] logits, int base, int experts, int[] chosen, int at, int stride, int count) {
    int best = -1;
    for (int e = 0; e < experts; e++) {
      if ((best < 0 || logits[base + e] > logits[base + best])
          && !isChosen(chosen, at, stride, count, e)) {
        best = e;
      }
    }
    return Math.max(best, 0);
  }

  private static boolean isChosen(int[] chosen, int at, int stride, int count, int expert) {
    for (int i = 0; i < count; i++) {
      if (chosen[at + i * stride] == expert) {
        return true;
      }
    }
    return false;
  }
}
