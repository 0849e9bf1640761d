package org.harmonykb.faults;

import org.jspecify.annotations.Nullable;

/** The search engine is away, refuses, or did only a part of what it was asked for. */
public class SearchEngineException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public SearchEngineException(String message) {
    super(message);
  }

  public SearchEngineException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
