package org.harmonykb.engine.tokenizer;

/**
 * Where a text is cut before pairs are merged. Each is a hand-written scanner over code points for
 * the regular expression in its comment, several times as fast as {@code java.util.regex}; a test
 * compares both on random text. Stateless.
 *
 * <p>In the expressions {@code \s} is Unicode's White_Space.
 */
enum PreTokenizer {
  /**
   * o200k: a word with an optional leading sign and contraction, in the two shapes {@code Upper*
   * lower+} and {@code Upper+ lower*}; one to three digits; signs with trailing line breaks; space.
   * Marks count as letters of both cases.
   */
  GPT_4O {
    @Override
    int next(int[] text, int start) {
      int end = word(text, start);
      if (end > start) {
        return end;
      }
      if (CodePoints.isNumber(text[start])) {
        return digits(text, start, 3);
      }
      end = signs(text, start, true);
      return end > start ? end : space(text, start);
    }

    /** The alternatives in the expression's order; which one matches first decides. */
    private int word(int[] text, int start) {
      int first = text[start];
      boolean leads =
          !CodePoints.isLineBreak(first)
              && !CodePoints.isLetter(first)
              && !CodePoints.isNumber(first)
              && start + 1 < text.length;
      int end = leads ? endingLower(text, start + 1) : -1;
      if (end < 0) {
        end = endingLower(text, start);
      }
      if (end < 0 && leads) {
        end = beginningUpper(text, start + 1);
      }
      if (end < 0) {
        end = beginningUpper(text, start);
      }
      return end < 0 ? start : contraction(text, end, true);
    }

    /** {@code [upper]*[lower]+}, or -1. */
    private int endingLower(int[] text, int start) {
      int upper = upperRun(text, start);
      int end = lowerRun(text, upper);
      if (end > upper) {
        return end;
      }
      // Nothing follows: the last of the run that counts as both has to do.
      for (int i = upper; i > start; i--) {
        if (CodePoints.isLowerLike(text[i - 1])) {
          return i;
        }
      }
      return -1;
    }

    /** {@code [upper]+[lower]*}, or -1. */
    private int beginningUpper(int[] text, int start) {
      int upper = upperRun(text, start);
      return upper == start ? -1 : lowerRun(text, upper);
    }

    private int upperRun(int[] text, int end) {
      while (end < text.length && CodePoints.isUpperLike(text[end])) {
        end++;
      }
      return end;
    }

    private int lowerRun(int[] text, int end) {
      while (end < text.length && CodePoints.isLowerLike(text[end])) {
        end++;
      }
      return end;
    }
  },

  /** {@code 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+}. */
  GPT_2 {
    @Override
    int next(int[] text, int start) {
      return gpt2(text, start, Integer.MAX_VALUE);
    }
  },

  /** Each number character alone, and between them as GPT-2. */
  SMOLLM {
    @Override
    int next(int[] text, int start) {
      return CodePoints.isNumber(text[start]) ? start + 1 : gpt2(text, start, 0);
    }
  },

  /**
   * {@code (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|
   * ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+}.
   */
  LLAMA_BPE {
    @Override
    int next(int[] text, int start) {
      return llama(text, start, 3);
    }
  },

  /** As Llama's, with single digits. */
  QWEN2 {
    @Override
    int next(int[] text, int start) {
      return llama(text, start, 1);
    }
  };

  /** The end of the piece that begins at {@code start}; always beyond it. */
  abstract int next(int[] text, int start);

  static int llama(int[] text, int start, int maxDigits) {
    int end = contraction(text, start, true);
    if (end > start) {
      return end;
    }
    int first = text[start];
    int letters = start;
    if (!CodePoints.isLineBreak(first)
        && !CodePoints.isLetter(first)
        && !CodePoints.isNumber(first)) {
      letters = start + 1;
    }
    end = letters;
    while (end < text.length && CodePoints.isLetter(text[end])) {
      end++;
    }
    if (end > letters) {
      return end;
    }
    if (CodePoints.isNumber(first)) {
      return digits(text, start, maxDigits);
    }
    end = signs(text, start, false);
    return end > start ? end : space(text, start);
  }

  /**
   * @param maxDigits digits in a piece; 0 means that digits end a piece, being cut out before
   */
  static int gpt2(int[] text, int start, int maxDigits) {
    int end = contraction(text, start, false);
    if (end > start) {
      return end;
    }
    int n = text.length;
    int body = text[start] == ' ' && start + 1 < n ? start + 1 : start;
    end = body;
    while (end < n && CodePoints.isLetter(text[end])) {
      end++;
    }
    if (end > body) {
      return end;
    }
    if (maxDigits > 0) {
      while (end < n && CodePoints.isNumber(text[end])) {
        end++;
      }
      if (end > body) {
        return end;
      }
    }
    while (end < n && CodePoints.isSign(text[end])) {
      end++;
    }
    if (end > body) {
      return end;
    }
    end = start;
    while (end < n && CodePoints.isSpace(text[end])) {
      end++;
    }
    boolean atEnd = end == n || (maxDigits == 0 && CodePoints.isNumber(text[end]));
    return !atEnd && end - start > 1 ? end - 1 : end;
  }

  static int digits(int[] text, int start, int max) {
    int end = start;
    while (end < text.length && end - start < max && CodePoints.isNumber(text[end])) {
      end++;
    }
    return end;
  }

  /** {@code ?[^\s\p{L}\p{N}]+[\r\n]*}, with {@code /} among the trailing ones for o200k. */
  static int signs(int[] text, int start, boolean slashes) {
    int n = text.length;
    int body = text[start] == ' ' && start + 1 < n ? start + 1 : start;
    int end = body;
    while (end < n && CodePoints.isSign(text[end])) {
      end++;
    }
    if (end == body) {
      return start;
    }
    while (end < n && (CodePoints.isLineBreak(text[end]) || slashes && text[end] == '/')) {
      end++;
    }
    return end;
  }

  /** {@code \s*[\r\n]+|\s+(?!\S)|\s+}. */
  static int space(int[] text, int start) {
    int end = start;
    int lastBreak = -1;
    while (end < text.length && CodePoints.isSpace(text[end])) {
      if (CodePoints.isLineBreak(text[end])) {
        lastBreak = end;
      }
      end++;
    }
    if (lastBreak >= 0) {
      return lastBreak + 1;
    }
    return end < text.length && end - start > 1 ? end - 1 : end;
  }

  /** The end of an English contraction at this place, or the place itself. */
  static int contraction(int[] text, int at, boolean anyCase) {
    if (at + 1 >= text.length || text[at] != '\'') {
      return at;
    }
    int first = anyCase ? CodePoints.foldAscii(text[at + 1]) : text[at + 1];
    if (first == 's' || first == 't' || first == 'm' || first == 'd') {
      return at + 2;
    }
    if (at + 2 < text.length) {
      int second = anyCase ? CodePoints.foldAscii(text[at + 2]) : text[at + 2];
      if ((first == 'r' || first == 'v') && second == 'e' || first == 'l' && second == 'l') {
        return at + 3;
      }
    }
    return at;
  }
}
