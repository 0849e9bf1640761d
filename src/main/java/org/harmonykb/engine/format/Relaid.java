package org.harmonykb.engine.format;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * A tensor that is written anew, row by row, before it can be computed with.
 *
 * @param rows of all its matrices together
 * @param rowBytes of a row as it is written
 * @param columnOrder see {@link Tensor#columnOrder}
 */
record Relaid(
    String name,
    TensorType type,
    long[] shape,
    int @Nullable [] columnOrder,
    long rows,
    int rowBytes,
    RowWriter writer) {

  /** Writes a row; called by many threads at once. */
  @FunctionalInterface
  interface RowWriter {
    void write(long row, byte[] out, int at);
  }

  long bytes() {
    return rows * rowBytes;
  }

  static void copy(MemorySegment from, long offset, byte[] out, int at, int bytes) {
    MemorySegment.copy(from, ValueLayout.JAVA_BYTE, offset, out, at, bytes);
  }

  /**
   * A row of OpenAI's MXFP4 in GGUF's order. A byte of the former holds value 2i in its low and
   * 2i+1 in its high nibble; of the latter value i and i+16.
   *
   * @param blocks {@code [rows][perRow][16]}
   * @param scales {@code [rows][perRow]}
   */
  static void mxfp4(
      MemorySegment blocks, MemorySegment scales, long row, int perRow, byte[] out, int at) {
    byte[] codes = new byte[16 * perRow];
    byte[] exponents = new byte[perRow];
    copy(blocks, row * codes.length, codes, 0, codes.length);
    copy(scales, row * perRow, exponents, 0, perRow);
    for (int b = 0; b < perRow; b++) {
      out[at] = exponents[b];
      for (int i = 0; i < 8; i++) {
        int low = codes[16 * b + i];
        int high = codes[16 * b + 8 + i];
        out[at + 1 + 2 * i] = (byte) (low & 0x0f | high << 4);
        out[at + 2 + 2 * i] = (byte) (low >> 4 & 0x0f | high & 0xf0);
      }
      at += 17;
    }
  }
}
