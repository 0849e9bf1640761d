package org.harmonykb.engine.kernel;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.harmonykb.engine.format.TensorType;
import org.jspecify.annotations.Nullable;

/**
 * Rows of weights between storage types and floats. Holds scratch buffers: one per thread. Segments
 * must be native memory and cover the row.
 */
public final class RowCodec {

  /** How the scales of Q4_0 and MXFP4 blocks are chosen. */
  public enum Rounding {
    /** As ggml's reference code does, to the bit: from the block's largest value. */
    REFERENCE,
    /** By least squared error among some candidates, weighted by importance if it is known. */
    SEARCH
  }

  private final BlockEncoder encoder;

  public RowCodec(Rounding rounding) {
    this.encoder = new BlockEncoder(rounding, Kernels.BEST);
  }

  /** Whether values of this type can be read as floats. */
  public static boolean canDecode(TensorType type) {
    return Compute.supports(type);
  }

  /** Whether floats can be stored as this type. */
  public static boolean canEncode(TensorType type) {
    return switch (type) {
      case F32, F16, BF16, Q8_0, Q4_0, MXFP4 -> true;
      default -> false;
    };
  }

  /**
   * Reads a row.
   *
   * @param offset where it begins in {@code data}, in bytes
   */
  public void decode(TensorType type, MemorySegment data, long offset, float[] out, int columns) {
    Objects.checkFromIndexSize(offset, type.bytes(columns), data.byteSize());
    Kernels.BEST.dequantize(type, data.address() + offset, out, 0, columns);
  }

  /**
   * Stores a row.
   *
   * @param importance how much the squared error of each column counts, from {@code
   *     importanceOffset}; null if all count the same
   * @param offset where it begins in {@code out}, in bytes
   */
  public void encode(
      TensorType type,
      float[] x,
      int columns,
      float @Nullable [] importance,
      int importanceOffset,
      MemorySegment out,
      long offset) {
    Objects.checkFromIndexSize(offset, type.bytes(columns), out.byteSize());
    encoder.encode(type, x, columns, importance, importanceOffset, out.address() + offset);
  }
}
