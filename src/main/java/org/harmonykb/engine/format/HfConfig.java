package org.harmonykb.engine.format;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.harmonykb.engine.ModelFormatException;
import org.jspecify.annotations.Nullable;

/**
 * A Hugging Face {@code config.json}: the numbers that shape a model, brought under GGUF's keys.
 * Source of names and defaults: the configuration classes of the transformers library, whose older
 * ({@code rope_theta}, {@code rope_scaling}) and newer ({@code rope_parameters}) spellings are both
 * read.
 */
final class HfConfig {

  private final JsonObject json;
  private final String architecture;
  private final @Nullable HfQuantization quantization;

  private HfConfig(JsonObject json, String architecture, @Nullable HfQuantization quantization) {
    this.json = json;
    this.architecture = architecture;
    this.quantization = quantization;
  }

  static HfConfig read(Path folder) {
    Path file = folder.resolve("config.json");
    if (!Files.isRegularFile(file)) {
      throw new ModelFormatException(
          file, null, "is missing; a safetensors model needs it beside its weights");
    }
    JsonObject json = Json.read(file);
    String name;
    if (json.has("architectures")) {
      List<?> names = json.list("architectures");
      if (names.size() != 1 || !(names.get(0) instanceof String only)) {
        throw json.broken("architectures", "must name one architecture");
      }
      name = only;
    } else {
      name = json.string("model_type");
    }
    String architecture =
        switch (name) {
          case "GptOssForCausalLM", "gpt_oss" -> "gpt-oss";
          case "LlamaForCausalLM", "llama" -> "llama";
          case "Qwen2ForCausalLM", "qwen2" -> "qwen2";
          case "Qwen3ForCausalLM", "qwen3" -> "qwen3";
          case "Qwen3MoeForCausalLM", "qwen3_moe" -> "qwen3moe";
          default ->
              throw json.broken(
                  "architectures",
                  "names "
                      + JsonObject.shortened(name)
                      + "; known are GptOss, Llama, Qwen2, Qwen3 and Qwen3MoeForCausalLM");
        };
    String activation = json.stringOrNull("hidden_act");
    if (activation != null && !activation.equals("silu")) {
      throw json.broken("hidden_act", "is " + activation + "; silu is known");
    }
    if (architecture.equals("gpt-oss") && json.number("swiglu_limit", 7) != 7) {
      throw json.broken("swiglu_limit", "is not 7, which gpt-oss's activation is written for");
    }
    return new HfConfig(json, architecture, HfQuantization.read(folder, json));
  }

  JsonObject json() {
    return json;
  }

  String architecture() {
    return architecture;
  }

  @Nullable HfQuantization quantization() {
    return quantization;
  }

  boolean isGptOss() {
    return architecture.equals("gpt-oss");
  }

  int layers() {
    int layers = json.integer("num_hidden_layers");
    if (layers < 1 || layers > 1023) {
      throw json.broken("num_hidden_layers", "is " + layers);
    }
    return layers;
  }

  int width() {
    return json.integer("hidden_size");
  }

  int heads() {
    int heads = json.integer("num_attention_heads");
    if (heads == 0) {
      throw json.broken("num_attention_heads", "is 0");
    }
    return heads;
  }

  int experts() {
    return json.has("num_local_experts")
        ? json.integer("num_local_experts")
        : json.integer("num_experts", isGptOss() ? 32 : 128);
  }

  int expertWidth() {
    return json.integer(isGptOss() ? "intermediate_size" : "moe_intermediate_size");
  }

  /** Whether the logits are computed with the embedding; what the file holds decides otherwise. */
  boolean isTied() {
    return json.flag("tie_word_embeddings", false);
  }

  /**
   * Metadata under GGUF's keys. Beside those of GGUF there are {@code rope.pairing}, {@code
   * rope.scaling.yarn_truncate} and, as one number per layer, {@code
   * attention.sliding_window_pattern}.
   *
   * @param headSize of a query head, which old configurations leave to the shape of the weights
   */
  Map<String, Object> metadata(String name, int headSize) {
    Map<String, Object> out = new LinkedHashMap<>();
    String prefix = architecture + ".";
    out.put("general.architecture", architecture);
    out.put("general.name", name);
    out.put(prefix + "block_count", layers());
    out.put(
        prefix + "context_length",
        json.integer("max_position_embeddings", isGptOss() ? 131072 : 2048));
    out.put(prefix + "embedding_length", width());
    out.put(prefix + "feed_forward_length", json.integer("intermediate_size", 0));
    out.put(prefix + "attention.head_count", heads());
    out.put(prefix + "attention.head_count_kv", json.integer("num_key_value_heads", heads()));
    out.put(prefix + "attention.key_length", headSize);
    out.put(prefix + "attention.value_length", headSize);
    out.put(
        prefix + "attention.layer_norm_rms_epsilon",
        json.number("rms_norm_eps", isGptOss() ? 1e-5 : 1e-6));
    window(prefix, out);
    if (isGptOss() || architecture.equals("qwen3moe")) {
      out.put(prefix + "expert_count", experts());
      out.put(
          prefix + "expert_used_count",
          json.has("num_experts_per_tok")
              ? json.integer("num_experts_per_tok")
              : json.integer("experts_per_token", isGptOss() ? 4 : 8));
      out.put(prefix + "expert_feed_forward_length", expertWidth());
      out.put(prefix + "expert_weights_norm", isGptOss() || json.flag("norm_topk_prob", false));
    }
    HfRope.metadata(json, architecture, headSize, out);
    return out;
  }

  /** Which layers see a window only: listed by layer, or by Qwen's older rule. */
  private void window(String prefix, Map<String, Object> out) {
    int window = json.integer("sliding_window", 0);
    boolean isUsed = isGptOss() || json.flag("use_sliding_window", false);
    if (window == 0 || !isUsed) {
      return;
    }
    int[] pattern = new int[layers()];
    if (json.has("layer_types")) {
      List<?> types = json.list("layer_types");
      if (types.size() != pattern.length) {
        throw json.broken("layer_types", "has " + types.size() + " entries for " + pattern.length);
      }
      for (int l = 0; l < pattern.length; l++) {
        pattern[l] =
            switch (String.valueOf(types.get(l))) {
              case "sliding_attention" -> 1;
              case "full_attention" -> 0;
              default -> throw json.broken("layer_types", "names an unknown kind of attention");
            };
      }
    } else {
      int full = json.integer("max_window_layers", 28);
      for (int l = 0; l < pattern.length; l++) {
        boolean isWindowed = isGptOss() ? l % 2 == 0 : l >= full;
        pattern[l] = isWindowed ? 1 : 0;
      }
    }
    out.put(prefix + "attention.sliding_window", window);
    out.put(prefix + "attention.sliding_window_pattern", pattern);
  }
}
