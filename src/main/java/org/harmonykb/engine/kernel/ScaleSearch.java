package org.harmonykb.engine.kernel;

/**
 * The scales that a block of Q4_0 is tried with. Codes run from -8 to 7, so the largest value comes
 * to lie near one of the ends, and the range may be cut a little for the sake of all the others.
 */
final class ScaleSearch {

  /** A multiple of the lanes of every vector that is used. */
  static final int CANDIDATES = 16;

  /** Codes, in fractions, that the value with the largest magnitude is mapped to. */
  static final float[] FACTORS = {
    -8, -7.75f, -7.5f, -7.25f, -7, -6.75f, -6.5f, -6.25f, -8.25f, -8.5f, 7, 7.25f, 7.5f, 6.75f,
    6.5f, 6.25f
  };

  /** Added and taken away again, this rounds a small float to a whole number, ties to even. */
  static final float ROUND = 12582912; // 1.5 * 2^23

  private ScaleSearch() {}

  /** The code of a scaled value. */
  static float code(float value) {
    return Math.clamp(value + ROUND - ROUND, -8f, 7f);
  }

  /** Scalar twin of {@link Kernel#scaleCandidates} in vectors; equal to the bit. */
  static void scalar(float[] x, int o, float[] weights, int w, float base, float[] sums) {
    for (int c = 0; c < CANDIDATES; c++) {
      float inverse = FACTORS[c] * base;
      float products = 0;
      float squares = 0;
      for (int i = 0; i < 32; i++) {
        float code = code(x[o + i] * inverse);
        float weighted = weights[w + i] * code;
        products = Math.fma(weighted, x[o + i], products);
        squares = Math.fma(weighted, code, squares);
      }
      sums[c] = products;
      sums[CANDIDATES + c] = squares;
    }
  }
}
