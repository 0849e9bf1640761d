package org.harmonykb.engine.model;

import java.util.Arrays;
import org.harmonykb.engine.kvcache.KvSequence;

/**
 * Tokens to compute in one pass, of one sequence or of many. Each token is appended to its
 * sequence, in order. Reused from step to step; owned by the engine's thread.
 */
public final class Batch {

  int[] tokens = new int[16];
  int[] positions = new int[16];
  KvSequence[] sequences = new KvSequence[16];
  int[] wanted = new int[16];
  int size;
  int wantedCount;

  public int size() {
    return size;
  }

  public void clear() {
    Arrays.fill(sequences, 0, size, null);
    size = 0;
    wantedCount = 0;
  }

  /**
   * Adds a token at the end of a sequence.
   *
   * @param wantsLogits whether the logits after it are needed
   * @return the row of its logits, or -1
   */
  public int add(KvSequence sequence, int token, boolean wantsLogits) {
    if (size == tokens.length) {
      tokens = Arrays.copyOf(tokens, 2 * size);
      positions = Arrays.copyOf(positions, 2 * size);
      sequences = Arrays.copyOf(sequences, 2 * size);
      wanted = Arrays.copyOf(wanted, 2 * size);
    }
    tokens[size] = token;
    positions[size] = sequence.append(token);
    sequences[size] = sequence;
    int row = -1;
    if (wantsLogits) {
      row = wantedCount;
      wanted[wantedCount++] = size;
    }
    size++;
    return row;
  }
}
