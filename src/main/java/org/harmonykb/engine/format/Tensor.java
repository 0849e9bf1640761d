package org.harmonykb.engine.format;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A named tensor inside a mapped file. Immutable.
 *
 * @param name name in the file
 * @param type storage type
 * @param shape extents, the fastest running first: {@code [columns, rows, experts]}
 * @param data the tensor's bytes, exactly
 * @param columnOrder where the stored columns belong: stored column {@code c} is the model's column
 *     {@code columnOrder[c]}; null where they lie in order. GPTQ's act-order needs it, because the
 *     columns of a group, which share a scale, are then scattered
 */
public record Tensor(
    String name, TensorType type, long[] shape, MemorySegment data, int @Nullable [] columnOrder) {

  /** A tensor whose columns lie in order. */
  public Tensor(String name, TensorType type, long[] shape, MemorySegment data) {
    this(name, type, shape, data, null);
  }

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

  /** One of the stacked matrices. */
  public Tensor matrix(int index) {
    long bytes = type.bytes((long) columns() * rows());
    return new Tensor(
        name,
        type,
        new long[] {columns(), rows()},
        data.asSlice(index * bytes, bytes),
        columnOrder);
  }

  /** The same values elsewhere in memory. */
  public Tensor at(MemorySegment copy) {
    return new Tensor(name, type, shape, copy, columnOrder);
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
