package org.harmonykb.answering;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.harmonykb.retrieval.Passage;

/**
 * Answers with the sentences of the passages that share most with the question, quoted and cited.
 */
final class Extractive {

  private static final int MAX_SENTENCES = 3;

  private Extractive() {}

  private record Candidate(int n, int place, String sentence, double score) {}

  static String answer(String question, List<Passage> passages) {
    Set<String> terms = Terms.of(question);
    boolean wantsNumber = question.matches("(?is).*(how (many|much|long|often)|when|多少|几|多久|何时).*");
    List<Candidate> candidates = new ArrayList<>();
    int place = 0;
    for (int i = 0; i < passages.size(); i++) {
      Passage passage = passages.get(i);
      double context = Terms.coverage(terms, Terms.of(passage.title() + " " + passage.section()));
      boolean inTable = false;
      for (String sentence : Sentences.of(passage.text())) {
        boolean isRow = sentence.startsWith("|");
        boolean isHeader = isRow && !inTable;
        inTable = isRow;
        if (isHeader) {
          continue;
        }
        double score = Terms.coverage(terms, Terms.of(sentence)) + 0.3 * context - 0.15 * i;
        score += wantsNumber && !Facts.of(sentence).isEmpty() ? 0.25 : 0;
        candidates.add(new Candidate(i + 1, place++, sentence, score));
      }
    }
    double best = candidates.stream().mapToDouble(Candidate::score).max().orElse(0);

    return candidates.stream()
        .sorted(Comparator.comparingDouble(Candidate::score).reversed())
        .filter(c -> c.score >= 0.7 * best)
        .limit(MAX_SENTENCES)
        .sorted(Comparator.comparingInt(Candidate::place))
        .map(c -> "> " + c.sentence + " [" + c.n + "]")
        .reduce((a, b) -> a + "\n\n" + b)
        .orElse("");
  }
}
