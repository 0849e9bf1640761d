package org.harmonykb.engine;

/** Anything the engine refuses or cannot do. The message tells the caller what to change. */
public class EngineException extends RuntimeException {

  public EngineException(String message) {
    super(message);
  }

  public EngineException(String message, Throwable cause) {
    super(message, cause);
  }
}
