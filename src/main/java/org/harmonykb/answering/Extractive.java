package org.harmonykb.answering;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.harmonykb.retrieval.Language;
import org.harmonykb.retrieval.Passage;

/** Answers with the sentences that answer the question best, quoted and cited. */
final class Extractive {

  /** Most sentences of an answer. */
  private static final int MAX_SENTENCES = 3;

  /** The same in Chinese, whose sentences are a third as long. */
  private static final int MAX_CHINESE_SENTENCES = 5;

  /** How much worse than the best a sentence of the same passage may score. */
  private static final double SAME_PASSAGE_GAP = 3.5;

  /** The same for a sentence of another passage, which costs the reader more. */
  private static final double OTHER_PASSAGE_GAP = 0.5;

  private Extractive() {}

  /** The sentences to quote, in the order of the passages. */
  static List<Evidence.Sentence> choose(Evidence evidence) {
    return choose(evidence, 0);
  }

  /**
   * The same with some more of the same passages.
   *
   * @param more how many at most
   */
  static List<Evidence.Sentence> choose(Evidence evidence, int more) {
    List<Evidence.Sentence> chosen = new ArrayList<>();
    if (evidence.sentences().isEmpty()) {
      return chosen;
    }
    Evidence.Sentence best = evidence.sentences().getFirst();
    int most =
        Language.of(best.text()).equals(Language.CHINESE) ? MAX_CHINESE_SENTENCES : MAX_SENTENCES;
    Set<Integer> passages = new HashSet<>();
    for (Evidence.Sentence sentence : evidence.sentences()) {
      double gap = sentence.passage() == best.passage() ? SAME_PASSAGE_GAP : OTHER_PASSAGE_GAP;
      if (sentence.score() < best.score() - gap) {
        continue;
      }
      if (chosen.size() < most) {
        chosen.add(sentence);
        passages.add(sentence.passage());
      } else if (chosen.size() < most + more && passages.contains(sentence.passage())) {
        chosen.add(sentence);
      }
    }
    chosen.sort(Comparator.comparingInt(Evidence.Sentence::place));
    return chosen;
  }

  /** Markdown; sentences that stand side by side are quoted as one. */
  static Draft quote(List<Evidence.Sentence> sentences) {
    return quote(sentences, List.of());
  }

  /**
   * The same, each quote with the place that it is from.
   *
   * @param passages to take the places from; empty for quotes without
   */
  static Draft quote(List<Evidence.Sentence> sentences, List<Passage> passages) {
    Draft draft = new Draft();
    for (int i = 0; i < sentences.size(); i++) {
      Evidence.Sentence sentence = sentences.get(i);
      Evidence.Sentence before = i > 0 ? sentences.get(i - 1) : null;
      boolean goesOn =
          before != null
              && before.passage() == sentence.passage()
              && before.place() + 1 == sentence.place();
      if (goesOn) {
        draft.add(draft.endsChinese() ? "" : " ");
      } else {
        if (before != null) {
          draft.marker(before.passage());
          draft.add("\n\n");
        }
        draft.add("> ");
        boolean isNewPlace = before == null || before.passage() != sentence.passage();
        if (!passages.isEmpty() && isNewPlace) {
          draft.add(place(passages.get(sentence.passage() - 1)));
        }
      }
      draft.supported(
          sentence.text(),
          sentence.passage(),
          1,
          null,
          new Answer.Span(sentence.piece().start(), sentence.piece().end()));
    }
    if (!sentences.isEmpty()) {
      draft.marker(sentences.getLast().passage());
    }
    return draft;
  }

  private static String place(Passage passage) {
    String place =
        passage.section().isEmpty() ? passage.title() : passage.title() + ", " + passage.section();
    return place.isBlank() ? "" : "**" + place.replace("*", "") + "** ";
  }
}
