package org.harmonykb.answering;

import java.util.ArrayList;
import java.util.List;
import org.harmonykb.retrieval.Passage;

/** Passages as an answer's citations. */
final class Citations {

  private static final int QUOTE_LENGTH = 1200;

  private Citations() {}

  /**
   * @param n the passage's number in the text, from 1
   */
  static Answer.Citation of(int n, Passage passage) {
    String quote = passage.text();
    return new Answer.Citation(
        n,
        passage.documentId(),
        passage.title(),
        passage.section(),
        passage.page(),
        passage.revision(),
        quote.length() <= QUOTE_LENGTH ? quote : quote.substring(0, QUOTE_LENGTH) + "…");
  }

  /** The passages of some numbers; a listener is told of each. */
  static List<Answer.Citation> of(
      List<Integer> numbers, List<Passage> passages, AnswerListener listener) {
    List<Answer.Citation> cited = new ArrayList<>();
    for (int n : numbers) {
      Passage passage = passages.get(n - 1);
      cited.add(of(n, passage));
      listener.citation(n, passage.title());
    }
    return cited;
  }
}
