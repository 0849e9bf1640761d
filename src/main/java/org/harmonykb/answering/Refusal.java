package org.harmonykb.answering;

import java.util.List;
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
    StringBuilder text =
        new StringBuilder(
            chinese
                ? "文档中没有找到这个问题的答案。请联系" + assistant.contact(language) + "。"
                : "The documents do not answer this question. Please ask "
                    + assistant.contact(language)
                    + ".");
    List<String> nearest =
        passages.stream()
            .map(Passage::title)
            .filter(title -> !title.isBlank())
            .distinct()
            .limit(NEAREST)
            .toList();
    if (!nearest.isEmpty()) {
      text.append(chinese ? "\n\n最接近的文档：" : "\n\nNearest documents: ")
          .append(String.join(chinese ? "、" : ", ", nearest));
    }
    return text.toString();
  }
}
