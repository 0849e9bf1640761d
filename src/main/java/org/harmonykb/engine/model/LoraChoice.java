package org.harmonykb.engine.model;

import org.jspecify.annotations.Nullable;

/**
 * What a token of a batch is computed with. Compares by adapter and scale.
 *
 * @param adapter null for the model as it is
 * @param scale multiplies the adapter's own
 */
public record LoraChoice(@Nullable LoraAdapter adapter, float scale) {

  /** The model as it is. */
  public static final LoraChoice NONE = new LoraChoice(null, 0);

  /** The adapter, or none where the scale leaves nothing of it. */
  public static LoraChoice of(LoraAdapter adapter, float scale) {
    return scale == 0 ? NONE : new LoraChoice(adapter, scale);
  }
}
