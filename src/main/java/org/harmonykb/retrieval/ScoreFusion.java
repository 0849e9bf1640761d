package org.harmonykb.retrieval;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Adds the arms' scores: {@code w * bm25 / best bm25 + (1 - w) * cosine}. Unlike ranks, scores tell
 * a clear winner from the first of many equals. A passage that the keyword arm did not find adds 0
 * for it, and one that the vector arm did not find the least similarity found there.
 *
 * @param wordsWeight weight of the keyword arm, 0 to 1
 */
public record ScoreFusion(double wordsWeight) {

  /** Fuses the arms; ties go to the keyword arm's order. */
  public List<Passage> fuse(List<SearchIndex.Hit> words, List<SearchIndex.Hit> meaning, int limit) {
    double best = words.isEmpty() ? 1 : Math.max(words.getFirst().score(), Double.MIN_NORMAL);
    double least = meaning.isEmpty() ? 0 : meaning.getLast().score();
    Map<String, Passage> fused = new LinkedHashMap<>();
    for (int i = 0; i < words.size(); i++) {
      SearchIndex.Hit hit = words.get(i);
      double score = wordsWeight * hit.score() / best + (1 - wordsWeight) * least;
      fused.put(hit.passage().id(), ranked(hit.passage(), score, i + 1, 0, hit.score(), 0));
    }
    for (int i = 0; i < meaning.size(); i++) {
      SearchIndex.Hit hit = meaning.get(i);
      Passage known = fused.get(hit.passage().id());
      double score =
          known == null
              ? (1 - wordsWeight) * hit.score()
              : known.score() + (1 - wordsWeight) * (hit.score() - least);
      fused.put(
          hit.passage().id(),
          ranked(
              hit.passage(),
              score,
              known == null ? 0 : known.keywordRank(),
              i + 1,
              known == null ? 0 : known.keywordScore(),
              hit.score()));
    }
    return fused.values().stream()
        .sorted(Comparator.comparingDouble(Passage::score).reversed())
        .limit(limit)
        .toList();
  }

  private static Passage ranked(
      Passage p,
      double score,
      int wordsRank,
      int meaningRank,
      double wordsScore,
      double similarity) {
    return new Passage(
        p.id(),
        p.documentId(),
        p.revision(),
        p.ordinal(),
        p.collection(),
        p.title(),
        p.section(),
        p.page(),
        p.effectiveFrom(),
        p.language(),
        p.text(),
        score,
        wordsRank,
        meaningRank,
        wordsScore,
        similarity);
  }
}
