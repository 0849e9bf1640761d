package org.harmonykb.engine;

/** The queue is full; try again later. */
public final class EngineBusyException extends EngineException {

  public EngineBusyException(int queued) {
    super("%d requests are waiting already: try again in a moment".formatted(queued));
  }
}
