package org.harmonykb.engine.tokenizer;

/** Unicode classes as the pre-tokenizers' expressions use them; ASCII is answered from a table. */
final class CodePoints {

  private static final int LETTER = 1;
  private static final int NUMBER = 2;
  private static final int SPACE = 4;
  private static final int UPPER = 8;
  private static final int LOWER = 16;
  private static final byte[] BMP = new byte[0x10000];

  static {
    for (int c = 0; c < BMP.length; c++) {
      BMP[c] = (byte) classify(c);
    }
  }

  private CodePoints() {}

  private static int classify(int c) {
    int flags =
        switch (Character.getType(c)) {
          case Character.UPPERCASE_LETTER, Character.TITLECASE_LETTER -> LETTER | UPPER;
          case Character.LOWERCASE_LETTER -> LETTER | LOWER;
          case Character.MODIFIER_LETTER, Character.OTHER_LETTER -> LETTER | UPPER | LOWER;
          case Character.NON_SPACING_MARK,
              Character.COMBINING_SPACING_MARK,
              Character.ENCLOSING_MARK ->
              UPPER | LOWER;
          case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER ->
              NUMBER;
          case Character.SPACE_SEPARATOR, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR ->
              SPACE;
          default -> 0;
        };
    boolean controlSpace = c >= 9 && c <= 13 || c == 0x85;
    return controlSpace ? flags | SPACE : flags;
  }

  private static int flags(int c) {
    return c < BMP.length ? BMP[c] : classify(c);
  }

  static boolean isLetter(int c) {
    return (flags(c) & LETTER) != 0;
  }

  static boolean isNumber(int c) {
    return (flags(c) & NUMBER) != 0;
  }

  /** Unicode's White_Space. */
  static boolean isSpace(int c) {
    return (flags(c) & SPACE) != 0;
  }

  /** Neither space, letter nor number. */
  static boolean isSign(int c) {
    return (flags(c) & (SPACE | LETTER | NUMBER)) == 0;
  }

  /** Upper or title case, or without case, or a mark. */
  static boolean isUpperLike(int c) {
    return (flags(c) & UPPER) != 0;
  }

  /** Lower case, or without case, or a mark. */
  static boolean isLowerLike(int c) {
    return (flags(c) & LOWER) != 0;
  }

  static boolean isLineBreak(int c) {
    return c == '\n' || c == '\r';
  }

  /** Lower case of what folds to an ASCII letter: A to Z, and the long s. */
  static int foldAscii(int c) {
    if (c >= 'A' && c <= 'Z') {
      return c + 32;
    }
    return c == 0x17F ? 's' : c;
  }
}
