package org.harmonykb.answering;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.harmonykb.retrieval.Passage;

/** Passages as an answer's citations. */
final class Citations {

  private static final int QUOTE_LENGTH = 6000;

  private Citations() {}

  /**
   * @param n the passage's number in the text, from 1
   */
  static Answer.Citation of(int n, Passage passage) {
    return of(n, passage, List.of());
  }

  private static Answer.Citation of(int n, Passage passage, List<Answer.Span> spans) {
    String text = passage.text();
    return new Answer.Citation(
        n,
        passage.id(),
        passage.documentId(),
        passage.title(),
        passage.collection(),
        passage.section(),
        passage.page(),
        passage.revision(),
        passage.effectiveFrom(),
        text.length() <= QUOTE_LENGTH ? text : text.substring(0, QUOTE_LENGTH) + "…",
        spans.isEmpty() ? null : spans.getFirst().start(),
        spans.isEmpty() ? null : spans.stream().mapToInt(Answer.Span::end).max().getAsInt(),
        spans,
        CuratedAnswers.isCurated(passage));
  }

  /** What may be cited, before anything is. */
  static List<Answer.Citation> sources(List<Passage> passages) {
    List<Answer.Citation> sources = new ArrayList<>();
    for (int i = 0; i < passages.size(); i++) {
      sources.add(of(i + 1, passages.get(i)));
    }
    return sources;
  }

  /** The passages that some sentences cite; a listener is told of each. */
  static List<Answer.Citation> of(
      List<Answer.Sentence> sentences, List<Passage> passages, AnswerListener listener) {
    List<Answer.Citation> cited = new ArrayList<>();
    for (int i = 0; i < passages.size(); i++) {
      int n = i + 1;
      List<Answer.Sentence> citing =
          sentences.stream().filter(s -> s.n() != null && s.n() == n).toList();
      if (!citing.isEmpty()) {
        List<Answer.Span> spans = new ArrayList<>();
        for (Answer.Sentence sentence : citing) {
          if (sentence.source() != null && !spans.contains(sentence.source())) {
            spans.add(sentence.source());
          }
        }
        spans.sort(Comparator.comparingInt(Answer.Span::start));
        cited.add(of(n, passages.get(i), List.copyOf(spans)));
        listener.citation(n, passages.get(i).title());
      }
    }
    return cited;
  }
}
