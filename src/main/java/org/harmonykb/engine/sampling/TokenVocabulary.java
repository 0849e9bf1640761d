package org.harmonykb.engine.sampling;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.function.Predicate;
import org.harmonykb.engine.Tokenizer;

/**
 * A model's ordinary tokens sorted by their bytes, so that all tokens with a common beginning are
 * judged at once. Immutable; one per model, as making it takes a tenth of a second for 200,000
 * tokens.
 */
public final class TokenVocabulary {

  private final Tokenizer tokenizer;
  private final Index all;
  private final Bulk everything;
  private final Bulk stringSafe;
  private final Bulk withoutAngle;
  private final boolean splitsCharacters;

  /** Tokens in the order of their bytes. */
  record Index(int[] ids, byte[][] bytes) {

    /** The end of those within a range that have the same byte at a depth as the first. */
    int groupEnd(int from, int to, int depth) {
      int value = bytes[from][depth] & 0xff;
      int low = from + 1;
      int high = to;
      while (low < high) {
        int middle = (low + high) >>> 1;
        if ((bytes[middle][depth] & 0xff) > value) {
          high = middle;
        } else {
          low = middle + 1;
        }
      }
      return low;
    }
  }

  /** Tokens that leave a state as it is, and all the others. */
  record Bulk(BitSet tokens, Index others) {}

  public TokenVocabulary(Tokenizer tokenizer) {
    this.tokenizer = tokenizer;
    List<Integer> order = new ArrayList<>();
    byte[][] bytes = new byte[tokenizer.vocabularySize()][];
    boolean[] single = new boolean[256];
    for (int id = 0; id < bytes.length; id++) {
      bytes[id] = tokenizer.bytes(id);
      if (!tokenizer.isSpecial(id) && bytes[id].length > 0) {
        order.add(id);
        if (bytes[id].length == 1) {
          single[bytes[id][0] & 0xff] = true;
        }
      }
    }
    order.sort((a, b) -> Arrays.compareUnsigned(bytes[a], bytes[b]));
    all =
        new Index(
            order.stream().mapToInt(Integer::intValue).toArray(),
            order.stream().map(id -> bytes[id]).toArray(byte[][]::new));
    boolean splits = true;
    for (int b = 0x80; b < 0xc0; b++) {
      splits &= single[b];
    }
    splitsCharacters = splits;
    everything = bulk(_ -> true);
    stringSafe = bulk(TokenVocabulary::isPlainInStrings);
    withoutAngle = bulk(token -> indexOf(token, '<') < 0);
  }

  private Bulk bulk(Predicate<byte[]> member) {
    BitSet members = new BitSet();
    List<Integer> others = new ArrayList<>();
    for (int i = 0; i < all.ids.length; i++) {
      if (member.test(all.bytes[i])) {
        members.set(all.ids[i]);
      } else {
        others.add(i);
      }
    }
    return new Bulk(
        members,
        new Index(
            others.stream().mapToInt(i -> all.ids[i]).toArray(),
            others.stream().map(i -> all.bytes[i]).toArray(byte[][]::new)));
  }

  /** Whole characters, none of which ends a JSON string or needs an escape there. */
  private static boolean isPlainInStrings(byte[] token) {
    for (byte b : token) {
      if ((b & 0xff) < 0x20 || b == '"' || b == '\\') {
        return false;
      }
    }
    return Utf8Check.isWhole(token);
  }

  private static int indexOf(byte[] token, int value) {
    for (int i = 0; i < token.length; i++) {
      if (token[i] == value) {
        return i;
      }
    }
    return -1;
  }

  public Tokenizer tokenizer() {
    return tokenizer;
  }

  Index all() {
    return all;
  }

  Bulk everything() {
    return everything;
  }

  Bulk stringSafe() {
    return stringSafe;
  }

  Bulk withoutAngle() {
    return withoutAngle;
  }

  /** Whether each later byte of a character is a token, so that one can always be completed. */
  boolean splitsCharacters() {
    return splitsCharacters;
  }

  /**
   * Tokens that spell the rest of a text from each of its bytes on, always taking the longest one;
   * {@link Node#NEVER} where the vocabulary cannot spell it.
   */
  int[] spellingCosts(byte[] text) {
    int[] costs = new int[text.length + 1];
    for (int at = text.length - 1; at >= 0; at--) {
      int length = longestMatch(text, at);
      costs[at] = length == 0 ? Node.NEVER : Node.sum(1, costs[at + length]);
    }
    return costs;
  }

  private int longestMatch(byte[] text, int at) {
    int low = 0;
    int high = all.ids.length;
    int longest = 0;
    for (int depth = 0; low < high && at + depth <= text.length; depth++) {
      if (all.bytes[low].length == depth) {
        longest = depth;
        while (low < high && all.bytes[low].length == depth) {
          low++;
        }
      }
      if (at + depth == text.length) {
        break;
      }
      int wanted = text[at + depth] & 0xff;
      low = firstAtLeast(low, high, depth, wanted);
      high = firstAtLeast(low, high, depth, wanted + 1);
    }
    return longest;
  }

  private int firstAtLeast(int from, int to, int depth, int value) {
    int low = from;
    int high = to;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if ((all.bytes[middle][depth] & 0xff) >= value) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }
}
