package org.harmonykb.engine.scheduling;

import org.harmonykb.engine.model.Batch;
import org.harmonykb.engine.model.Transformer;

/**
 * A slice of a prompt that is being read, layer by layer. Between two layers others may have their
 * steps, so that a long slice, which is fast because many tokens share the weights, does not hold
 * them up. Owned by the engine's thread.
 */
final class PromptPass {

  private final Slot slot;
  private final Transformer.Pass pass;
  private final int from;
  private final int tokens;
  private final boolean isLast;
  private final boolean isLong;
  private final float[] logits;
  private long nanos;

  /**
   * @param tokens of the prompt, at most as many as are pending
   * @param isLong whether others were not thought of
   */
  PromptPass(Slot slot, int tokens, boolean isLong, Transformer transformer) {
    this.slot = slot;
    this.from = slot.sequence().length();
    this.tokens = tokens;
    this.isLong = isLong;
    this.isLast = tokens == slot.pending();
    this.logits = new float[isLast ? transformer.vocabularySize() : 0];
    Batch batch = new Batch();
    for (int i = 0; i < tokens; i++) {
      boolean wantsLogits = isLast && i == tokens - 1;
      if (slot.mayRound()) {
        batch.addPrompt(slot.sequence(), slot.token(from + i), wantsLogits, slot.lease().choice());
      } else {
        batch.add(slot.sequence(), slot.token(from + i), wantsLogits, slot.lease().choice());
      }
    }
    this.pass = transformer.begin(batch, logits);
  }

  Slot slot() {
    return slot;
  }

  int tokens() {
    return tokens;
  }

  /** Time that its layers took. */
  double seconds() {
    return nanos / 1e9;
  }

  /** Whether this was the prompt's end, so that an answer follows. */
  boolean isLast() {
    return isLast;
  }

  /** After the prompt's last token. */
  float[] logits() {
    return logits;
  }

  /**
   * Computes some layers, one at least.
   *
   * @param nanos after which no other is begun
   * @return whether the slice is read
   */
  boolean advance(long nanos) {
    long begun = System.nanoTime();
    long spent;
    do {
      pass.computeLayer();
      spent = System.nanoTime() - begun;
    } while (!pass.isDone() && spent < nanos);
    this.nanos += spent;
    if (pass.isDone()) {
      slot.sequence().publish();
    }
    slot.progress(from + (int) ((long) tokens * pass.layersDone() / pass.layers()));
    return pass.isDone();
  }

  /** Whether it is better begun anew with less than to hold others up with each of its layers. */
  boolean isTooLong(double layerSeconds) {
    return isLong && seconds() / Math.max(1, pass.layersDone()) > layerSeconds;
  }

  /** Takes back what is not stored in all layers. */
  void abandon() {
    slot.sequence().truncate(from);
  }
}
