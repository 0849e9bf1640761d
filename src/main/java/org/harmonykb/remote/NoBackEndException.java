package org.harmonykb.remote;

import org.harmonykb.engine.EngineException;

/** No server could be made to write, and nothing was written. */
public final class NoBackEndException extends EngineException {

  public NoBackEndException(String message) {
    super(message);
  }
}
