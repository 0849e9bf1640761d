package org.harmonykb.retrieval;

import java.util.List;

/** Both arms and their fusion. Thread-safe. */
public interface Retriever {

  /** The best passages, best first; empty when nothing matches. */
  List<Passage> search(Query query, AccessScope scope);

  /** The same search, with what each step of it found and took. */
  RetrievalTrace trace(Query query, AccessScope scope);
}
