package org.harmonykb.engine.kernel;

/** How activations enter a product, by the kind of token: see {@link TokenKinds}. */
public enum Activations {
  /** As they are. */
  F32,
  /**
   * Those of generated tokens rounded to integers of 12 bits, one scale for 32 of them, wherever
   * the kernels are faster with integers than with floats.
   */
  INT12,
  /** As {@link #INT12}, and those of prompts rounded to 10 bits. */
  INT10
}
