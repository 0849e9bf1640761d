package org.harmonykb.retrieval;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Weighted reciprocal rank fusion: a passage's score is the sum of {@code weight / (k + rank)} over
 * the arms that found it (Cormack and others, SIGIR 2009).
 *
 * @param k how quickly ranks lose weight
 * @param wordsWeight weight of the keyword arm
 * @param meaningWeight weight of the vector arm
 */
public record RankFusion(int k, double wordsWeight, double meaningWeight) {

  /** Fuses the arms; ties go to the keyword arm's order. */
  public List<Passage> fuse(List<SearchIndex.Hit> words, List<SearchIndex.Hit> meaning, int limit) {
    Map<String, Passage> fused = new HashMap<>();
    List<String> order = new ArrayList<>();
    for (int i = 0; i < words.size(); i++) {
      Passage p = words.get(i).passage();
      order.add(p.id());
      fused.put(p.id(), ranked(p, wordsWeight / (k + i + 1), i + 1, 0, words.get(i).score(), 0));
    }
    for (int i = 0; i < meaning.size(); i++) {
      Passage p = meaning.get(i).passage();
      double score = meaningWeight / (k + i + 1);
      Passage known = fused.get(p.id());
      if (known == null) {
        order.add(p.id());
        fused.put(p.id(), ranked(p, score, 0, i + 1, 0, meaning.get(i).score()));
      } else {
        fused.put(
            p.id(),
            ranked(
                known,
                known.score() + score,
                known.keywordRank(),
                i + 1,
                known.keywordScore(),
                meaning.get(i).score()));
      }
    }
    return order.stream()
        .map(id -> Objects.requireNonNull(fused.get(id)))
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
