package org.harmonykb.engine.kernel;

/** How the activations of generated tokens enter a product; those of prompts are always floats. */
public enum Activations {
  /** As they are. */
  F32,
  /**
   * Rounded to integers of 12 bits, one scale for 32 of them, wherever the kernels are faster with
   * integers than with floats.
   */
  INT12
}
