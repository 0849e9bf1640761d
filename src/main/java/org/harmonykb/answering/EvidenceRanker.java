package org.harmonykb.answering;

import java.util.ArrayList;
import java.util.Comparator;
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

  /** Weights of {@link #features}, English and Chinese; how they were found: docs/answers.md. */
  private static final double[] ENGLISH = {3.4, 1.8, 0.8, 2.8, 0.7, 1.2, 0.65, 1.2, 1.7, 0};

  private static final double[] CHINESE = {3.7, 3.2, 1.4, 2.2, 0.85, 0.35, 0.25, 0, 1.1, 0};

  private final Embedder embedder;

  EvidenceRanker(Embedder embedder) {
    this.embedder = embedder;
  }

  private record Candidate(EvidenceFeatures.Sentence sentence, double[] features) {}

  Evidence rank(String question, List<Passage> passages) {
    EvidenceFeatures counted = new EvidenceFeatures(question, passages);
    String language = Language.of(question);
    double[] weights = language.equals(Language.CHINESE) ? CHINESE : ENGLISH;
    List<Candidate> candidates = new ArrayList<>();
    for (EvidenceFeatures.Sentence sentence : counted.sentences()) {
      candidates.add(new Candidate(sentence, features(counted, sentence)));
    }
    candidates.sort(
        Comparator.comparingDouble((Candidate c) -> dot(weights, c.features)).reversed());
    float[] vector = embedder.query(language, question);
    List<Evidence.Sentence> ranked = new ArrayList<>();
    for (int i = 0; i < candidates.size(); i++) {
      Candidate c = candidates.get(i);
      if (i < EMBEDDED) {
        Passage passage = counted.passage(c.sentence);
        String heading = passage.section().isEmpty() ? passage.title() : passage.section();
        c.features[3] =
            similarity(vector, embedder.passage(language, heading + "\n" + c.sentence.text()));
        c.features[9] = 1;
      }
      ranked.add(
          new Evidence.Sentence(
              c.sentence.passage(),
              c.sentence.place(),
              c.sentence.text(),
              c.features,
              dot(weights, c.features)));
    }
    ranked.sort(Comparator.comparingDouble(Evidence.Sentence::score).reversed());
    double[] signals = EvidenceGate.signals(question, counted, ranked);
    return new Evidence(ranked, signals, EvidenceGate.probability(language, signals));
  }

  /** Each about 0 to 1; similarity is filled in later, for the best. */
  private static double[] features(EvidenceFeatures counted, EvidenceFeatures.Sentence sentence) {
    Set<String> window = counted.window(sentence);
    return new double[] {
      counted.coverage(sentence.terms()),
      counted.coverage(window),
      counted.coverageOfPassage(sentence),
      0, // similarity
      counted.holdsType(sentence) ? 1 : 0,
      counted.order(sentence),
      counted.novelty(sentence),
      1 - counted.missingEntities(window),
      counted.passage(sentence).score() > 0 ? 1.0 / sentence.passage() : 0, // the search's order
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
