package org.harmonykb.engine.scheduling;

import java.util.ArrayList;
import java.util.List;
import org.harmonykb.engine.GenerationEvent;
import org.harmonykb.engine.TokenStream;

/** All of an answer that must not depend on caches and company, and how much was cached. */
record Collected(List<Integer> tokens, List<Float> logProbabilities, int cached) {

  /** Reads a stream to its end; a failure is thrown. */
  static Collected from(TokenStream stream) {
    List<Integer> tokens = new ArrayList<>();
    List<Float> logProbabilities = new ArrayList<>();
    int cached = 0;
    while (stream.hasNext()) {
      switch (stream.next()) {
        case GenerationEvent.Token token -> {
          tokens.add(token.id());
          logProbabilities.add(token.logProbability());
        }
        case GenerationEvent.Finished finished -> cached = finished.usage().cachedTokens();
        case GenerationEvent.Failed failed -> throw failed.cause();
        case GenerationEvent.Queued _, GenerationEvent.Prefill _ -> {}
      }
    }
    return new Collected(tokens, logProbabilities, cached);
  }
}
