package org.harmonykb.engine.tokenizer;

import java.util.Arrays;
import java.util.PriorityQueue;

/**
 * Merges the bytes of a piece into tokens: always the adjacent pair of the lowest rank, the
 * leftmost on ties. Short pieces are rescanned; long ones, which may be a whole document of one
 * letter, keep their pairs in a heap. Stateless.
 */
final class BytePairEncoder {

  private static final int LONG_PIECE = 128;

  private final MergeTable merges;

  BytePairEncoder(MergeTable merges) {
    this.merges = merges;
  }

  /**
   * Merges in place.
   *
   * @param ids one per byte
   * @param length how many of them are valid
   * @return how many remain
   */
  int merge(int[] ids, int length) {
    if (length > LONG_PIECE) {
      return mergeLong(ids, length);
    }
    while (length > 1) {
      int best = -1;
      int bestPlace = -1;
      for (int i = 0; i + 1 < length; i++) {
        int place = merges.find(ids[i], ids[i + 1]);
        if (place >= 0 && (bestPlace < 0 || merges.rank(place) < merges.rank(bestPlace))) {
          best = i;
          bestPlace = place;
        }
      }
      if (bestPlace < 0) {
        break;
      }
      ids[best] = merges.mergedId(bestPlace);
      System.arraycopy(ids, best + 2, ids, best + 1, length - best - 2);
      length--;
    }
    return length;
  }

  private int mergeLong(int[] ids, int length) {
    int[] next = new int[length];
    int[] previous = new int[length];
    boolean[] gone = new boolean[length];
    PriorityQueue<Pair> queue = new PriorityQueue<>();
    for (int i = 0; i < length; i++) {
      next[i] = i + 1;
      previous[i] = i - 1;
      if (i + 1 < length) {
        offer(queue, ids, i, i + 1);
      }
    }
    for (Pair pair = queue.poll(); pair != null; pair = queue.poll()) {
      int left = pair.left;
      int right = gone[left] ? length : next[left];
      if (right >= length || ids[left] != pair.leftId || ids[right] != pair.rightId) {
        continue; // one of the two has been merged since
      }
      ids[left] = merges.mergedId(merges.find(pair.leftId, pair.rightId));
      gone[right] = true;
      next[left] = next[right];
      if (next[left] < length) {
        previous[next[left]] = left;
        offer(queue, ids, left, next[left]);
      }
      if (previous[left] >= 0) {
        offer(queue, ids, previous[left], left);
      }
    }
    int count = 0;
    for (int i = 0; i < length; i = next[i]) {
      ids[count++] = ids[i];
    }
    return count;
  }

  private void offer(PriorityQueue<Pair> queue, int[] ids, int left, int right) {
    int place = merges.find(ids[left], ids[right]);
    if (place >= 0) {
      queue.add(new Pair(merges.rank(place), left, ids[left], ids[right]));
    }
  }

  private record Pair(int rank, int left, int leftId, int rightId) implements Comparable<Pair> {
    @Override
    public int compareTo(Pair other) {
      return rank != other.rank
          ? Integer.compare(rank, other.rank)
          : Integer.compare(left, other.left);
    }
  }

  /** Growable ids, so that encoding boxes nothing. */
  static final class Ids {
    private int[] values = new int[64];
    private int size;

    void add(int id) {
      if (size == values.length) {
        values = Arrays.copyOf(values, 2 * size);
      }
      values[size++] = id;
    }

    void addAll(int[] ids, int count) {
      for (int i = 0; i < count; i++) {
        add(ids[i]);
      }
    }

    int[] toArray() {
      return Arrays.copyOf(values, size);
    }
  }
}
