package org.harmonykb.engine.model;

import org.harmonykb.engine.ModelFormatException;
import org.harmonykb.engine.format.ModelMetadata;

/**
 * The numbers that shape a model, by their GGUF names.
 *
 * @param slidingWindow positions seen by windowed layers; 0 means no layer has a window
 * @param expertCount experts per layer; 0 in dense models
 */
public record ModelConfig(
    String architecture,
    int blockCount,
    int contextLength,
    int embeddingLength,
    int headCount,
    int headCountKv,
    int keyLength,
    int slidingWindow,
    int expertCount,
    int expertUsedCount,
    float layerNormRmsEpsilon) {

  static ModelConfig from(ModelMetadata metadata) {
    String architecture = metadata.string("general.architecture");
    String prefix = architecture + ".";
    int embeddingLength = metadata.integer(prefix + "embedding_length");
    int headCount = metadata.integer(prefix + "attention.head_count");
    if (headCount == 0) {
      throw new ModelFormatException(metadata.file(), null, prefix + "attention.head_count is 0");
    }
    ModelConfig config =
        new ModelConfig(
            architecture,
            metadata.integer(prefix + "block_count"),
            metadata.integer(prefix + "context_length"),
            embeddingLength,
            headCount,
            metadata.integer(prefix + "attention.head_count_kv", headCount),
            metadata.integer(prefix + "attention.key_length", embeddingLength / headCount),
            metadata.integer(prefix + "attention.sliding_window", 0),
            metadata.integer(prefix + "expert_count", 0),
            metadata.integer(prefix + "expert_used_count", 0),
            metadata.number(prefix + "attention.layer_norm_rms_epsilon", 1e-5f));
    int valueLength = metadata.integer(prefix + "attention.value_length", config.keyLength);
    boolean plausible =
        config.blockCount > 0
            && config.blockCount < 1024
            && config.contextLength > 0
            && embeddingLength > 0
            && config.headCountKv > 0
            && headCount % config.headCountKv == 0
            && config.keyLength > 0
            && config.keyLength % 2 == 0
            && valueLength == config.keyLength
            && config.expertUsedCount <= config.expertCount
            && (config.expertCount == 0 || config.expertUsedCount > 0);
    if (!plausible) {
      throw new ModelFormatException(metadata.file(), null, "has impossible dimensions: " + config);
    }
    return config;
  }
}
