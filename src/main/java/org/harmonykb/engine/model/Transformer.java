package org.harmonykb.engine.model;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.harmonykb.engine.format.Tensor;
import org.harmonykb.engine.kernel.Compute;
import org.harmonykb.engine.kernel.KvLayout;

/**
 * A decoder-only model: embedding, layers of attention and feed-forward with RMS norms before each,
 * a last norm, and logits. What differs between architectures is which parts the layers are made
 * of. Holds the buffers of a pass; used by one thread.
 */
public final class Transformer {

  /** One layer. */
  record Layer(
      float[] attentionNorm,
      Attention attention,
      float[] feedForwardNorm,
      FeedForward feedForward) {}

  private final ModelConfig config;
  private final Compute compute;
  private final Rope rope;
  private final Tensor embedding;
  private final List<Layer> layers;
  private final float[] outputNorm;
  private final Tensor output;
  private final Attention.State state;
  private final Attention.State passState;

  Transformer(
      ModelConfig config,
      Compute compute,
      KvLayout kvLayout,
      Rope rope,
      Tensor embedding,
      List<Layer> layers,
      float[] outputNorm,
      Tensor output) {
    this.config = config;
    this.compute = compute;
    this.rope = rope;
    this.embedding = embedding;
    this.layers = List.copyOf(layers);
    this.outputNorm = outputNorm;
    this.output = output;
    this.state = new Attention.State(kvLayout);
    this.passState = new Attention.State(kvLayout);
  }

  public ModelConfig config() {
    return config;
  }

  public int vocabularySize() {
    return output.rows();
  }

  /** The weights that adapters may change, by name. */
  Map<String, Tensor> adaptableWeights() {
    Map<String, Tensor> weights = new LinkedHashMap<>();
    for (Layer layer : layers) {
      layer.attention.weights().forEach(weight -> weights.put(weight.name(), weight));
      layer.feedForward.weights().forEach(weight -> weights.put(weight.name(), weight));
    }
    if (output != embedding) {
      weights.put(output.name(), output);
    }
    return weights;
  }

  /** Whether a value of a head turns with the one half a head away, not with its neighbour. */
  boolean isRotatedByHalves() {
    return rope.pairing() == Rope.Pairing.HALVES;
  }

  /** Heads in the rows of a weight that makes queries or keys; 0 for all other weights. */
  int rotatedHeads(Tensor weight) {
    for (Layer layer : layers) {
      if (weight == layer.attention.q()) {
        return config.headCount();
      }
      if (weight == layer.attention.k()) {
        return config.headCountKv();
      }
    }
    return 0;
  }

  /** Whether all values of a tensor are numbers; may be called by any thread. */
  boolean isFinite(Tensor tensor) {
    float[] row = new float[tensor.columns()];
    for (int r = 0; r < tensor.rows() * tensor.matrices(); r++) {
      compute.row(tensor, r, row, 0);
      for (float value : row) {
        if (!Float.isFinite(value)) {
          return false;
        }
      }
    }
    return true;
  }

  /**
   * Computes a batch: stores all keys and values, and the logits of the rows that want them.
   *
   * @param logits {@code [wanted][vocabularySize]}
   */
  public void forward(Batch batch, float[] logits) {
    Pass pass = new Pass(state, batch, logits);
    while (!pass.isDone()) {
      pass.computeLayer();
    }
  }

  /**
   * Begins to compute a batch of which others need not wait for the end: between its layers, {@link
   * #forward} may be called for other sequences. There is one such pass at a time, and the batch is
   * its own until it is done.
   *
   * @param logits as of {@link #forward}
   */
  public Pass begin(Batch batch, float[] logits) {
    return new Pass(passState, batch, logits);
  }

  /** A batch on its way through the layers. */
  public final class Pass {

    private final Attention.State state;
    private final Batch batch;
    private final float[] logits;
    private int layer;
    private int tokens;

    private Pass(Attention.State state, Batch batch, float[] logits) {
      this.state = state;
      this.batch = batch;
      this.logits = logits;
      this.tokens = batch.size;
    }

    public int layers() {
      return layers.size();
    }

    public int layersDone() {
      return layer;
    }

    public boolean isDone() {
      return layer == layers.size();
    }

    /** Computes the next layer, and what comes before the first and after the last. */
    public void computeLayer() {
      int width = config.embeddingLength();
      float epsilon = config.layerNormRmsEpsilon();
      if (layer == 0) {
        embed(width);
      }
      compute.setKinds(batch.kinds());
      Layer current = layers.get(layer++);
      compute.rmsNorm(state.hidden, current.attentionNorm, epsilon, state.normed, tokens);
      current.attention.forward(compute, config, rope, batch, state);
      compute.add(state.hidden, state.delta, tokens, width);
      if (isDone()) {
        // Nobody reads the others any more: their keys and values are stored.
        keepWanted(state, batch, width);
        tokens = batch.wantedCount;
        if (tokens == 0) {
          return;
        }
      }
      compute.rmsNorm(state.hidden, current.feedForwardNorm, epsilon, state.normed, tokens);
      current.feedForward.forward(compute, state.lora, state.normed, tokens, state.delta);
      compute.add(state.hidden, state.delta, tokens, width);
      if (isDone()) {
        compute.rmsNorm(state.hidden, outputNorm, epsilon, state.normed, tokens);
        compute.product(output, state.normed, tokens, logits, null).run();
        state.lora.add(output, state.normed, tokens, logits).run(compute);
      }
    }

    private void embed(int width) {
      state.ensure(tokens, config, rope);
      state.lora.begin(batch);
      compute.forEach(
          tokens,
          t -> {
            compute.row(embedding, batch.tokens[t], state.hidden, t * width);
            rope.angles(batch.positions[t], state.angles, t * rope.size());
          });
    }
  }

  private void keepWanted(Attention.State state, Batch batch, int width) {
    compute.setKinds(batch.kinds().of(batch.wanted, 0, batch.wantedCount));
    state.lora.keep(batch.wanted, batch.wantedCount);
    for (int i = 0; i < batch.wantedCount; i++) {
      System.arraycopy(state.hidden, batch.wanted[i] * width, state.hidden, i * width, width);
    }
  }
}
