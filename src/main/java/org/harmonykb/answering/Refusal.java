package org.harmonykb.answering;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.harmonykb.retrieval.Language;
import org.harmonykb.retrieval.Passage;

/** What is said when the documents do not answer: whom to ask, and where to read on. */
final class Refusal {

  private static final int NEAREST = 3;

  private Refusal() {}

  /**
   * @param language the asker's
   * @param passages the nearest first
   */
  static String text(Assistant assistant, String language, List<Passage> passages) {
    boolean chinese = language.equals(Language.CHINESE);
    StringBuilder text = new StringBuilder(assistant.refusal(language));
    List<String> nearest = nearest(passages).stream().map(Answer.Citation::title).toList();
    if (!nearest.isEmpty()) {
      text.append(chinese ? "\n\n最接近的文档：" : "\n\nNearest documents: ")
          .append(String.join(chinese ? "、" : ", ", nearest));
    }
    return text.toString();
  }

  /** The best passage of each of the nearest documents. */
  static List<Answer.Citation> nearest(List<Passage> passages) {
    List<Answer.Citation> nearest = new ArrayList<>();
    Set<UUID> seen = new HashSet<>();
    Set<String> titles = new HashSet<>();
    for (int i = 0; i < passages.size() && nearest.size() < NEAREST; i++) {
      Passage passage = passages.get(i);
      boolean isNew =
          !passage.title().isBlank()
              && seen.add(passage.documentId())
              && titles.add(passage.title());
      if (isNew) {
        nearest.add(Citations.of(i + 1, passage));
      }
    }
    return nearest;
  }
}
