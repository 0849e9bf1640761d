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

  /** Weights of the signals, then the constant; 0.5 is where a question is refused. */
  private static final double[] GIVEN_ENGLISH = {
    0.013, 1.215, 2.746, -0.26, -0.284, -1.439, -0.917, 0.776, -0.126, -3.033, -0.13, -1.264,
    -0.344, -0.489, -0.132, 0, 0, 0, 0.582
  };

  private static final double[] SEARCHED_ENGLISH = {
    0.195, 8.216, 0, 0, 0.88, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7.955, 0, 0, -11.726
  };

  private static final double[] GIVEN_CHINESE = {
    0.155, 3.006, 2.644, 1.484, 1.328, 1.365, 1.516, -0.502, -0.398, -0.455, 0.228, -0.033, 0.941,
    0.12, 1.499, 0, 0, 0, -5.946
  };

  private static final double[] SEARCHED_CHINESE = {
    0.233, 2.825, 0, 0, 2.361, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2.803, 0, 0, -4.313
  };

  private EvidenceGate() {}

  /** Told apart from those of other versions of this class. */
  static String weights() {
    return Stream.of(GIVEN_ENGLISH, SEARCHED_ENGLISH, GIVEN_CHINESE, SEARCHED_CHINESE)
        .map(Arrays::toString)
        .collect(Collectors.joining());
  }

  private static final int SEARCHED = 17;

  static double[] signals(EvidenceFeatures counted, List<Evidence.Sentence> ranked) {
    double[] signals = new double[24];
    if (ranked.isEmpty()) {
      return signals;
    }
    Evidence.Sentence best = ranked.getFirst();
    EvidenceFeatures.Sentence sentence = counted.sentences().get(best.place());
    Set<String> window = counted.window(sentence);
    double similar = 0;
    double covered = 0;
    double mean = 0;
    int compared = 0;
    for (Evidence.Sentence other : ranked) {
      similar = Math.max(similar, other.features()[3]);
      covered = Math.max(covered, other.features()[0]);
      if (other.features()[9] > 0) {
        mean += other.score();
        compared++;
      }
    }
    mean /= Math.max(1, compared);
    signals[0] = best.score();
    signals[1] = similar;
    signals[2] = best.features()[3];
    signals[3] = best.features()[0];
    signals[4] = best.features()[1];
    signals[5] = best.features()[2];
    signals[6] = counted.coverageOfAll();
    signals[7] = best.features()[4];
    signals[8] = counted.missingEntities(counted.passageTerms(sentence));
    signals[9] = counted.missingEntities(window);
    signals[10] = best.score() - mean;
    signals[11] = counted.heaviestMissing(window);
    signals[12] = best.features()[5];
    signals[13] = counted.negationDiffers(sentence) ? 1 : 0;
    signals[14] = covered;
    counted.addSearchSignals(signals, 15);
    signals[18] = counted.holdsUnit(sentence);
    signals[19] = counted.missingNumbers(counted.passageTerms(sentence));
    signals[20] = counted.relativeSimilarity(sentence);
    signals[21] = counted.passage(sentence).similarity();
    signals[22] = counted.type() == AnswerType.OTHER ? 1 : 0;
    signals[23] = 1 - counted.coverage(window);
    return signals;
  }

  static double probability(String language, double[] signals) {
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
    return 1 / (1 + Math.exp(-sum));
  }
}
