package org.harmonykb.engine.model;

import java.util.ArrayList;
import java.util.List;
import org.harmonykb.engine.format.ModelFile;
import org.harmonykb.engine.format.Tensor;
import org.harmonykb.engine.kernel.Compute;
import org.harmonykb.engine.kernel.KvLayout;

/**
 * OpenAI's gpt-oss: attention with sinks, a sliding window on every other layer from the first, and
 * a mixture of experts with biases and a clamped SwiGLU. Source: {@code gpt_oss/torch/model.py}.
 */
final class GptOss {

  private GptOss() {}

  static Transformer build(
      ModelFile file,
      ModelConfig config,
      ModelTensors tensors,
      Compute compute,
      KvLayout kvLayout) {
    int width = config.embeddingLength();
    int expertWidth = file.metadata().integer("gpt-oss.expert_feed_forward_length");
    Tensor embedding =
        tensors.matrix("token_embd.weight", width, file.tensor("token_embd.weight").rows());
    MixtureOfExperts.Scratch scratch = new MixtureOfExperts.Scratch();
    List<Transformer.Layer> layers = new ArrayList<>();
    int[] windows = config.windows(file.metadata(), l -> l % 2 == 0);
    for (int l = 0; l < config.blockCount(); l++) {
      layers.add(
          new Transformer.Layer(
              tensors.vector("blk." + l + ".attn_norm.weight", width),
              Attention.from(tensors, config, l, windows[l]),
              tensors.vector("blk." + l + ".post_attention_norm.weight", width),
              new MixtureOfExperts(
                  tensors,
                  config,
                  l,
                  expertWidth,
                  MixtureOfExperts.Activation.CLAMPED_SWIGLU,
                  MixtureOfExperts.Weights.OF_CHOSEN,
                  scratch)));
    }
    MixtureOfExperts.link(layers);
    return new Transformer(
        config,
        compute,
        kvLayout,
        Rope.from(file.metadata(), config, Rope.Pairing.HALVES, null),
        embedding,
        layers,
        tensors.vector("output_norm.weight", width),
        tensors.output(embedding));
  }
}
