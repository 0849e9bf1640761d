package org.harmonykb.answering;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.harmonykb.retrieval.Language;

/**
 * The words of a text that carry meaning: English words cut to their stem, pairs of Han characters.
 */
final class Terms {

  private static final Set<String> STOP_WORDS =
      Set.of(
          "a an and any are as at be been but by can could did do does for from had has have how i if in into is it its many may me much must my need of on or our shall should so some than that the their them then there these they this those to under up us was we were what when where which who whom why will with would you your about after all also am between company employee employees get happen happens long per please tell staff worker workers"
              .split(" "));

  private static final Set<String> CHINESE_STOP_PAIRS =
      Set.of(
          "什么", "多少", "怎么", "如何", "可以", "是否", "我们", "公司", "需要", "哪些", "请问", "多久", "几天", "吗？", "的吗",
          "员工");

  private static final Pattern CHINESE_ASKING =
      Pattern.compile(
          "请问|文中提及|根据(上|本|该)?文|(是|有|在|为|為|叫|于|於|由|从|從|到|和|与|與)?(什么|什麼|甚麼|甚么|多少|几|幾|多久|多长|多長|多大|多高|多远|多遠|谁|誰|何人|何时|何時|何地|何处|何處|何种|何種|为何|為何|如何|怎么样|怎麼樣|怎么|怎麼|怎样|怎樣|是否|能否|可否|哪一?[些个個位里裡年国國家种種天月座位项項]?)(时候|時候|样|樣|人|名字|地方)?(的|是|有)?|[吗嗎呢吧了]?[?？]");

  private Terms() {}

  /** What a question is about: its words without those that only ask. */
  static Set<String> ofQuestion(String question) {
    return of(withoutAsking(question));
  }

  /** A Chinese question without the words that only ask; other questions as they are. */
  static String withoutAsking(String question) {
    return CHINESE_ASKING.matcher(question).replaceAll(" ");
  }

  /**
   * A word of a text.
   *
   * @param text as it is written
   * @param stem of the word, or a single Han character
   * @param end the place behind it
   * @param counts whether it is one of {@link #of}; Han characters are so in pairs
   */
  record Word(String text, String stem, boolean isHan, int end, boolean counts) {

    /** Whether two Han characters stand side by side. */
    boolean isPairWith(Word next) {
      return isHan && next.isHan && end == next.end - next.text.length();
    }
  }

  /** All words in their order, those that only ask too. */
  static List<Word> words(String text) {
    List<Word> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    for (int i = 0; i <= text.length(); ) {
      int c = i < text.length() ? text.codePointAt(i) : ' ';
      i += Character.charCount(c);
      boolean isHan = Language.isHan(c);
      if (!isHan && Character.isLetterOrDigit(c)) {
        word.appendCodePoint(halfWidth(c));
        continue;
      }
      if (!word.isEmpty()) {
        String lower = word.toString().toLowerCase(Locale.ROOT);
        words.add(new Word(lower, stem(lower), false, i - 1, !STOP_WORDS.contains(lower)));
        word.setLength(0);
      }
      if (isHan) {
        words.add(new Word(Character.toString(c), Character.toString(c), true, i, true));
      }
    }
    return words;
  }

  static Set<String> of(String text) {
    Set<String> terms = new LinkedHashSet<>();
    StringBuilder word = new StringBuilder();
    int previousHan = -1;
    for (int i = 0; i <= text.length(); ) {
      int c = i < text.length() ? text.codePointAt(i) : ' ';
      i += Character.charCount(c);
      if (Language.isHan(c)) {
        addWord(word, terms);
        if (previousHan >= 0) {
          String pair = Character.toString(previousHan) + Character.toString(c);
          if (!CHINESE_STOP_PAIRS.contains(pair)) {
            terms.add(pair);
          }
        }
        previousHan = c;
      } else {
        previousHan = -1;
        if (Character.isLetterOrDigit(c)) {
          word.appendCodePoint(halfWidth(c));
        } else {
          addWord(word, terms);
        }
      }
    }
    return terms;
  }

  private static int halfWidth(int c) {
    return c >= 0xFF01 && c <= 0xFF5E ? c - 0xFEE0 : c;
  }

  private static void addWord(StringBuilder word, Set<String> terms) {
    String lower = word.toString().toLowerCase(Locale.ROOT);
    word.setLength(0);
    if (!lower.isEmpty() && !STOP_WORDS.contains(lower)) {
      terms.add(stem(lower));
    }
  }

  private static String stem(String word) {
    for (String suffix : new String[] {"ing", "ied", "ies", "ed", "es", "s", "y"}) {
      if (word.length() - suffix.length() >= 3 && word.endsWith(suffix)) {
        return word.substring(0, word.length() - suffix.length());
      }
    }
    return word;
  }

  /** The share of some terms that a text holds. */
  static double coverage(Set<String> terms, Set<String> text) {
    if (terms.isEmpty()) {
      return 0;
    }
    return (double) terms.stream().filter(text::contains).count() / terms.size();
  }
}
