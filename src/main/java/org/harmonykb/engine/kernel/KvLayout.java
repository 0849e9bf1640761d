package org.harmonykb.engine.kernel;

/**
 * How keys and values of one head lie in a block of positions. Keys are transposed, {@code
 * [headSize][BLOCK_TOKENS]}: a vector of scores then needs no sums across lanes. Values are {@code
 * [BLOCK_TOKENS][headSize]}.
 */
public enum KvLayout {
  F32(4),
  F16(2);

  /** Positions in a block. */
  public static final int BLOCK_TOKENS = 64;

  private final int valueBytes;

  KvLayout(int valueBytes) {
    this.valueBytes = valueBytes;
  }

  /** Bytes of one cached value. */
  public int valueBytes() {
    return valueBytes;
  }

  /** Stores a key vector at a position of a block. */
  public void storeKey(float[] key, int offset, int headSize, long keys, int position) {
    for (int d = 0; d < headSize; d++) {
      store(keys, (long) d * BLOCK_TOKENS + position, key[offset + d]);
    }
  }

  /** Stores a value vector at a position of a block. */
  public void storeValue(float[] value, int offset, int headSize, long values, int position) {
    for (int d = 0; d < headSize; d++) {
      store(values, (long) position * headSize + d, value[offset + d]);
    }
  }

  private void store(long address, long index, float value) {
    if (this == F32) {
      Memory.ALL.set(Memory.FLOAT, address + 4 * index, value);
    } else {
      Memory.ALL.set(Memory.SHORT, address + 2 * index, Float.floatToFloat16(value));
    }
  }
}
