package org.harmonykb.engine.model;

import java.util.Arrays;
import org.harmonykb.engine.kernel.Activations;
import org.harmonykb.engine.kernel.TokenKinds;
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
  LoraChoice[] choices = new LoraChoice[16];
  boolean hasAdapters;
  int size;
  int wantedCount;
  private int generated; // of the first tokens
  private int prompt; // of the next ones

  public int size() {
    return size;
  }

  public void clear() {
    Arrays.fill(sequences, 0, size, null);
    Arrays.fill(choices, 0, size, null);
    hasAdapters = false;
    size = 0;
    wantedCount = 0;
    generated = 0;
    prompt = 0;
  }

  /**
   * Adds a token of an answer that is being written; before all tokens of prompts. It may be
   * computed in a faster way, see {@link org.harmonykb.engine.kernel.Activations}.
   *
   * @return the row of its logits, or -1
   */
  public int addGenerated(KvSequence sequence, int token, boolean wantsLogits, LoraChoice choice) {
    if (generated != size) {
      throw new IllegalStateException("tokens of answers come before those of prompts");
    }
    generated++;
    return add(sequence, token, wantsLogits, choice);
  }

  /**
   * Adds a token of a prompt; after all that are generated. It may be computed in a faster way, see
   * {@link org.harmonykb.engine.kernel.Activations}.
   *
   * @return the row of its logits, or -1
   */
  public int addPrompt(KvSequence sequence, int token, boolean wantsLogits, LoraChoice choice) {
    if (generated + prompt != size) {
      throw new IllegalStateException("tokens of prompts come before plain ones");
    }
    prompt++;
    return add(sequence, token, wantsLogits, choice);
  }

  /**
   * Adds a token of the kind that an option is about, so that its precision can be compared.
   *
   * @return the row of its logits, or -1
   */
  public int addAs(
      Activations precision,
      KvSequence sequence,
      int token,
      boolean wantsLogits,
      LoraChoice choice) {
    return switch (precision) {
      case F32 -> add(sequence, token, wantsLogits, choice);
      case INT12 -> addGenerated(sequence, token, wantsLogits, choice);
      case INT10 -> addPrompt(sequence, token, wantsLogits, choice);
    };
  }

  TokenKinds kinds() {
    return new TokenKinds(generated, prompt);
  }

  /** Adds a token that the model computes as it is. */
  public int add(KvSequence sequence, int token, boolean wantsLogits) {
    return add(sequence, token, wantsLogits, LoraChoice.NONE);
  }

  /**
   * Adds a token at the end of a sequence.
   *
   * @param wantsLogits whether the logits after it are needed
   * @param choice the adapter that all of the sequence is computed with
   * @return the row of its logits, or -1
   */
  public int add(KvSequence sequence, int token, boolean wantsLogits, LoraChoice choice) {
    if (size == tokens.length) {
      tokens = Arrays.copyOf(tokens, 2 * size);
      positions = Arrays.copyOf(positions, 2 * size);
      sequences = Arrays.copyOf(sequences, 2 * size);
      wanted = Arrays.copyOf(wanted, 2 * size);
      choices = Arrays.copyOf(choices, 2 * size);
    }
    tokens[size] = token;
    positions[size] = sequence.append(token);
    sequences[size] = sequence;
    choices[size] = choice;
    hasAdapters |= choice.adapter() != null;
    int row = -1;
    if (wantsLogits) {
      row = wantedCount;
      wanted[wantedCount++] = size;
    }
    size++;
    return row;
  }
}
