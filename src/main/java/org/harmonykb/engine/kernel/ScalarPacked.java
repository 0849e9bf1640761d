package org.harmonykb.engine.kernel;

import static org.harmonykb.engine.kernel.PackedActivations.BLOCK;
import static org.harmonykb.engine.kernel.PackedActivations.GROUP;
import static org.harmonykb.engine.kernel.PackedActivations.LARGEST;
import static org.harmonykb.engine.kernel.PackedActivations.UNIT_BYTES;

/** Products of {@link PackedActivations} without vectors, to the bit as {@link VectorPacked}. */
final class ScalarPacked {

  private ScalarPacked() {}

  static void pack(
      float[] x, int xo, int columns, int tokens, long to, float[] scales, int scalesOffset) {
    for (int b = 0; b < columns / BLOCK; b++) {
      long unit = to + (long) b * UNIT_BYTES;
      for (int t = 0; t < GROUP; t++) {
        int from = xo + t * columns + b * BLOCK;
        float max = 0;
        for (int i = 0; t < tokens && i < BLOCK; i++) {
          max = Math.max(max, Math.abs(x[from + i]));
        }
        float factor = ScalarRounded.factor(max, LARGEST);
        scales[scalesOffset + b * GROUP + t] = ScalarRounded.scale(max, LARGEST);
        for (int i = 0; i < BLOCK; i++) {
          int value = t < tokens ? (int) Math.rint(x[from + i] * factor) : 0;
          Memory.ALL.set(Memory.SHORT, address(unit, t, i), (short) value);
        }
      }
    }
  }

  /** Where a column of a block is. */
  private static long address(long unit, int token, int column) {
    int pair = column % 16;
    int place = pair / 2 + pair % 2 * 8;
    return unit + Short.BYTES * (2L * (GROUP * place + token) + column / 16);
  }

  static void multiply(
      long address,
      int rows,
      int columns,
      long x,
      float[] scales,
      int scalesOffset,
      int tokens,
      float[] out,
      int oo,
      int stride) {
    int blocks = columns / BLOCK;
    for (int t = 0; t < tokens; t++) {
      int group = t / GROUP;
      int lane = t % GROUP;
      for (int r = 0; r < rows; r++) {
        float total = 0;
        for (int b = 0; b < blocks; b++) {
          long block = address + (r * (long) blocks + b) * 17;
          long unit = x + (group * (long) blocks + b) * UNIT_BYTES;
          int sum = 0;
          for (int i = 0; i < 16; i++) {
            int codes = Memory.unsignedByte(block + 1 + i);
            sum +=
                Mxfp4Table.CODES[codes & 15] * Memory.ALL.get(Memory.SHORT, address(unit, lane, i));
            sum +=
                Mxfp4Table.CODES[codes >> 4]
                    * Memory.ALL.get(Memory.SHORT, address(unit, lane, i + 16));
          }
          float scale = scales[scalesOffset + (group * blocks + b) * GROUP + lane];
          total = Math.fma(sum * Memory.halfE8m0(block), scale, total);
        }
        out[oo + t * stride + r] = total;
      }
    }
  }
}
