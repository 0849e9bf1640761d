package org.harmonykb.answering;

import java.util.Locale;

/** The second gate: the model says that the passages do not hold the answer. */
final class Abstention {

  static final String ENGLISH = "NO ANSWER";
  static final String CHINESE = "没有答案";

  /** A longer text that begins so goes on to tell something. */
  private static final int LONGEST = 40;

  private Abstention() {}

  static boolean isOne(String written) {
    String text = written.strip().toUpperCase(Locale.ROOT).replaceAll("^[\\p{Punct}\\s]+", "");
    return text.length() <= LONGEST && (text.startsWith(ENGLISH) || text.startsWith(CHINESE));
  }
}
