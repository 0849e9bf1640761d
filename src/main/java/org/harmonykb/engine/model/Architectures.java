package org.harmonykb.engine.model;

import java.util.List;
import org.harmonykb.engine.ModelFormatException;
import org.harmonykb.engine.format.ModelFile;
import org.harmonykb.engine.kernel.Compute;
import org.harmonykb.engine.kernel.KvLayout;
import org.harmonykb.engine.paging.WeightStore;

/** The known architectures. */
public final class Architectures {

  private static final List<String> NAMES =
      List.of("gpt-oss", "llama", "qwen2", "qwen3", "qwen3moe");

  private Architectures() {}

  /**
   * Builds the model that a file holds, with all weights mapped.
   *
   * @throws ModelFormatException if the architecture is unknown or a tensor is missing or misshapen
   */
  public static Transformer build(ModelFile file, Compute compute, KvLayout kvLayout) {
    return build(file, compute, kvLayout, WeightStore.mapped(file));
  }

  /**
   * Builds the model that a file holds.
   *
   * @param weights where they are while it runs; the caller closes it after the last pass
   * @throws ModelFormatException if the architecture is unknown or a tensor is missing or misshapen
   */
  public static Transformer build(
      ModelFile file, Compute compute, KvLayout kvLayout, WeightStore weights) {
    ModelConfig config = ModelConfig.from(file.metadata());
    ModelTensors tensors = new ModelTensors(file, compute, weights);
    return switch (config.architecture()) {
      case "gpt-oss" -> GptOss.build(file, config, tensors, compute, kvLayout);
      case "llama" -> Llama.build(file, config, tensors, compute, kvLayout, Rope.Pairing.ADJACENT);
      case "qwen2", "qwen3" ->
          Llama.build(file, config, tensors, compute, kvLayout, Rope.Pairing.HALVES);
      case "qwen3moe" -> Qwen3Moe.build(file, config, tensors, compute, kvLayout);
      default ->
          throw new ModelFormatException(
              file.path(),
              null,
              "holds the architecture %s; known are %s"
                  .formatted(config.architecture(), String.join(", ", NAMES)));
    };
  }
}
