package org.harmonykb.engine.kernel;

import java.util.Arrays;

/**
 * Activations as integers: in each block of 32 the largest becomes {@link #LARGEST} or its
 * negative. Twice an MXFP4 code is at most 12, so that the products of two weights fit into 16 bits
 * together, and the whole block into 16 lanes. Owned by one thread, which fills it before the
 * others read it.
 */
final class RoundedActivations {

  static final int BLOCK = 32;

  /** 2 * 12 * 1365 = 32,760. */
  static final int LARGEST = 1365;

  short[] values = {};
  float[] scales = {}; // one per block
  private int size;

  void clear() {
    size = 0;
  }

  /**
   * Rounds some activations.
   *
   * @param count a multiple of {@link #BLOCK}
   * @return where they begin in {@link #values}, and a 32nd of it in {@link #scales}
   */
  int add(Kernel kernel, float[] x, int xOffset, int count) {
    int from = size;
    size += count;
    if (values.length < size) {
      values = Arrays.copyOf(values, 2 * size);
      scales = Arrays.copyOf(scales, 2 * size / BLOCK);
    }
    kernel.round(x, xOffset, values, from, scales, from / BLOCK, count);
    return from;
  }
}
