package org.harmonykb.engine.model;

import java.util.ArrayList;
import java.util.List;
import org.harmonykb.engine.format.ModelFile;
import org.harmonykb.engine.format.Tensor;
import org.harmonykb.engine.kernel.Compute;
import org.harmonykb.engine.kernel.KvLayout;

/**
 * Dense models of the Llama family: SmolLM2 and Llama 3, and Qwen, which adds biases (2) or norms
 * of queries and keys (3) and pairs rotated values by halves.
 */
final class Llama {

  private Llama() {}

  static Transformer build(
      ModelFile file,
      ModelConfig config,
      ModelTensors tensors,
      Compute compute,
      KvLayout kvLayout,
      Rope.Pairing pairing) {
    int width = config.embeddingLength();
    int feedForwardLength = file.metadata().integer(config.architecture() + ".feed_forward_length");
    Tensor embedding =
        tensors.matrix("token_embd.weight", width, file.tensor("token_embd.weight").rows());
    DenseFeedForward.Scratch scratch = new DenseFeedForward.Scratch();
    List<Transformer.Layer> layers = new ArrayList<>();
    int[] windows = config.windows(file.metadata(), l -> false);
    for (int l = 0; l < config.blockCount(); l++) {
      layers.add(
          new Transformer.Layer(
              tensors.vector("blk." + l + ".attn_norm.weight", width),
              Attention.from(tensors, config, l, windows[l]),
              tensors.vector("blk." + l + ".ffn_norm.weight", width),
              new DenseFeedForward(tensors, config, l, feedForwardLength, scratch)));
    }
    return new Transformer(
        config,
        compute,
        kvLayout,
        Rope.from(
            file.metadata(),
            config,
            pairing,
            tensors.vectorOrNull("rope_freqs.weight", config.keyLength() / 2)),
        embedding,
        layers,
        tensors.vector("output_norm.weight", width),
        tensors.output(embedding));
  }
}
