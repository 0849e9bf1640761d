package org.harmonykb.engine.kernel;

/** Products of {@link RoundedActivations} without vectors, to the bit as {@link VectorRounded}. */
final class ScalarRounded {

  private static final int LANES = 8;

  /** A block of smaller values than this is taken for zeros; their factor would overflow. */
  private static final float SMALLEST = 1e-30f;

  private ScalarRounded() {}

  /** What turns a block's values into integers, given its largest magnitude. */
  static float factor(float max, int largest) {
    return max < SMALLEST ? 0 : largest / max;
  }

  /** What turns a block's integers into values. */
  static float scale(float max, int largest) {
    return max < SMALLEST ? 0 : max / largest;
  }

  static void round(float[] x, int xo, short[] values, int vo, float[] scales, int so, int count) {
    for (int block = 0; block < count; block += RoundedActivations.BLOCK) {
      float max = 0;
      for (int i = block; i < block + RoundedActivations.BLOCK; i++) {
        max = Math.max(max, Math.abs(x[xo + i]));
      }
      scales[so + block / RoundedActivations.BLOCK] = scale(max, RoundedActivations.LARGEST);
      for (int i = block; i < block + RoundedActivations.BLOCK; i++) {
        values[vo + i] = (short) Math.rint(x[xo + i] * factor(max, RoundedActivations.LARGEST));
      }
    }
  }

  static void multiply(
      long address,
      int rows,
      int columns,
      short[] x,
      int xo,
      float[] scales,
      int so,
      int tokens,
      float[] out,
      int oo,
      int stride) {
    int blocks = columns / RoundedActivations.BLOCK;
    for (int t = 0; t < tokens; t++) {
      for (int r = 0; r < rows; r++) {
        float[] sums = new float[LANES];
        for (int b = 0; b < blocks; b++) {
          long block = address + (r * (long) blocks + b) * 17;
          float scale = Memory.halfE8m0(block) * scales[so + t * blocks + b];
          int from = xo + t * columns + b * RoundedActivations.BLOCK;
          for (int lane = 0; lane < LANES; lane++) {
            int sum = 0;
            for (int i = 2 * lane; i < 2 * lane + 2; i++) {
              int codes = Memory.unsignedByte(block + 1 + i);
              sum += Mxfp4Table.CODES[codes & 15] * x[from + i];
              sum += Mxfp4Table.CODES[codes >> 4] * x[from + 16 + i];
            }
            sums[lane] = Math.fma((float) sum, scale, sums[lane]);
          }
        }
        for (int half = LANES / 2; half > 0; half /= 2) {
          for (int lane = 0; lane < half; lane++) {
            sums[lane] += sums[lane + half];
          }
        }
        out[oo + t * stride + r] = sums[0];
      }
    }
  }
}
