package org.harmonykb.evaluation;

import java.text.Normalizer;
import java.util.Locale;
import org.harmonykb.answering.Facts;

/**
 * Whether a text holds an expected fact, however both are written: full or half width, letter case,
 * thousands separators, Chinese numerals, percent signs, spaces, quotation marks, and the marks of
 * citations and quotes do not matter. A fact that begins or ends with a letter or digit must not be
 * part of a longer word or number: 3 days is not in 13 days.
 */
final class FactMatcher {

  private FactMatcher() {}

  static boolean holds(String text, String fact) {
    String wanted = normalize(fact);
    return !wanted.isEmpty() && (find(normalize(text), wanted) || find(plain(text), plain(fact)));
  }

  private static boolean find(String text, String wanted) {
    if (wanted.isEmpty()) {
      return false;
    }
    for (int at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + 1)) {
      if (!joined(text, at) && !joined(text, at + wanted.length())) {
        return true;
      }
    }
    return false;
  }

  /** Whether a border lies inside a Latin word or a number. */
  private static boolean joined(String text, int at) {
    if (at == 0 || at == text.length()) {
      return false;
    }
    char before = text.charAt(at - 1);
    char after = text.charAt(at);
    return isDigit(before) && isDigit(after) || isLatin(before) && isLatin(after);
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static boolean isLatin(char c) {
    return Character.isLetter(c) && c < 0x2000;
  }

  /** Numbers in one way of writing, then as {@link #plain}. */
  private static String normalize(String text) {
    return plain(Facts.normalize(withoutMarks(text)));
  }

  private static String withoutMarks(String text) {
    return text.replaceAll("\\s*\\[\\d+]", "").replaceAll("(?m)^> ?", "");
  }

  /** Small letters, no spaces next to Han characters, one space elsewhere, no outer punctuation. */
  private static String plain(String text) {
    return Normalizer.normalize(withoutMarks(text), Normalizer.Form.NFKC)
        .toLowerCase(Locale.ROOT)
        .replaceAll("[\"'“”‘’「」『』《》〈〉|*`]", "")
        .replaceAll("[‐‑‒–—]", "-")
        .replaceAll("\\s+", " ")
        .replaceAll("(?<=[\\p{IsHan}，。；：、！？,;:()（）]) | (?=[\\p{IsHan}，。；：、！？,;:()（）])", "")
        .replaceAll(
            "^[\\s\\p{Punct}、。，；：]+(?=[\\p{L}\\p{N}])|(?<=[\\p{L}\\p{N}])[\\s.,;:!?、。，；：]+$", "")
        .strip();
  }
}
