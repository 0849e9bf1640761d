package org.harmonykb.retrieval;

import java.util.List;

/** The two ways to find passages in one index generation. Thread-safe. */
public interface SearchArms {

  /** The best passages by words, within the scope and the query's filters. */
  List<SearchIndex.Hit> byWords(Query query, AccessScope scope);

  /**
   * The passages nearest to a vector, of all languages that share its space, within the scope and
   * the query's filters.
   *
   * @param language whose embedding model gave the vector
   */
  List<SearchIndex.Hit> byMeaning(String language, float[] vector, Query query, AccessScope scope);

  /** The question's terms that a passage holds, as the keyword arm sees both. */
  List<RetrievalTrace.TermMatch> matches(String question, Passage passage);

  /**
   * About the keyword score of a passage that holds all words of a question: the sum of their
   * weights by rareness, also of words that no passage holds.
   */
  double attainable(String question);
}
