package org.harmonykb.engine.model;

import java.util.ArrayList;
import java.util.List;
import org.harmonykb.engine.format.ModelFile;
import org.harmonykb.engine.format.ModelMetadata;
import org.harmonykb.engine.format.Tensor;
import org.harmonykb.engine.kernel.Compute;
import org.harmonykb.engine.kernel.KvLayout;

/**
 * Qwen 3 with a mixture of experts: attention as in Qwen 3, experts without biases, and some layers
 * dense. Source: {@code modeling_qwen3_moe.py} of the transformers library.
 */
final class Qwen3Moe {

  private Qwen3Moe() {}

  static Transformer build(
      ModelFile file,
      ModelConfig config,
      ModelTensors tensors,
      Compute compute,
      KvLayout kvLayout) {
    ModelMetadata metadata = file.metadata();
    int width = config.embeddingLength();
    Tensor embedding =
        tensors.matrix("token_embd.weight", width, file.tensor("token_embd.weight").rows());
    // GGUF files of this architecture carry no such key, and all of them normalise.
    MixtureOfExperts.Weights weights =
        metadata.flag("qwen3moe.expert_weights_norm", true)
            ? MixtureOfExperts.Weights.OF_CHOSEN
            : MixtureOfExperts.Weights.OF_ALL;
    MixtureOfExperts.Scratch scratch = new MixtureOfExperts.Scratch();
    DenseFeedForward.Scratch denseScratch = new DenseFeedForward.Scratch();
    int[] windows = config.windows(metadata, l -> false);
    List<Transformer.Layer> layers = new ArrayList<>();
    for (int l = 0; l < config.blockCount(); l++) {
      FeedForward feedForward =
          tensors.has("blk." + l + ".ffn_gate_inp.weight")
              ? new MixtureOfExperts(
                  tensors,
                  config,
                  l,
                  metadata.integer("qwen3moe.expert_feed_forward_length"),
                  MixtureOfExperts.Activation.SWIGLU,
                  weights,
                  scratch)
              : new DenseFeedForward(
                  tensors,
                  config,
                  l,
                  metadata.integer("qwen3moe.feed_forward_length"),
                  denseScratch);
      layers.add(
          new Transformer.Layer(
              tensors.vector("blk." + l + ".attn_norm.weight", width),
              Attention.from(tensors, config, l, windows[l]),
              tensors.vector("blk." + l + ".ffn_norm.weight", width),
              feedForward));
    }
    MixtureOfExperts.link(layers);
    return new Transformer(
        config,
        compute,
        kvLayout,
        Rope.from(
            metadata,
            config,
            Rope.Pairing.HALVES,
            tensors.vectorOrNull("rope_freqs.weight", config.keyLength() / 2)),
        embedding,
        layers,
        tensors.vector("output_norm.weight", width),
        tensors.output(embedding));
  }
}
