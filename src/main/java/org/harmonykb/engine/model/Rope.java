package org.harmonykb.engine.model;

import org.harmonykb.engine.ModelFormatException;
import org.harmonykb.engine.format.ModelMetadata;
import org.jspecify.annotations.Nullable;

/**
 * Rotary position embedding. Immutable.
 *
 * <p>YaRN for gpt-oss follows OpenAI's {@code model.py}: the correction range is not rounded, and
 * cosine and sine are scaled by {@code 0.1 ln(factor) + 1}. For the others it is that of the
 * transformers library.
 */
final class Rope {

  /** Which two values of a head turn together. */
  enum Pairing {
    /** Neighbours, as GGUF stores Llama's weights. */
    ADJACENT,
    /** A value of the first half with its partner in the second, as in GPT-NeoX. */
    HALVES
  }

  private static final double BETA_FAST = 32;
  private static final double BETA_SLOW = 1;

  private final Pairing pairing;
  private final double[] inverseFrequencies; // [headSize / 2]
  private final double magnitude;

  private Rope(Pairing pairing, double[] inverseFrequencies, double magnitude) {
    this.pairing = pairing;
    this.inverseFrequencies = inverseFrequencies;
    this.magnitude = magnitude;
  }

  /**
   * @param pairing unless the file says otherwise, which Hugging Face's unpermuted weights do
   * @param frequencyFactors divisors of the frequencies as in Llama 3's {@code rope_freqs}, or null
   */
  static Rope from(
      ModelMetadata metadata,
      ModelConfig config,
      Pairing pairing,
      float @Nullable [] frequencyFactors) {
    String prefix = config.architecture() + ".rope.";
    int size = metadata.integer(prefix + "dimension_count", config.keyLength());
    double base = metadata.number(prefix + "freq_base", 10000);
    String scaling = metadata.stringOrNull(prefix + "scaling.type");
    double factor = metadata.number(prefix + "scaling.factor", 1);
    // A factor of 0 stands for none in some files.
    factor = factor == 0 ? 1 : factor;
    if (size < 2 || size > config.keyLength() || size % 2 != 0) {
      throw broken(metadata, prefix + "dimension_count", size);
    }
    if (!(base > 1 && base < 1e30)) {
      throw broken(metadata, prefix + "freq_base", base);
    }
    if (!(factor > 0 && factor < 1e6)) {
      throw broken(metadata, prefix + "scaling.factor", factor);
    }
    double[] inverse = new double[size / 2];
    double magnitude = 1;
    for (int i = 0; i < inverse.length; i++) {
      inverse[i] = Math.pow(base, -2.0 * i / size);
      if (frequencyFactors != null) {
        if (!(frequencyFactors[i] > 0)) {
          throw broken(metadata, "rope_freqs.weight", frequencyFactors[i]);
        }
        inverse[i] /= frequencyFactors[i];
      }
    }
    if ("linear".equals(scaling)) {
      for (int i = 0; i < inverse.length; i++) {
        inverse[i] /= factor;
      }
    } else if ("yarn".equals(scaling) && factor > 1) {
      spread(metadata, prefix, base, factor, inverse);
      magnitude = (0.1 * Math.log(factor) + 1) * metadata.number(prefix + "scaling.attn_factor", 1);
    } else if (scaling != null && !scaling.equals("none") && !scaling.equals("yarn")) {
      throw new ModelFormatException(
          metadata.file(), null, prefix + "scaling.type is none of none, linear, yarn");
    }
    boolean isHalves = "halves".equals(metadata.stringOrNull(prefix + "pairing"));
    return new Rope(isHalves ? Pairing.HALVES : pairing, inverse, magnitude);
  }

  /**
   * YaRN: slow turns are stretched by the factor, fast ones stay, those between are mixed. The
   * range between is rounded outwards by all but gpt-oss, and kept within the head by all.
   */
  private static void spread(
      ModelMetadata metadata, String prefix, double base, double factor, double[] inverse) {
    int size = 2 * inverse.length;
    double context = metadata.integer(prefix + "scaling.original_context_length");
    double fast = metadata.number(prefix + "scaling.yarn_beta_fast", (float) BETA_FAST);
    double slow = metadata.number(prefix + "scaling.yarn_beta_slow", (float) BETA_SLOW);
    if (!(context > 0 && fast > 0 && slow > 0)) {
      throw new ModelFormatException(
          metadata.file(), null, prefix + "scaling has a context or beta that is not positive");
    }
    double low = correction(size, context, fast, base);
    double high = correction(size, context, slow, base);
    if (metadata.flag(prefix + "scaling.yarn_truncate", !prefix.startsWith("gpt-oss."))) {
      low = Math.floor(low);
      high = Math.ceil(high);
    }
    low = Math.max(low, 0);
    high = Math.min(high, size - 1);
    for (int i = 0; i < inverse.length; i++) {
      double ramp = Math.clamp((i - low) / (high == low ? 1e-3 : high - low), 0, 1);
      inverse[i] = inverse[i] / factor * ramp + inverse[i] * (1 - ramp);
    }
  }

  private static ModelFormatException broken(ModelMetadata metadata, String key, double value) {
    return new ModelFormatException(metadata.file(), null, key + " is " + value);
  }

  /** The pair that makes so many rotations within the original context. */
  private static double correction(int size, double context, double rotations, double base) {
    return size / 2.0 * Math.log(context / (rotations * 2 * Math.PI)) / Math.log(base);
  }

  Pairing pairing() {
    return pairing;
  }

  /** Values of a head that are rotated. */
  int size() {
    return 2 * inverseFrequencies.length;
  }

  /**
   * Cosines and sines of a position.
   *
   * @param table {@code [cos..., sin...]}, from {@code offset}, {@link #size} values
   */
  void angles(int position, float[] table, int offset) {
    int half = inverseFrequencies.length;
    for (int i = 0; i < half; i++) {
      double angle = position * inverseFrequencies[i];
      table[offset + i] = (float) (Math.cos(angle) * magnitude);
      table[offset + half + i] = (float) (Math.sin(angle) * magnitude);
    }
  }

  /** Rotates heads in place with the angles of their position. */
  void rotate(float[] x, int offset, int heads, int headSize, float[] table, int tableOffset) {
    int half = inverseFrequencies.length;
    int step = pairing == Pairing.ADJACENT ? 2 : 1;
    int partner = pairing == Pairing.ADJACENT ? 1 : half;
    for (int h = 0; h < heads; h++) {
      int base = offset + h * headSize;
      for (int i = 0; i < half; i++) {
        float cos = table[tableOffset + i];
        float sin = table[tableOffset + half + i];
        int a = base + i * step;
        float xa = x[a];
        float xb = x[a + partner];
        x[a] = xa * cos - xb * sin;
        x[a + partner] = xa * sin + xb * cos;
      }
    }
  }
}
