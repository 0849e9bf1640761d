package org.harmonykb.engine;

import java.util.Iterator;

/**
 * The events of one generation in order; {@link GenerationEvent.Finished} or {@link
 * GenerationEvent.Failed} is the last. {@link #next} blocks until something happened. Used by one
 * thread at a time; {@link #close} may come from any thread, stops the generation within one step
 * (prefill included) and is harmless at the end.
 */
public interface TokenStream extends Iterator<GenerationEvent>, AutoCloseable {

  @Override
  void close();
}
