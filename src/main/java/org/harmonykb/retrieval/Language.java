package org.harmonykb.retrieval;

/** Tells Chinese from the rest by its characters. */
public final class Language {

  public static final String ENGLISH = "en";
  public static final String CHINESE = "zh";

  private Language() {}

  /** {@code zh} where Han characters make up a fair part of the letters, else {@code en}. */
  public static String of(String text) {
    int han = 0;
    int words = 0;
    boolean inWord = false;
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      i += Character.charCount(c);
      boolean isHan = isHan(c);
      boolean isLetter = !isHan && Character.isLetter(c);
      han += isHan ? 1 : 0;
      words += isLetter && !inWord ? 1 : 0;
      inWord = isLetter;
    }
    // A Chinese word has two characters or so.
    return han > 0 && han >= words ? CHINESE : ENGLISH;
  }

  public static boolean isHan(int codePoint) {
    return Character.UnicodeScript.of(codePoint) == Character.UnicodeScript.HAN;
  }
}
