package org.harmonykb.engine.scheduling;

import java.util.Arrays;

/**
 * Guesses how a sequence goes on: as it did after the last earlier place where its last three
 * tokens stood, or else its last two. Indexes each token once; a guess costs two look-ups. Owned by
 * the engine's thread.
 */
final class PromptLookup {

  private final NGrams three = new NGrams(3);
  private final NGrams two = new NGrams(2);
  private int indexed; // tokens that are known as continuations

  /**
   * @param tokens the sequence so far; the beginning must be that of the call before
   * @param count how many of them are valid
   * @param limit tokens to guess at most
   * @return guessed tokens, none if nothing is repeated
   */
  int[] draft(int[] tokens, int count, int limit) {
    for (; indexed < count; indexed++) {
      three.add(tokens, indexed);
      two.add(tokens, indexed);
    }
    int from = three.find(tokens, count);
    if (from < 0) {
      from = two.find(tokens, count);
    }
    if (from < 0 || limit <= 0) {
      return new int[0];
    }
    // What repeats within fewer tokens than are guessed goes on in a circle.
    int[] draft = new int[limit];
    int known = Math.min(limit, count - from);
    System.arraycopy(tokens, from, draft, 0, known);
    for (int i = known; i < limit; i++) {
      draft[i] = draft[i - known];
    }
    return draft;
  }

  /** For each run of n tokens, where it was last followed by another token: a hash table. */
  private static final class NGrams {

    private final int n;
    private int[] table = new int[1024]; // positions after a run, 0 for empty
    private int used;

    NGrams(int n) {
      this.n = n;
    }

    /** Notes the token at a position as what follows the run before it. */
    void add(int[] tokens, int position) {
      if (position < n) {
        return;
      }
      int at = slot(tokens, position);
      if (table[at] == 0 && 2 * ++used > table.length) {
        grow(tokens);
        at = slot(tokens, position);
      }
      table[at] = position;
    }

    /** The position that followed the run before a position, or -1. */
    int find(int[] tokens, int position) {
      int found = position < n ? 0 : table[slot(tokens, position)];
      return found == 0 ? -1 : found;
    }

    /** Where the run before a position is in the table, or the empty place where it belongs. */
    private int slot(int[] tokens, int position) {
      int hash = 0;
      for (int i = position - n; i < position; i++) {
        hash = (hash + tokens[i]) * 0x9E3779B1;
        hash ^= hash >>> 15;
      }
      int at = hash & (table.length - 1);
      while (table[at] != 0
          && !Arrays.equals(tokens, table[at] - n, table[at], tokens, position - n, position)) {
        at = (at + 1) & (table.length - 1);
      }
      return at;
    }

    private void grow(int[] tokens) {
      int[] before = table;
      table = new int[2 * before.length];
      for (int position : before) {
        if (position != 0) {
          table[slot(tokens, position)] = position;
        }
      }
    }
  }
}
