package org.harmonykb.engine.model;

import java.util.List;
import org.harmonykb.engine.format.Tensor;
import org.harmonykb.engine.kernel.Compute;
import org.harmonykb.engine.kernel.KvLayout;
import org.harmonykb.engine.kvcache.KvSequence;
import org.jspecify.annotations.Nullable;

/**
 * Grouped-query attention of one layer: projections, rotation, cached keys and values, optional
 * per-head norms (Qwen 3), attention sinks and a sliding window (gpt-oss).
 *
 * @param window positions a token sees; 0 means all
 */
record Attention(
    int layer,
    Tensor q,
    Tensor k,
    Tensor v,
    Tensor output,
    float @Nullable [] qBias,
    float @Nullable [] kBias,
    float @Nullable [] vBias,
    float @Nullable [] outputBias,
    float @Nullable [] qNorm,
    float @Nullable [] kNorm,
    float @Nullable [] sinks,
    int window) {

  static Attention from(ModelTensors tensors, ModelConfig config, int layer, int window) {
    String prefix = "blk." + layer + ".attn_";
    int width = config.embeddingLength();
    int qWidth = config.headCount() * config.keyLength();
    int kvWidth = config.headCountKv() * config.keyLength();
    return new Attention(
        layer,
        tensors.matrix(prefix + "q.weight", width, qWidth),
        tensors.matrix(prefix + "k.weight", width, kvWidth),
        tensors.matrix(prefix + "v.weight", width, kvWidth),
        tensors.matrix(prefix + "output.weight", qWidth, width),
        tensors.vectorOrNull(prefix + "q.bias", qWidth),
        tensors.vectorOrNull(prefix + "k.bias", kvWidth),
        tensors.vectorOrNull(prefix + "v.bias", kvWidth),
        tensors.vectorOrNull(prefix + "output.bias", width),
        tensors.vectorOrNull(prefix + "q_norm.weight", config.keyLength()),
        tensors.vectorOrNull(prefix + "k_norm.weight", config.keyLength()),
        tensors.vectorOrNull(prefix + "sinks.weight", config.headCount()),
        window);
  }

  /** The weights that adapters may change. */
  List<Tensor> weights() {
    return List.of(q, k, v, output);
  }

  /** Reads {@code state.normed} and writes the layer's contribution to {@code state.delta}. */
  void forward(Compute compute, ModelConfig config, Rope rope, Batch batch, State state) {
    int tokens = batch.size;
    int heads = config.headCount();
    int headsKv = config.headCountKv();
    int headSize = config.keyLength();
    compute
        .product(q, state.normed, tokens, state.queries, qBias)
        .product(k, state.normed, tokens, state.keys, kBias)
        .product(v, state.normed, tokens, state.values, vBias)
        .run();
    state
        .lora
        .add(q, state.normed, tokens, state.queries)
        .add(k, state.normed, tokens, state.keys)
        .add(v, state.normed, tokens, state.values)
        .run(compute);
    if (qNorm != null && kNorm != null) {
      compute.rmsNorm(
          state.queries, qNorm, config.layerNormRmsEpsilon(), state.queries, tokens * heads);
      compute.rmsNorm(
          state.keys, kNorm, config.layerNormRmsEpsilon(), state.keys, tokens * headsKv);
    }
    compute.forEach(
        tokens,
        t -> {
          int angles = t * rope.size();
          rope.rotate(state.queries, t * heads * headSize, heads, headSize, state.angles, angles);
          rope.rotate(state.keys, t * headsKv * headSize, headsKv, headSize, state.angles, angles);
          batch.sequences[t].store(
              layer, batch.positions[t], state.keys, state.values, t * headsKv * headSize);
        });
    Compute.KvView[] views = new Compute.KvView[tokens];
    KvSequence previous = null;
    for (int t = 0; t < tokens; t++) {
      KvSequence sequence = batch.sequences[t];
      views[t] = sequence == previous ? views[t - 1] : sequence.view(layer);
      previous = sequence;
    }
    compute.attention(
        state.queries,
        views,
        batch.positions,
        tokens,
        heads,
        headsKv,
        headSize,
        window,
        sinks,
        state.layout,
        state.attended);
    compute.product(output, state.attended, tokens, state.delta, outputBias).run();
    state.lora.add(output, state.attended, tokens, state.delta).run(compute);
  }

  /**
   * Mutable buffers of a forward pass, {@code [tokens][width]} each; owned by the engine's thread.
   */
  static final class State {
    final KvLayout layout;
    final LoraPass lora = new LoraPass();
    float[] hidden = {};
    float[] normed = {};
    float[] delta = {};
    float[] queries = {};
    float[] keys = {};
    float[] values = {};
    float[] attended = {};
    float[] angles = {};
    private int capacity;

    State(KvLayout layout) {
      this.layout = layout;
    }

    void ensure(int tokens, ModelConfig config, Rope rope) {
      if (tokens <= capacity) {
        return;
      }
      capacity = Math.max(tokens, 8);
      int qWidth = config.headCount() * config.keyLength();
      int kvWidth = config.headCountKv() * config.keyLength();
      hidden = new float[capacity * config.embeddingLength()];
      normed = new float[capacity * config.embeddingLength()];
      delta = new float[capacity * config.embeddingLength()];
      queries = new float[capacity * qWidth];
      keys = new float[capacity * kvWidth];
      values = new float[capacity * kvWidth];
      attended = new float[capacity * qWidth];
      angles = new float[capacity * rope.size()];
    }
  }
}
