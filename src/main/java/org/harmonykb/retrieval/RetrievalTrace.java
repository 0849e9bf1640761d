package org.harmonykb.retrieval;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a search came to its order. Holds, and counts, only what the scope and the filters let
 * through.
 *
 * @param words the keyword arm
 * @param meaning the vector arm
 * @param language whose embedding model and vectors the vector arm used
 * @param embeddingMs time to embed the question
 * @param fusionMs time to fuse the arms
 * @param rerankingMs time that the reranker took, if there is one
 * @param fusion how the arms' scores were added
 * @param attainable see {@link SearchArms#attainable}
 * @param candidates the final order, best first; each passage tells its rank and score in both arms
 */
public record RetrievalTrace(
    Arm words,
    Arm meaning,
    String language,
    double embeddingMs,
    double fusionMs,
    double rerankingMs,
    ScoreFusion fusion,
    double attainable,
    List<Candidate> candidates) {

  /**
   * @param found passages that the arm returned
   * @param depth most that it was asked for
   * @param searchMs time inside the index
   */
  public record Arm(int found, int depth, double searchMs) {}

  /**
   * @param fusedRank place in the fused order, from 1
   * @param rerankerScore what the reranker gave it, or null where it did not read it
   * @param matched what the passage has in common with the question, by the index's own terms
   */
  public record Candidate(
      Passage passage, int fusedRank, @Nullable Double rerankerScore, List<TermMatch> matched) {}

  /**
   * A term of the question that a passage holds.
   *
   * @param term as the index knows it: a stem or a pair of Han characters
   * @param asked the question's word
   * @param field {@code text}, {@code section} or {@code title}
   * @param found the field's own words for it, in order of their first place
   * @param count how often it stands there
   */
  public record TermMatch(String term, String asked, String field, List<String> found, int count) {}
}
