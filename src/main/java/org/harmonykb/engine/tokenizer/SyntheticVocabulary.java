package org.harmonykb.engine.tokenizer;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A vocabulary without knowledge of any language: the 256 bytes, Harmony's control tokens, and
 * tokens that no text contains up to the size that a model needs. With gpt-oss's 201,088 tokens the
 * control tokens have the ids of o200k_harmony.
 */
public final class SyntheticVocabulary {

  private static final int NORMAL = 1;
  private static final int CONTROL = 3;

  /** Where o200k_harmony's control tokens begin. */
  private static final int FIRST_CONTROL = 199_998;

  private static final String[] NAMES = {
    "<|startoftext|>",
    "<|endoftext|>",
    "<|reserved_200000|>",
    "<|reserved_200001|>",
    "<|return|>",
    "<|constrain|>",
    "<|reserved_200004|>",
    "<|channel|>",
    "<|start|>",
    "<|end|>",
    "<|message|>",
    "<|reserved_200009|>",
    "<|reserved_200010|>",
    "<|reserved_200011|>",
    "<|call|>"
  };

  private SyntheticVocabulary() {}

  /**
   * The tokenizer's metadata under GGUF's keys.
   *
   * @param size tokens in all, at least 272
   */
  public static Map<String, Object> metadata(int size) {
    int first = Math.min(FIRST_CONTROL, size - NAMES.length);
    if (first < 257) {
      throw new IllegalArgumentException("a vocabulary of " + size + " tokens is too small");
    }
    String[] tokens = new String[size];
    int[] types = new int[size];
    for (int id = 0; id < size; id++) {
      boolean control = id >= first && id < first + NAMES.length;
      tokens[id] =
          id < 256
              ? String.valueOf(ByteLevel.charOf(id))
              : control ? NAMES[id - first] : "[PAD" + id + "]";
      types[id] = control ? CONTROL : NORMAL;
    }
    String space = String.valueOf(ByteLevel.charOf(' '));
    tokens[256] = space + space; // some readers want a merge
    Map<String, Object> metadata = new LinkedHashMap<>();
    metadata.put("tokenizer.ggml.model", "gpt2");
    metadata.put("tokenizer.ggml.pre", "gpt-4o");
    metadata.put("tokenizer.ggml.tokens", tokens);
    metadata.put("tokenizer.ggml.token_type", types);
    metadata.put("tokenizer.ggml.merges", new String[] {space + " " + space});
    metadata.put("tokenizer.ggml.bos_token_id", first);
    metadata.put("tokenizer.ggml.eos_token_id", first + 4);
    metadata.put("tokenizer.ggml.padding_token_id", first + 1);
    return metadata;
  }
}
