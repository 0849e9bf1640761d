package org.harmonykb.engine;

import org.jspecify.annotations.Nullable;

/**
 * The adapter of a request.
 *
 * @param name under which it was loaded
 * @param scale multiplies the adapter's own scale; null for what was given at loading; 0 computes
 *     the model as it is
 */
public record AdapterChoice(String name, @Nullable Float scale) {

  /** Scales beyond this one are refused: they only make noise. */
  public static final float MAX_SCALE = 100;

  public AdapterChoice {
    if (scale != null) {
      checkScale(scale);
    }
  }

  /**
   * @throws IllegalArgumentException if it is not a number or beyond {@link #MAX_SCALE}
   */
  public static void checkScale(float scale) {
    if (!(Math.abs(scale) <= MAX_SCALE)) {
      throw new IllegalArgumentException(
          "An adapter's scale must be from -%.0f to %.0f, not %s"
              .formatted(MAX_SCALE, MAX_SCALE, scale));
    }
  }
}
