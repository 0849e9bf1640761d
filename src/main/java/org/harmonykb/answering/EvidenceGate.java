package org.harmonykb.answering;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.harmonykb.retrieval.Language;

/**
 * The first gate before an answer: how likely the best sentences answer the question, from signals
 * that are weighed by logistic regression on the development halves; see docs/answers.md.
 */
final class EvidenceGate {

  /** The place in the signals that tells whether there was a search. */
  private static final int SEARCHED = 13;

  /** Places in the signals: similarity of the best sentence, words and names about it. */
  static final int BEST_SIMILARITY = 2;

  static final int COVERED = 18;

  static final int MISSING_NAMES = 3;

  /** Weights of {@link #signals}, then the constant; 0.5 is where a question is refused. */
  private static final double[] GIVEN_ENGLISH = {
    0, 0, 4.164, -3.272, -0.206, -1.237, -0.747, 0, 0.781, 1.753, 0, -0.129, 0, 0, 0, 0, 0, -0.633,
    -0.799, -0.96
  };

  private static final double[] SEARCHED_ENGLISH = {
    0.02, 2.972, 0, 0, 0, 0, 0, 0, 0, -1.564, 0, 0, 7.419, 0, 1.06, -3.181, -1.469, 0, 0, -5.32
  };

  private static final double[] GIVEN_CHINESE = {
    0, 0, 5.725, -0.434, 0.633, -0.14, -0.185, -0.854, -0.894, -3.096, -0.917, -0.2, 0, 0, 0, 0, 0,
    0, 0, 0.11
  };

  private static final double[] SEARCHED_CHINESE = {
    0.318, 2.955, 0, 0, 0, 0, 0, 0, 0, -1.975, 0, 0, 2.748, 0, 0.609, -0.695, 0, 0, 0, -3.155
  };

  private EvidenceGate() {}

  /** Told apart from those of other versions of this class. */
  static String weights() {
    return Stream.of(GIVEN_ENGLISH, SEARCHED_ENGLISH, GIVEN_CHINESE, SEARCHED_CHINESE)
        .map(Arrays::toString)
        .collect(Collectors.joining());
  }

  /**
   * @param unknown what of the question no document speaks of
   */
  static double[] signals(
      EvidenceFeatures counted, List<Evidence.Sentence> ranked, UnknownWords.Unknown unknown) {
    if (ranked.isEmpty()) {
      return new double[19];
    }
    Evidence.Sentence best = ranked.getFirst();
    EvidenceFeatures.Sentence sentence = counted.sentences().get(best.place());
    Set<String> window = counted.window(sentence);
    Set<String> all = counted.allTerms();
    List<Evidence.Sentence> compared =
        ranked.stream().filter(s -> s.features()[EvidenceRanker.COMPARED] > 0).toList();
    double mean =
        compared.stream().mapToDouble(Evidence.Sentence::score).average().orElse(best.score());
    return new double[] {
      best.score(),
      compared.stream().mapToDouble(EvidenceGate::similarity).max().orElse(0),
      similarity(best),
      counted.missingEntities(window),
      best.score() - mean,
      counted.heaviestMissing(window),
      counted.negationDiffers(sentence) ? 1 : 0,
      counted.missingNumbers(counted.passageTerms(sentence)),
      counted.holdsType(sentence) ? 1 : 0,
      1 - counted.coverage(all),
      counted.asked(),
      counted.heaviestMissing(all),
      counted.nearestPassage(),
      counted.isSearched() ? 1 : 0,
      counted.holdsUnit(sentence),
      unknown.share(),
      unknown.hasNames() ? 1 : 0,
      counted.coverage(sentence.terms()),
      counted.coverage(window),
    };
  }

  private static double similarity(Evidence.Sentence sentence) {
    return sentence.features()[EvidenceRanker.SIMILARITY];
  }

  /** Above 0 a question is answered by default. */
  static double logit(String language, double[] signals) {
    boolean chinese = language.equals(Language.CHINESE);
    boolean searched = signals[SEARCHED] > 0;
    double[] weights =
        searched
            ? chinese ? SEARCHED_CHINESE : SEARCHED_ENGLISH
            : chinese ? GIVEN_CHINESE : GIVEN_ENGLISH;
    double sum = weights[weights.length - 1];
    for (int i = 0; i < weights.length - 1; i++) {
      sum += weights[i] * signals[i];
    }
    return sum;
  }
}
