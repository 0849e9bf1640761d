package org.harmonykb.engine.kernel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.harmonykb.engine.kernel.Memory.ALL;

import java.util.Arrays;
import org.harmonykb.engine.format.TensorType;
import org.jspecify.annotations.Nullable;

/**
 * Quantises rows block by block. Block layouts and reference rounding follow ggml's {@code
 * ggml-common.h} and {@code ggml-quants.c}. Holds scratch buffers; used by one thread.
 */
final class BlockEncoder {

  /** Values in a block of each of the quantised types here. */
  private static final int BLOCK = 32;

  /**
   * Codes by the quarter that a magnitude does not pass: the borders between 0, 0.5, 1, 1.5, 2, 3,
   * 4 and 6 lie at whole quarters. A table, because comparisons would be mispredicted.
   */
  private static final byte[] NEAREST_E2M1 = {
    0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 4, 5, 5, 5, 5, 6, 6, 6, 6, 6, 6, 7
  };

  private final RowCodec.Rounding rounding;
  private final Kernel kernel;
  private final float[] equal = new float[BLOCK];
  private final float[] sums = new float[2 * ScaleSearch.CANDIDATES];

  BlockEncoder(RowCodec.Rounding rounding, Kernel kernel) {
    this.rounding = rounding;
    this.kernel = kernel;
    Arrays.fill(equal, 1);
  }

  void encode(
      TensorType type,
      float[] x,
      int columns,
      float @Nullable [] importance,
      int importanceOffset,
      long out) {
    for (int i = 0; i < columns; i += type.blockSize(), out += type.blockBytes()) {
      float[] weights = importance == null ? equal : importance;
      int at = importance == null ? 0 : importanceOffset + i;
      switch (type) {
        case F32 -> ALL.set(Memory.FLOAT, out, x[i]);
        case F16 -> ALL.set(Memory.SHORT, out, Float.floatToFloat16(x[i]));
        case BF16 -> ALL.set(Memory.SHORT, out, bfloat16(x[i]));
        case Q8_0 -> q80(x, i, out);
        case Q4_0 -> {
          if (rounding == RowCodec.Rounding.REFERENCE) {
            q40(x, i, out);
          } else {
            q40(x, i, weights, at, out);
          }
        }
        case MXFP4 -> mxfp4(x, i, weights, at, out);
        default -> throw new IllegalArgumentException(type + " cannot be written");
      }
    }
  }

  /** Rounds to nearest, ties to even; NaN stays NaN. */
  private static short bfloat16(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      return (short) (bits >> 16 | 0x40);
    }
    return (short) (bits + 0x7fff + (bits >> 16 & 1) >> 16);
  }

  private static void q80(float[] x, int o, long out) {
    float max = 0;
    for (int i = 0; i < BLOCK; i++) {
      max = Math.max(max, Math.abs(x[o + i]));
    }
    float d = max / 127;
    float inverse = d != 0 ? 1 / d : 0;
    ALL.set(Memory.SHORT, out, Float.floatToFloat16(d));
    for (int i = 0; i < BLOCK; i++) {
      float q = x[o + i] * inverse;
      // Halves go away from zero; in double, because 0.49999997f + 0.5f is 1.
      ALL.set(JAVA_BYTE, out + 2 + i, (byte) (q + Math.copySign(0.5, q)));
    }
  }

  /** The value with the largest magnitude, the first on ties. */
  private static float extreme(float[] x, int o) {
    float extreme = 0;
    for (int i = 0; i < BLOCK; i++) {
      if (Math.abs(x[o + i]) > Math.abs(extreme)) {
        extreme = x[o + i];
      }
    }
    return extreme;
  }

  private static void q40(float[] x, int o, long out) {
    float d = extreme(x, o) / -8;
    float inverse = d != 0 ? 1 / d : 0;
    ALL.set(Memory.SHORT, out, Float.floatToFloat16(d));
    for (int i = 0; i < 16; i++) {
      int low = Math.min(15, (byte) (x[o + i] * inverse + 8.5f));
      int high = Math.min(15, (byte) (x[o + 16 + i] * inverse + 8.5f));
      ALL.set(JAVA_BYTE, out + 2 + i, (byte) (low | high << 4));
    }
  }

  /**
   * For codes q the best scale is Σwxq / Σwq², and what it leaves is Σwx² - (Σwxq)² / Σwq²; so the
   * candidate that maximises the last quotient wins.
   */
  private void q40(float[] x, int o, float[] weights, int w, long out) {
    float extreme = extreme(x, o);
    if (extreme == 0 || !Float.isFinite(1 / extreme)) {
      q40(x, o, out);
      return;
    }
    float base = 1 / extreme;
    kernel.scaleCandidates(x, o, weights, w, base, sums);
    int best = -1;
    float most = 0;
    for (int c = 0; c < ScaleSearch.CANDIDATES; c++) {
      float product = sums[c];
      float squares = sums[ScaleSearch.CANDIDATES + c];
      if (squares > 0 && product * product > most * squares) {
        most = product * product / squares;
        best = c;
      }
    }
    float d = best < 0 ? 0 : sums[best] / sums[ScaleSearch.CANDIDATES + best];
    if (d == 0 || !Float.isFinite(d)) {
      q40(x, o, out); // all that is not zero is of no importance
      return;
    }
    float inverse = ScaleSearch.FACTORS[best] * base;
    ALL.set(Memory.SHORT, out, Float.floatToFloat16(d));
    for (int i = 0; i < 16; i++) {
      int low = (int) ScaleSearch.code(x[o + i] * inverse) + 8;
      int high = (int) ScaleSearch.code(x[o + 16 + i] * inverse) + 8;
      ALL.set(JAVA_BYTE, out + 2 + i, (byte) (low | high << 4));
    }
  }

  /**
   * The exponent is either the one that brings the largest value between 4 and 8, so that what is
   * above 6 is cut, or the next, which cuts nothing and is twice as coarse. ggml always takes the
   * first.
   */
  private void mxfp4(float[] x, int o, float[] weights, int w, long out) {
    float max = Math.abs(extreme(x, o));
    int exponent = max == 0 ? 0 : Math.clamp(Math.getExponent(max) - 2 + 127, 0, 253);
    if (max > 0 && rounding == RowCodec.Rounding.SEARCH) {
      float fine = e2m1Error(x, o, weights, w, exponent);
      exponent += e2m1Error(x, o, weights, w, exponent + 1) < fine ? 1 : 0;
    }
    float inverse = 1 / Memory.e8m0(exponent);
    ALL.set(JAVA_BYTE, out, (byte) exponent);
    for (int i = 0; i < 16; i++) {
      int low = e2m1(x[o + i] * inverse);
      int high = e2m1(x[o + 16 + i] * inverse);
      ALL.set(JAVA_BYTE, out + 1 + i, (byte) (low | high << 4));
    }
  }

  private static float e2m1Error(float[] x, int o, float[] weights, int w, int exponent) {
    float scale = Memory.e8m0(exponent);
    float inverse = 1 / scale;
    float sum = 0;
    for (int i = 0; i < BLOCK; i++) {
      float value = 0.5f * ScalarDequantizer.E2M1_DOUBLED[e2m1(x[o + i] * inverse)];
      float error = x[o + i] * inverse - value;
      sum += weights[w + i] * error * error;
    }
    return sum * scale * scale;
  }

  /** The code of the nearest value, the smaller one on ties; there is no negative zero. */
  static int e2m1(float value) {
    int code = NEAREST_E2M1[(int) Math.ceil(Math.min(4 * Math.abs(value), 21))];
    return value < 0 && code > 0 ? code | 8 : code;
  }
}
