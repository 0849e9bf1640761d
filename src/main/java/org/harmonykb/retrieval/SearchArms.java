package org.harmonykb.retrieval;

import java.util.List;

/** The two ways to find passages in one index generation. Thread-safe. */
public interface SearchArms {

  /** The best passages by words, within the scope and the query's filters. */
  List<SearchIndex.Hit> byWords(Query query, AccessScope scope);

  /**
   * The passages of one language nearest to a vector, within the scope and the query's filters.
   *
   * @param vector of the length that the language's embedding model gives
   */
  List<SearchIndex.Hit> byMeaning(String language, float[] vector, Query query, AccessScope scope);

  /** The question's terms that a passage holds, as the keyword arm sees both. */
  List<RetrievalTrace.TermMatch> matches(String question, Passage passage);
}
