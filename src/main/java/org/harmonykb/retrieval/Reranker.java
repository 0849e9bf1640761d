package org.harmonykb.retrieval;

import java.util.List;

/** Reads a question and a passage together and tells how well they fit. Thread-safe. */
public interface Reranker {

  /**
   * A passage with what the reranker gave it.
   *
   * @param score higher is better; NaN where time ran out before it was read
   */
  record Ranked(Passage passage, double score) {}

  /**
   * Puts the best first. Passages that were not read keep their order behind those that were.
   *
   * @param passages in the order of the search
   */
  List<Ranked> rerank(String question, List<Passage> passages);
}
