package org.harmonykb.retrieval;

import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * The index as the service sees it. Thread-safe. Each change is durable and visible to searches
 * when its call returns.
 */
public interface SearchIndex {

  /** A passage and its score in one arm. */
  record Hit(Passage passage, double score) {}

  /** Replaces all passages of a document. */
  void replace(UUID documentId, List<Chunk> chunks);

  void delete(UUID documentId);

  /** The best passages by words, within the scope and the query's filters. */
  List<Hit> byWords(Query query, AccessScope scope);

  /**
   * The passages of one language nearest to a vector, within the scope and the query's filters.
   *
   * @param vector of the length that the language's embedding model gives
   */
  List<Hit> byMeaning(String language, float[] vector, Query query, AccessScope scope);

  /** The question's terms that a passage holds, as the keyword arm sees both. */
  List<RetrievalTrace.TermMatch> matches(String question, Passage passage);

  /** A document's passages in order. */
  List<Passage> passages(UUID documentId);

  /** All documents that have passages. */
  Set<UUID> documents();

  long passageCount();

  /**
   * Begins to write everything anew beside the live index; changes go to both until {@link
   * #switchGeneration} or {@link #dropGeneration}.
   */
  void beginGeneration();

  /** Writes a document into the new generation only. */
  void replaceInNewGeneration(UUID documentId, List<Chunk> chunks);

  /** Makes the new generation the live one. */
  void switchGeneration();

  /** Gives the new generation up; the live one was never touched. */
  void dropGeneration();

  /** Number of the live generation. */
  int generation();
}
