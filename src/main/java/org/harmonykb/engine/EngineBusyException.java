package org.harmonykb.engine;

/** The queue is full; try again later. */
public final class EngineBusyException extends EngineException {

  public EngineBusyException(int queued) {
    this("%d requests are waiting already: try again in a moment".formatted(queued));
  }

  public EngineBusyException(String message) {
    super(message);
  }
}
