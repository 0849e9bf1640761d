package org.harmonykb.engine;

public enum FinishReason {
  /** A stop token or stop sequence came. */
  STOP,
  /** The token limit or the end of the context was reached. */
  LENGTH,
  /** The caller closed the stream. */
  CANCELLED
}
