package org.harmonykb.answering;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.harmonykb.retrieval.Embedder;
import org.harmonykb.retrieval.Language;
import org.harmonykb.retrieval.Passage;

/**
 * Ranks the sentences of the passages by how likely they answer a question: by the question's rare
 * words that they hold, by meaning, and by whether they hold the kind of thing that is asked for.
 * Costs an embedding for each of the most promising sentences. Thread-safe.
 */
final class EvidenceRanker {

  /** Sentences that are compared by meaning; the others share too few words to win. */
  private static final int EMBEDDED = 12;

  /** Places in {@link #features} that the gate looks at, too. */
  static final int SIMILARITY = 4;

  static final int COMPARED = 11;

  /** Weights of {@link #features}, English and Chinese; how they were found: docs/answers.md. */
  private static final double[] ENGLISH = {
    1.86, 1.04, 0.17, 1.49, 6.85, 0.45, 0.69, 0.64, 0.49, 5.27, 1.09, 0
  };

  private static final double[] CHINESE = {
    2.39, 2.27, 0.91, 0, 3.61, 0.88, 0, 0.43, 0.47, 5.26, 1.08, 0
  };

  /** What a line of a document's head loses where nobody asks for one. */
  private static final double HEAD_LOSS = 3;

  /** What a sentence on another place than the one asked about loses. */
  private static final double ELSEWHERE_LOSS = 4;

  /** From this similarity of its question on, a curated answer goes first. */
  private static final double CURATED_CLOSE = 0.84;

  private static final double CURATED_BONUS = 6;
  private static final double CURATED_PROBABILITY = 0.95;

  private final Embedder embedder;

  EvidenceRanker(Embedder embedder) {
    this.embedder = embedder;
  }

  /** Told apart from those of other versions of this class. */
  static String weights() {
    return Arrays.toString(ENGLISH) + Arrays.toString(CHINESE);
  }

  private record Candidate(EvidenceFeatures.Sentence sentence, double[] features) {}

  /**
   * @param unknown what of the question no document speaks of
   */
  Evidence rank(String question, List<Passage> passages, UnknownWords.Unknown unknown) {
    EvidenceFeatures counted = new EvidenceFeatures(question, passages);
    String language = Language.of(question);
    double[] weights = language.equals(Language.CHINESE) ? CHINESE : ENGLISH;
    List<Candidate> candidates = new ArrayList<>();
    Set<Integer> curated = curated(language, question, passages);
    boolean asksForHead = DocumentHead.isAskedFor(question);
    for (EvidenceFeatures.Sentence sentence : counted.sentences()) {
      candidates.add(new Candidate(sentence, features(counted, sentence)));
    }
    candidates.sort(
        Comparator.comparingDouble(
                (Candidate c) ->
                    dot(weights, c.features) + extra(counted, c.sentence, curated, asksForHead))
            .reversed());
    float[] vector = embedder.query(language, question);
    List<Evidence.Sentence> ranked = new ArrayList<>();
    for (int i = 0; i < candidates.size(); i++) {
      Candidate c = candidates.get(i);
      if (i < EMBEDDED) {
        Passage passage = counted.passage(c.sentence);
        String heading = passage.section().isEmpty() ? passage.title() : passage.section();
        float[] own = embedder.passage(language, heading + "\n" + c.sentence.text());
        c.features[SIMILARITY] = similarity(vector, own);
        c.features[COMPARED] = 1;
      }
      ranked.add(
          new Evidence.Sentence(
              c.sentence.passage(),
              c.sentence.place(),
              c.sentence.piece(),
              c.features,
              dot(weights, c.features) + extra(counted, c.sentence, curated, asksForHead)));
    }
    ranked.sort(Comparator.comparingDouble(Evidence.Sentence::score).reversed());
    double[] signals = EvidenceGate.signals(counted, ranked, unknown);
    double probability = EvidenceGate.probability(language, signals);
    boolean isCurated = !ranked.isEmpty() && curated.contains(ranked.getFirst().passage());
    return new Evidence(
        ranked, signals, isCurated ? Math.max(probability, CURATED_PROBABILITY) : probability);
  }

  private static double extra(
      EvidenceFeatures counted,
      EvidenceFeatures.Sentence sentence,
      Set<Integer> curated,
      boolean asksForHead) {
    return (curated.contains(sentence.passage()) ? CURATED_BONUS : 0)
        - (counted.isElsewhere(sentence) ? ELSEWHERE_LOSS : 0)
        - (!asksForHead && DocumentHead.isOne(sentence.text()) ? HEAD_LOSS : 0);
  }

  /** The curated answers, by number, whose question is much the same. */
  private Set<Integer> curated(String language, String question, List<Passage> passages) {
    Set<Integer> close = new HashSet<>();
    for (int i = 0; i < passages.size(); i++) {
      Passage passage = passages.get(i);
      if (CuratedAnswers.isCurated(passage)) {
        double alike =
            similarity(
                embedder.passage(language, question), embedder.passage(language, passage.title()));
        if (alike >= CURATED_CLOSE) {
          close.add(i + 1);
        }
      }
    }
    return close;
  }

  /** Each about 0 to 1; similarity is filled in later, for the best. */
  private static double[] features(EvidenceFeatures counted, EvidenceFeatures.Sentence sentence) {
    Set<String> window = counted.window(sentence);
    return new double[] {
      counted.coverage(sentence.terms()),
      counted.coverage(window),
      counted.coverage(counted.passageTerms(sentence)),
      counted.coverage(counted.headingTerms(sentence)),
      0, // similarity
      counted.holdsType(sentence) ? 1 : 0,
      counted.order(sentence),
      counted.novelty(sentence),
      counted.relativeScore(sentence),
      counted.relativeSimilarity(sentence),
      counted.holdsUnit(sentence),
      0, // whether it was compared by meaning
    };
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private static double similarity(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }
}
