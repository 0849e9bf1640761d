package org.harmonykb.engine.format;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The rotary embedding of a Hugging Face configuration. Source: {@code modeling_rope_utils.py} of
 * the transformers library.
 */
final class HfRope {

  private HfRope() {}

  /** Adds the keys under {@code <architecture>.rope.}. */
  static void metadata(
      JsonObject config, String architecture, int headSize, Map<String, Object> out) {
    String prefix = architecture + ".rope.";
    JsonObject parameters = parameters(config);
    double rotated =
        parameters != null && parameters.has("partial_rotary_factor")
            ? parameters.number("partial_rotary_factor")
            : config.number("partial_rotary_factor", 1);
    out.put(prefix + "dimension_count", (int) (headSize * rotated));
    out.put(prefix + "freq_base", base(config));
    out.put(prefix + "pairing", "halves");
    if (parameters == null) {
      return;
    }
    String type = type(parameters);
    switch (type) {
      // Dynamic scaling begins beyond the trained context, where we do not go.
      case "default", "dynamic" -> {}
      // Factors of the frequencies, which are a tensor in GGUF.
      case "llama3" -> {}
      case "linear" -> {
        out.put(prefix + "scaling.type", "linear");
        out.put(prefix + "scaling.factor", parameters.number("factor"));
      }
      case "yarn" -> yarn(config, parameters, architecture, prefix, out);
      default ->
          throw parameters.broken(
              "rope_type",
              "is "
                  + JsonObject.shortened(type)
                  + "; known are default, linear, dynamic, llama3, yarn");
    }
  }

  private static void yarn(
      JsonObject config,
      JsonObject parameters,
      String architecture,
      String prefix,
      Map<String, Object> out) {
    double factor = parameters.number("factor");
    out.put(prefix + "scaling.type", "yarn");
    out.put(prefix + "scaling.factor", factor);
    out.put(
        prefix + "scaling.original_context_length",
        parameters.integer(
            "original_max_position_embeddings",
            config.has("original_max_position_embeddings")
                ? config.integer("original_max_position_embeddings")
                : config.integer("max_position_embeddings")));
    out.put(prefix + "scaling.yarn_beta_fast", parameters.number("beta_fast", 32));
    out.put(prefix + "scaling.yarn_beta_slow", parameters.number("beta_slow", 1));
    out.put(
        prefix + "scaling.yarn_truncate",
        parameters.flag("truncate", !architecture.equals("gpt-oss")));
    // GGUF's factor comes on top of the usual magnitude.
    if (parameters.has("attention_factor")) {
      out.put(
          prefix + "scaling.attn_factor",
          parameters.number("attention_factor") / magnitude(factor, 1));
    } else if (parameters.number("mscale", 0) != 0 && parameters.number("mscale_all_dim", 0) != 0) {
      double wanted =
          magnitude(factor, parameters.number("mscale"))
              / magnitude(factor, parameters.number("mscale_all_dim"));
      out.put(prefix + "scaling.attn_factor", wanted / magnitude(factor, 1));
    }
  }

  private static double magnitude(double factor, double scale) {
    return factor <= 1 ? 1 : 0.1 * scale * Math.log(factor) + 1;
  }

  /**
   * Divisors of the frequencies by Llama 3's rule, as GGUF's {@code rope_freqs.weight} has them, or
   * null if another rule or none is used.
   */
  static @Nullable Tensor frequencyFactors(JsonObject config, int headSize) {
    JsonObject parameters = parameters(config);
    if (parameters == null || !type(parameters).equals("llama3")) {
      return null;
    }
    double base = base(config);
    double factor = parameters.number("factor");
    double low = parameters.number("low_freq_factor");
    double high = parameters.number("high_freq_factor");
    double context = parameters.number("original_max_position_embeddings");
    if (!(factor >= 1 && low > 0 && high > low && context > 0)) {
      throw config.broken("rope_scaling", "has factors that make no sense");
    }
    ByteBuffer bytes = ByteBuffer.allocateDirect(2 * headSize).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < headSize / 2; i++) {
      double waveLength = 2 * Math.PI * Math.pow(base, 2.0 * i / headSize);
      double smooth = Math.clamp((context / waveLength - low) / (high - low), 0, 1);
      // The frequency becomes (1 - smooth) f / factor + smooth f.
      bytes.putFloat((float) (1 / ((1 - smooth) / factor + smooth)));
    }
    MemorySegment data = MemorySegment.ofBuffer(bytes.flip());
    assert data.byteSize() % ValueLayout.JAVA_FLOAT.byteSize() == 0;
    return new Tensor(
        "rope_freqs.weight", TensorType.F32, new long[] {headSize / 2}, data.asReadOnly());
  }

  private static double base(JsonObject config) {
    JsonObject parameters = parameters(config);
    double fallback = "gpt_oss".equals(config.stringOrNull("model_type")) ? 150000 : 10000;
    double base =
        parameters != null && parameters.has("rope_theta")
            ? parameters.number("rope_theta")
            : config.number("rope_theta", fallback);
    if (!(base > 1 && base < 1e30)) {
      throw config.broken("rope_theta", "is " + base);
    }
    return base;
  }

  private static @Nullable JsonObject parameters(JsonObject config) {
    JsonObject parameters = config.objectOrNull("rope_parameters");
    return parameters != null ? parameters : config.objectOrNull("rope_scaling");
  }

  private static String type(JsonObject parameters) {
    String type = parameters.stringOrNull("rope_type");
    if (type == null) {
      type = parameters.stringOrNull("type");
    }
    return type == null ? "default" : type;
  }
}
