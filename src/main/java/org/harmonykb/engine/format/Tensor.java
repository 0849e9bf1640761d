package org.harmonykb.engine.format;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * A named tensor inside a mapped file. Immutable.
 *
 * @param name name in the file
 * @param type storage type
 * @param shape extents, the fastest running first: {@code [columns, rows, experts]}
 * @param data the tensor's bytes, exactly
 */
public record Tensor(String name, TensorType type, long[] shape, MemorySegment data) {

  /** Values in a row. */
  public int columns() {
    return Math.toIntExact(shape[0]);
  }

  /** Rows of one matrix. */
  public int rows() {
    return shape.length > 1 ? Math.toIntExact(shape[1]) : 1;
  }

  /** Number of matrices stacked in the tensor. */
  public int matrices() {
    return shape.length > 2 ? Math.toIntExact(shape[2]) : 1;
  }

  public long elements() {
    long count = 1;
    for (long extent : shape) {
      count *= extent;
    }
    return count;
  }

  public long rowBytes() {
    return type.bytes(shape[0]);
  }

  @Override
  public String toString() {
    return name + " " + type + " " + Arrays.toString(shape);
  }
}
