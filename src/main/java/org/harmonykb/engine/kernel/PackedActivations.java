package org.harmonykb.engine.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A prompt's activations as integers, laid out for {@link VectorPacked}: in each block of 32 the
 * largest becomes {@link #LARGEST} or its negative, so that the products of four weights fit into
 * 16 bits together. Eight tokens lie side by side: {@code [group][block][16 pairs][8 tokens][2]}
 * shorts. A pair holds the columns i and 16 + i of a block, as a byte of MXFP4 does; those of even
 * i come first, as the codes come out of their look-up. A block depends on its own token only.
 * Owned by one thread, which reserves; several may fill it, and read it then.
 */
final class PackedActivations implements AutoCloseable {

  /** Columns of a block. */
  static final int BLOCK = 32;

  /** Tokens of a group. */
  static final int GROUP = 8;

  /** 4 * 12 * 511 = 24,528. */
  static final int LARGEST = 511;

  /** Bytes of a block of a group. */
  static final int UNIT_BYTES = BLOCK * GROUP * Short.BYTES;

  private Arena arena = Arena.ofShared();
  private long address;
  private long capacity; // units
  private int size;
  private float[] scales = {}; // [unit][8 tokens]

  void clear() {
    size = 0;
  }

  /**
   * Makes room; what was there may be lost.
   *
   * @return the first unit of the activations
   */
  int reserve(int tokens, int columns) {
    int from = size;
    size += groups(tokens) * (columns / BLOCK);
    return from;
  }

  /** Called after the last {@link #reserve}, before anything is filled in. */
  void allocate() {
    if (capacity < size) {
      arena.close();
      arena = Arena.ofShared();
      capacity = size + size / 4L;
      MemorySegment values = arena.allocate(capacity * UNIT_BYTES, 64);
      address = values.address();
      scales = new float[Math.toIntExact(capacity * GROUP)];
    }
  }

  /** Which pair lies at a place of a block. */
  static int pair(int place) {
    return place < 8 ? 2 * place : 2 * place - 15;
  }

  static int groups(int tokens) {
    return (tokens + GROUP - 1) / GROUP;
  }

  /** Where a unit's values are. */
  long address(int unit) {
    return address + (long) unit * UNIT_BYTES;
  }

  /** What turns integers into values; those of a unit begin at {@code GROUP * unit}. */
  float[] scales() {
    return scales;
  }

  @Override
  public void close() {
    arena.close();
  }
}
