package org.harmonykb.retrieval;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Adds the arms' scores: {@code w * bm25 / scale + (1 - w) * cosine}. Unlike ranks, scores tell a
 * clear winner from the first of many equals. A passage that the keyword arm did not find adds 0
 * for it, and one that the vector arm did not find the least similarity found there.
 *
 * @param wordsWeight weight of the keyword arm, 0 to 1
 * @param chineseWordsWeight the same for Chinese questions
 * @param scale what the keyword scores are divided by
 * @param otherLanguage least share that a passage in another language than the question's gets in
 *     place of its keyword score: it cannot hold the question's words
 */
public record ScoreFusion(
    double wordsWeight, double chineseWordsWeight, Scale scale, double otherLanguage) {

  /** What keyword scores are divided by. */
  public enum Scale {
    /** The best score found: the best passage always gets the whole weight. */
    BEST,
    /** What the question's words are worth: few common words found count little. */
    ATTAINABLE
  }

  /** For models of one language each. */
  public ScoreFusion(double wordsWeight) {
    this(wordsWeight, Scale.BEST, 0);
  }

  /** With one weight for all languages. */
  public ScoreFusion(double wordsWeight, Scale scale, double otherLanguage) {
    this(wordsWeight, wordsWeight, scale, otherLanguage);
  }

  /** Weight of the keyword arm for a question in a language. */
  public double weight(String language) {
    return language.equals(Language.CHINESE) ? chineseWordsWeight : wordsWeight;
  }

  /**
   * Fuses the arms; ties go to the keyword arm's order.
   *
   * @param language the question's
   * @param attainable see {@link SearchArms#attainable}
   */
  public List<Passage> fuse(
      List<SearchIndex.Hit> words,
      List<SearchIndex.Hit> meaning,
      String language,
      double attainable,
      int limit) {
    double weight = weight(language);
    double best = words.isEmpty() ? 1 : words.getFirst().score();
    double divisor = Math.max(scale == Scale.BEST ? best : attainable, Double.MIN_NORMAL);
    double least = meaning.isEmpty() ? 0 : meaning.getLast().score();
    Map<String, Passage> fused = new LinkedHashMap<>();
    for (int i = 0; i < words.size(); i++) {
      SearchIndex.Hit hit = words.get(i);
      double share = Math.max(hit.score() / divisor, floor(hit.passage(), language));
      double score = weight * share + (1 - weight) * least;
      fused.put(hit.passage().id(), ranked(hit.passage(), score, i + 1, 0, hit.score(), 0));
    }
    for (int i = 0; i < meaning.size(); i++) {
      SearchIndex.Hit hit = meaning.get(i);
      Passage known = fused.get(hit.passage().id());
      double score =
          known == null
              ? weight * floor(hit.passage(), language) + (1 - weight) * hit.score()
              : known.score() + (1 - weight) * (hit.score() - least);
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

  private double floor(Passage passage, String language) {
    return passage.language().equals(language) ? 0 : otherLanguage;
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
