package org.harmonykb.engine.format;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a tensor's values are stored. A block of {@link #blockSize} values takes {@link #blockBytes}
 * bytes; rows hold whole blocks. Ids and layouts follow ggml.
 */
public enum TensorType {
  F32(0, 1, 4),
  F16(1, 1, 2),
  Q4_0(2, 32, 18),
  Q4_1(3, 32, 20),
  Q5_0(6, 32, 22),
  Q5_1(7, 32, 24),
  Q8_0(8, 32, 34),
  Q2_K(10, 256, 84),
  Q3_K(11, 256, 110),
  Q4_K(12, 256, 144),
  Q5_K(13, 256, 176),
  Q6_K(14, 256, 210),
  Q8_K(15, 256, 292),
  IQ4_NL(20, 32, 18),
  IQ4_XS(23, 256, 136),
  I8(24, 1, 1),
  I16(25, 1, 2),
  I32(26, 1, 4),
  I64(27, 1, 8),
  F64(28, 1, 8),
  BF16(30, 1, 2),
  MXFP4(39, 32, 17),
  /**
   * Our own, in memory only, for GPTQ and AWQ: a float32 scale, a whole zero point as one byte and
   * 4-bit codes in Q4_0's order; {@code scale * (code - zero)}. Holds both formats exactly.
   */
  INT4(-1, 32, 21);

  private static final Map<Integer, TensorType> BY_ID = new HashMap<>();

  static {
    for (TensorType type : values()) {
      if (type.id >= 0) {
        BY_ID.put(type.id, type);
      }
    }
  }

  private final int id;
  private final int blockSize;
  private final int blockBytes;

  TensorType(int id, int blockSize, int blockBytes) {
    this.id = id;
    this.blockSize = blockSize;
    this.blockBytes = blockBytes;
  }

  /** The type with this ggml id, or null. */
  static @Nullable TensorType byId(int id) {
    return BY_ID.get(id);
  }

  /** The id in a GGUF file, or -1 for a type that no file holds. */
  public int id() {
    return id;
  }

  /** Whether GGUF files can hold it; others exist in memory only. */
  public boolean isStorable() {
    return id >= 0;
  }

  /** Values in a block. */
  public int blockSize() {
    return blockSize;
  }

  /** Bytes of a block. */
  public int blockBytes() {
    return blockBytes;
  }

  /** Bytes that this many values take; the count must be a multiple of the block size. */
  public long bytes(long values) {
    return values / blockSize * blockBytes;
  }
}
