package org.harmonykb.engine;

/** Forbids tokens by setting their logits to negative infinity; called once before each choice. */
@FunctionalInterface
public interface LogitsMask {

  /**
   * @param generated token ids sampled so far in this generation; read only
   * @param count how many of them are valid
   * @param logits one value per vocabulary entry; may be changed in place, at least one must stay
   *     finite
   */
  void apply(int[] generated, int count, float[] logits);
}
