package org.harmonykb.harmony;

/** Where an assistant's text belongs. */
public enum Channel {
  /** Chain of thought; not for readers. */
  ANALYSIS,
  /** Tool calls and preambles. */
  COMMENTARY,
  /** The answer. */
  FINAL
}
