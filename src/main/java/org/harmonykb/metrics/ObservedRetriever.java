package org.harmonykb.metrics;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import java.util.List;
import java.util.Objects;
import org.harmonykb.retrieval.AccessScope;
import org.harmonykb.retrieval.Passage;
import org.harmonykb.retrieval.Query;
import org.harmonykb.retrieval.RetrievalTrace;
import org.harmonykb.retrieval.Retriever;

/** A retriever each of whose searches is an observation. */
public record ObservedRetriever(Retriever retriever, ObservationRegistry observations)
    implements Retriever {

  @Override
  public List<Passage> search(Query query, AccessScope scope) {
    return Objects.requireNonNull(
        observation("search").observe(() -> retriever.search(query, scope)));
  }

  @Override
  public RetrievalTrace trace(Query query, AccessScope scope) {
    return Objects.requireNonNull(
        observation("trace").observe(() -> retriever.trace(query, scope)));
  }

  private Observation observation(String kind) {
    return Observation.createNotStarted("kb.retrieval", observations)
        .contextualName("retrieve")
        .lowCardinalityKeyValue("kind", kind);
  }
}
