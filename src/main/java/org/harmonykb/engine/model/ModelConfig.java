package org.harmonykb.engine.model;

import java.util.function.IntPredicate;
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

  /** Far above any model's; sizes of buffers cannot overflow below them. */
  private static final int MAX_WIDTH = 1 << 20;

  private static final int MAX_CONTEXT = 1 << 28;

  /**
   * The window of each layer, 0 for those that see all positions.
   *
   * @param byDefault which layers have a window where the file does not say
   */
  int[] windows(ModelMetadata metadata, IntPredicate byDefault) {
    String key = architecture + ".attention.sliding_window_pattern";
    int[] pattern = metadata.raw(key) instanceof int[] listed ? listed : null;
    if (pattern != null && pattern.length != blockCount) {
      throw new ModelFormatException(
          metadata.file(), null, key + " has " + pattern.length + " entries for " + blockCount);
    }
    int[] windows = new int[blockCount];
    for (int l = 0; l < blockCount; l++) {
      boolean isWindowed = pattern == null ? byDefault.test(l) : pattern[l] != 0;
      windows[l] = isWindowed ? slidingWindow : 0;
    }
    return windows;
  }

  public static ModelConfig from(ModelMetadata metadata) {
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
            && config.contextLength <= MAX_CONTEXT
            && embeddingLength > 0
            && embeddingLength <= MAX_WIDTH
            && headCount <= MAX_WIDTH
            && config.headCountKv > 0
            && headCount % config.headCountKv == 0
            && config.keyLength > 0
            && config.keyLength % 2 == 0
            && (long) headCount * config.keyLength <= MAX_WIDTH
            && valueLength == config.keyLength
            && config.expertUsedCount <= config.expertCount
            && config.expertCount <= MAX_WIDTH
            && (config.expertCount == 0 || config.expertUsedCount > 0)
            && config.layerNormRmsEpsilon >= 0
            && config.layerNormRmsEpsilon < 1;
    if (!plausible) {
      throw new ModelFormatException(metadata.file(), null, "has impossible dimensions: " + config);
    }
    return config;
  }
}
