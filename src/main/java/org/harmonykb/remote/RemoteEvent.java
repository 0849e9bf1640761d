package org.harmonykb.remote;

import org.harmonykb.engine.EngineException;
import org.harmonykb.engine.FinishReason;
import org.harmonykb.engine.GenerationEvent;

/** What happens while a server writes. */
public sealed interface RemoteEvent {

  /** Nothing happened for half a second. */
  record Waiting() implements RemoteEvent {}

  /** A piece of the answer. */
  record Text(String text) implements RemoteEvent {}

  /** The model thinks. */
  record Thought(String text) implements RemoteEvent {}

  /**
   * @param usage as the server counts
   * @param backEnd who wrote
   */
  record Finished(FinishReason reason, GenerationEvent.Usage usage, String backEnd)
      implements RemoteEvent {}

  record Failed(EngineException cause) implements RemoteEvent {}
}
