package org.harmonykb.engine.sampling;

import org.harmonykb.engine.sampling.TokenVocabulary.Bulk;
import org.jspecify.annotations.Nullable;

/**
 * Within a JSON string: between characters, within one that takes several bytes, or within an
 * escape.
 *
 * @param mode what comes next
 * @param value bits of the character so far
 * @param missing bytes or digits that it still needs
 * @param total bytes that follow its first one
 * @param state of the string's form before this character
 */
record InText(Node.Text text, Mode mode, int value, int missing, int total, int state)
    implements Head {

  enum Mode {
    CHARACTER,
    LATER_BYTE,
    ESCAPED,
    HEX_DIGIT
  }

  private static final String ESCAPES = "\"\\/bfnrt";
  private static final String ESCAPED = "\"\\/\b\f\n\r\t";

  static InText start(Node.Text text) {
    return between(text, text.form().start());
  }

  private static InText between(Node.Text text, int state) {
    return new InText(text, Mode.CHARACTER, 0, 0, 0, state);
  }

  @Override
  public void advance(int symbol, Head.Out out) {
    if (symbol >= Head.CONTROL) {
      return;
    }
    switch (mode) {
      case CHARACTER -> first(symbol, out);
      case LATER_BYTE -> {
        if ((symbol & 0xc0) == 0x80) {
          partial(value << 6 | (symbol & 0x3f), missing - 1, total, out);
        }
      }
      case ESCAPED -> {
        int which = ESCAPES.indexOf(symbol);
        if (which >= 0) {
          complete(ESCAPED.charAt(which), out);
        } else if (symbol == 'u') {
          emit(new InText(text, Mode.HEX_DIGIT, 0, 4, 0, state), out);
        }
      }
      case HEX_DIGIT -> {
        int digit = symbol < 0x80 ? Character.digit(symbol, 16) : -1;
        if (digit >= 0) {
          int longer = value << 4 | digit;
          if (missing == 1) {
            // Half a surrogate pair is text that many readers refuse.
            if (longer < 0xd800 || longer > 0xdfff) {
              complete(longer, out);
            }
          } else {
            emit(new InText(text, Mode.HEX_DIGIT, longer, missing - 1, 0, state), out);
          }
        }
      }
    }
  }

  private void first(int symbol, Head.Out out) {
    if (symbol == '"') {
      if (text.form().mayEnd(state)) {
        out.done();
      }
    } else if (symbol == '\\') {
      emit(new InText(text, Mode.ESCAPED, 0, 0, 0, state), out);
    } else if (symbol >= 0x20) {
      int following = Utf8Check.following(symbol);
      if (following >= 0) {
        partial(Utf8Check.bits(symbol, following), following, following, out);
      }
    }
  }

  private void partial(int bits, int stillMissing, int following, Head.Out out) {
    if (following > 0 && !Utf8Check.mayBe(bits, stillMissing, following)) {
      return;
    }
    if (stillMissing == 0) {
      complete(bits, out);
    } else {
      emit(new InText(text, Mode.LATER_BYTE, bits, stillMissing, following, state), out);
    }
  }

  private void complete(int codePoint, Head.Out out) {
    int next = text.form().next(state, codePoint);
    if (next >= 0) {
      emit(between(text, next), out);
    }
  }

  private static void emit(InText next, Head.Out out) {
    if (next.cost() < Node.NEVER) {
      out.head(next);
    }
  }

  /** What is needed to the closing quote, each byte counted as a token. */
  @Override
  public int cost() {
    StringForm form = text.form();
    int rest =
        switch (mode) {
          case CHARACTER -> form.cost(state);
          case LATER_BYTE ->
              text.splitsCharacters()
                  ? Node.sum(missing, form.costAfter(state, low(6), high(6)))
                  : Node.NEVER;
          case ESCAPED -> afterEscape();
          case HEX_DIGIT -> Node.sum(missing, hex(low(4), high(4)));
        };
    return Node.sum(1, rest);
  }

  private int low(int bits) {
    int low = value << (bits * missing);
    int least = total == 1 ? 0x80 : total == 2 ? 0x800 : total == 3 ? 0x10000 : 0;
    return Math.max(low, least);
  }

  private int high(int bits) {
    int high = value << (bits * missing) | ((1 << (bits * missing)) - 1);
    return Math.min(high, 0x10ffff);
  }

  private int afterEscape() {
    int best = Node.sum(5, hex(0, 0xffff));
    for (int i = 0; i < ESCAPED.length(); i++) {
      int c = ESCAPED.charAt(i);
      best = Math.min(best, Node.sum(1, text.form().costAfter(state, c, c)));
    }
    return best;
  }

  private int hex(int from, int to) {
    int below =
        from < 0xd800 ? text.form().costAfter(state, from, Math.min(to, 0xd7ff)) : Node.NEVER;
    int above = to > 0xdfff ? text.form().costAfter(state, Math.max(from, 0xe000), to) : Node.NEVER;
    return Math.min(below, above);
  }

  @Override
  public @Nullable Bulk bulk(TokenVocabulary vocabulary) {
    return mode == Mode.CHARACTER && text.form() == StringForm.ANY ? vocabulary.stringSafe() : null;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof InText that
        && that.text == text
        && that.mode == mode
        && that.value == value
        && that.missing == missing
        && that.total == total
        && that.state == state;
  }

  @Override
  public int hashCode() {
    return ((31 * System.identityHashCode(text) + state) * 31 + mode.ordinal()) * 31 + value;
  }
}
