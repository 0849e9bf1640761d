package org.harmonykb.engine.tokenizer;

import java.util.Arrays;

/**
 * Which pairs of tokens merge, in what order and into what: a hash table from a pair of ids to its
 * rank and the merged id, with open addressing over primitive arrays. Immutable after building.
 */
final class MergeTable {

  private final long[] keys;
  private final int[] ranks;
  private final int[] merged;
  private final int mask;

  MergeTable(int expected) {
    int capacity = Integer.highestOneBit(Math.max(16, expected)) * 4;
    keys = new long[capacity];
    ranks = new int[capacity];
    merged = new int[capacity];
    mask = capacity - 1;
    Arrays.fill(keys, -1);
  }

  /** Adds a pair unless it is there with a lower rank. */
  void put(int left, int right, int rank, int mergedId) {
    long key = key(left, right);
    int slot = slot(key);
    if (keys[slot] == -1) {
      keys[slot] = key;
      ranks[slot] = rank;
      merged[slot] = mergedId;
    }
  }

  /** The place of a pair, or -1 if it does not merge. */
  int find(int left, int right) {
    long key = key(left, right);
    int slot = slot(key);
    return keys[slot] == key ? slot : -1;
  }

  int rank(int place) {
    return ranks[place];
  }

  int mergedId(int place) {
    return merged[place];
  }

  private int slot(long key) {
    long hash = key * 0x9E3779B97F4A7C15L;
    int slot = (int) (hash >>> 40) & mask;
    while (keys[slot] != -1 && keys[slot] != key) {
      slot = slot + 1 & mask;
    }
    return slot;
  }

  private static long key(int left, int right) {
    return (long) left << 32 | right;
  }
}
