package org.harmonykb.retrieval.lucene;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.apache.lucene.analysis.Analyzer;
import org.harmonykb.retrieval.Language;
import org.harmonykb.retrieval.Passage;
import org.harmonykb.retrieval.RetrievalTrace.TermMatch;

/**
 * Texts as terms, for search engines that are handed terms instead of texts: so passages and
 * questions become the same terms, with the same weights, wherever they are searched. Thread-safe.
 */
public final class PassageTerms {

  /** Weight of a question's words in a passage's title, beside 1 in its text. */
  public static final float TITLE_BOOST = 0.3f;

  /** The same in its section. */
  public static final float SECTION_BOOST = 0.5f;

  /** What a thing said otherwise counts. */
  public static final float RELATED = 0.5f;

  /** The text of a Chinese passage in words, beside {@code text_zh} in pairs of characters. */
  public static final String CHINESE_WORDS = "words_zh";

  /** What words make of a Chinese text's score; the rest is for pairs of characters. */
  public static final float CHINESE_WORDS_SHARE = 0.5f;

  private static final Map<String, Analyzer> ANALYZERS =
      Map.of(
          Language.ENGLISH, PassageAnalyzers.english(),
          Language.CHINESE, PassageAnalyzers.chinese());

  private static final Analyzer WORDS = PassageAnalyzers.chineseWords();

  private PassageTerms() {}

  /** The languages that there are terms for. */
  public static List<String> languages() {
    return List.copyOf(new TreeSet<>(ANALYZERS.keySet()));
  }

  /** All terms of a text in order, with repetitions, one space between two. */
  public static String of(String language, String text) {
    return String.join(" ", TermMatches.all(analyzer(language), text));
  }

  /** The words of a Chinese text, which are searched beside the terms of {@link #of}. */
  public static String chineseWords(String text) {
    return String.join(" ", TermMatches.all(WORDS, text));
  }

  /** A text's different terms. */
  public static List<String> different(String language, String text) {
    return List.copyOf(TermMatches.terms(analyzer(language), text));
  }

  /** The question's terms that a passage holds. */
  public static List<TermMatch> matches(String question, Passage passage) {
    Analyzer analyzer = ANALYZERS.get(passage.language());
    return analyzer == null ? List.of() : TermMatches.of(analyzer, question, passage);
  }

  private static Analyzer analyzer(String language) {
    return Objects.requireNonNull(ANALYZERS.get(language), language);
  }
}
