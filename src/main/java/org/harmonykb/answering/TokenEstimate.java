package org.harmonykb.answering;

/** How many tokens a text has at most, where no tokenizer is at hand. */
final class TokenEstimate {

  /** Western text has more than four characters a token; numbers and names have fewer. */
  private static final int CHARACTERS = 3;

  private TokenEstimate() {}

  /** One for each ideograph, syllable or kana, one for three of other characters. */
  static int of(String text) {
    int wide = (int) text.codePoints().filter(c -> c >= 0x2E80).count();
    int others = text.codePointCount(0, text.length()) - wide;
    return wide + (others + CHARACTERS - 1) / CHARACTERS;
  }
}
