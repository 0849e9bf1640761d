package org.harmonykb.engine.kernel;

import static org.harmonykb.engine.kernel.Memory.half;
import static org.harmonykb.engine.kernel.Memory.signedByte;
import static org.harmonykb.engine.kernel.Memory.unsignedByte;

import org.harmonykb.engine.format.TensorType;

/**
 * De-quantises every supported type, a value at a time. The oracle for the vector kernels, and the
 * only path for rare types. Block layouts: ggml's {@code ggml-common.h}.
 */
final class ScalarDequantizer {

  /** The sixteen values of an E2M1 code, doubled so that they are whole. */
  static final int[] E2M1_DOUBLED = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};

  /** The non-linear 4-bit grid of IQ4_NL and IQ4_XS. */
  private static final int[] IQ4_GRID = {
    -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113
  };

  private ScalarDequantizer() {}

  static void dequantize(TensorType type, long address, float[] out, int offset, int count) {
    for (int done = 0; done < count; done += type.blockSize()) {
      block(type, address, out, offset + done);
      address += type.blockBytes();
    }
  }

  private static void block(TensorType type, long a, float[] out, int o) {
    switch (type) {
      case F32 -> out[o] = Memory.ALL.get(Memory.FLOAT, a);
      case F16 -> out[o] = half(a);
      case BF16 -> out[o] = Float.intBitsToFloat(Memory.ALL.get(Memory.SHORT, a) << 16);
      case Q8_0 -> {
        float d = half(a);
        for (int i = 0; i < 32; i++) {
          out[o + i] = d * signedByte(a + 2 + i);
        }
      }
      case Q4_0 -> {
        float d = half(a);
        for (int i = 0; i < 16; i++) {
          int q = unsignedByte(a + 2 + i);
          out[o + i] = d * ((q & 15) - 8);
          out[o + i + 16] = d * ((q >> 4) - 8);
        }
      }
      case Q4_1 -> {
        float d = half(a);
        float m = half(a + 2);
        for (int i = 0; i < 16; i++) {
          int q = unsignedByte(a + 4 + i);
          out[o + i] = Math.fma(d, q & 15, m);
          out[o + i + 16] = Math.fma(d, q >> 4, m);
        }
      }
      case Q5_0 -> {
        float d = half(a);
        int high = Memory.ALL.get(Memory.INT, a + 2);
        for (int i = 0; i < 16; i++) {
          int q = unsignedByte(a + 6 + i);
          out[o + i] = d * ((q & 15 | (high >> i & 1) << 4) - 16);
          out[o + i + 16] = d * ((q >> 4 | (high >> i + 16 & 1) << 4) - 16);
        }
      }
      case Q5_1 -> {
        float d = half(a);
        float m = half(a + 2);
        int high = Memory.ALL.get(Memory.INT, a + 4);
        for (int i = 0; i < 16; i++) {
          int q = unsignedByte(a + 8 + i);
          out[o + i] = Math.fma(d, q & 15 | (high >> i & 1) << 4, m);
          out[o + i + 16] = Math.fma(d, q >> 4 | (high >> i + 16 & 1) << 4, m);
        }
      }
      case MXFP4 -> {
        float d = 0.5f * Memory.e8m0(unsignedByte(a));
        for (int i = 0; i < 16; i++) {
          int q = unsignedByte(a + 1 + i);
          out[o + i] = d * E2M1_DOUBLED[q & 15];
          out[o + i + 16] = d * E2M1_DOUBLED[q >> 4];
        }
      }
      case IQ4_NL -> {
        float d = half(a);
        for (int i = 0; i < 16; i++) {
          int q = unsignedByte(a + 2 + i);
          out[o + i] = d * IQ4_GRID[q & 15];
          out[o + i + 16] = d * IQ4_GRID[q >> 4];
        }
      }
      case INT4 -> {
        float d = Memory.ALL.get(Memory.FLOAT, a);
        int zero = signedByte(a + 4);
        for (int i = 0; i < 16; i++) {
          int q = unsignedByte(a + 5 + i);
          out[o + i] = d * ((q & 15) - zero);
          out[o + i + 16] = d * ((q >> 4) - zero);
        }
      }
      case Q8_K -> {
        float d = Memory.ALL.get(Memory.FLOAT, a);
        for (int i = 0; i < 256; i++) {
          out[o + i] = d * signedByte(a + 4 + i);
        }
      }
      case IQ4_XS -> iq4xs(a, out, o);
      case Q2_K -> q2k(a, out, o);
      case Q3_K -> q3k(a, out, o);
      case Q4_K -> q45k(a, out, o, false);
      case Q5_K -> q45k(a, out, o, true);
      case Q6_K -> q6k(a, out, o);
      default -> throw new IllegalArgumentException(type + " cannot be computed with");
    }
  }

  private static void iq4xs(long a, float[] out, int o) {
    float d = half(a);
    int scalesHigh = Memory.ALL.get(Memory.SHORT, a + 2) & 0xffff;
    for (int group = 0; group < 8; group++) {
      int low = unsignedByte(a + 4 + group / 2) >> 4 * (group % 2) & 15;
      float scale = d * ((low | (scalesHigh >> 2 * group & 3) << 4) - 32);
      for (int i = 0; i < 16; i++) {
        int q = unsignedByte(a + 8 + 16 * group + i);
        out[o + 32 * group + i] = scale * IQ4_GRID[q & 15];
        out[o + 32 * group + i + 16] = scale * IQ4_GRID[q >> 4];
      }
    }
  }

  /** Sixteen 4-bit scales and minima, 2-bit values, then the two super-scales. */
  private static void q2k(long a, float[] out, int o) {
    float d = half(a + 80);
    float dMin = half(a + 82);
    for (int i = 0; i < 256; i++) {
      int half = i / 128;
      int shift = 2 * (i % 128 / 32);
      int scale = unsignedByte(a + i / 16);
      int q = unsignedByte(a + 16 + 32 * half + i % 32) >> shift & 3;
      out[o + i] = d * (scale & 15) * q - dMin * (scale >> 4);
    }
  }

  /** High bits, 2-bit values, sixteen 6-bit scales, then the super-scale. */
  private static void q3k(long a, float[] out, int o) {
    float d = half(a + 108);
    for (int i = 0; i < 256; i++) {
      int group = i / 16;
      int low = unsignedByte(a + 96 + group % 8) >> 4 * (group / 8) & 15;
      int high = unsignedByte(a + 104 + group % 4) >> 2 * (group / 4) & 3;
      int scale = (low | high << 4) - 32;
      int q = unsignedByte(a + 32 + 32 * (i / 128) + i % 32) >> 2 * (i % 128 / 32) & 3;
      int highBit = unsignedByte(a + i % 32) >> i / 32 & 1;
      out[o + i] = d * scale * (q - (highBit == 0 ? 4 : 0));
    }
  }

  private static void q45k(long a, float[] out, int o, boolean fiveBits) {
    float d = half(a);
    float dMin = half(a + 2);
    long high = a + 16;
    long low = fiveBits ? a + 48 : a + 16;
    for (int group = 0; group < 8; group++) {
      float scale = d * scaleK(a + 4, group);
      float min = -dMin * minK(a + 4, group);
      for (int i = 0; i < 32; i++) {
        int q = unsignedByte(low + 32 * (group / 2) + i) >> 4 * (group % 2) & 15;
        if (fiveBits) {
          q |= (unsignedByte(high + i) >> group & 1) << 4;
        }
        out[o + 32 * group + i] = Math.fma(scale, q, min);
      }
    }
  }

  /** The 6-bit scale of a group out of the twelve packed bytes of Q4_K and Q5_K. */
  static int scaleK(long packed, int group) {
    return group < 4
        ? unsignedByte(packed + group) & 63
        : unsignedByte(packed + group + 4) & 15 | unsignedByte(packed + group - 4) >> 6 << 4;
  }

  /** The 6-bit minimum of a group out of the twelve packed bytes of Q4_K and Q5_K. */
  static int minK(long packed, int group) {
    return group < 4
        ? unsignedByte(packed + group + 4) & 63
        : unsignedByte(packed + group + 4) >> 4 | unsignedByte(packed + group) >> 6 << 4;
  }

  private static void q6k(long a, float[] out, int o) {
    float d = half(a + 208);
    for (int i = 0; i < 256; i++) {
      int half = i / 128;
      int quarter = i % 128 / 32;
      int low = unsignedByte(a + 64 * half + 32 * (quarter % 2) + i % 32) >> 4 * (quarter / 2) & 15;
      int high = unsignedByte(a + 128 + 32 * half + i % 32) >> 2 * quarter & 3;
      int scale = signedByte(a + 192 + i / 16);
      out[o + i] = d * scale * ((low | high << 4) - 32);
    }
  }
}
