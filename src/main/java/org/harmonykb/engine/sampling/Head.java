package org.harmonykb.engine.sampling;

import org.harmonykb.engine.sampling.TokenVocabulary.Bulk;
import org.jspecify.annotations.Nullable;

/** A place within a piece of text whose form is known. Immutable and comparable by value. */
sealed interface Head
    permits Head.BeforeControl, Head.End, Head.InLiteral, Head.InNumber, Head.InProse, InText {

  /** Symbols from here on are control tokens. */
  int CONTROL = 256;

  /** Takes what a symbol leads to. */
  interface Out {
    void head(Head next);

    /** The piece is over. */
    void done();

    /** The piece is over, and something else comes before what follows it. */
    void done(Node before);
  }

  void advance(int symbol, Out out);

  /** Tokens that this piece needs at least. */
  int cost();

  /** Whether the piece may be over before another symbol. */
  default boolean mayEnd() {
    return false;
  }

  /** Tokens that leave it where it is, if there are many. */
  default @Nullable Bulk bulk(TokenVocabulary vocabulary) {
    return null;
  }

  /** The end of everything. */
  record End() implements Head {
    @Override
    public void advance(int symbol, Out out) {}

    @Override
    public int cost() {
      return 0;
    }
  }

  record InLiteral(Node.Literal literal, int at) implements Head {

    @Override
    public void advance(int symbol, Out out) {
      if (symbol == (literal.bytes()[at] & 0xff)) {
        if (at + 1 == literal.bytes().length) {
          out.done();
        } else {
          out.head(new InLiteral(literal, at + 1));
        }
      }
    }

    @Override
    public int cost() {
      return literal.costs()[at];
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof InLiteral that && that.literal == literal && that.at == at;
    }

    @Override
    public int hashCode() {
      return 31 * System.identityHashCode(literal) + at;
    }
  }

  record BeforeControl(int token) implements Head {
    @Override
    public void advance(int symbol, Out out) {
      if (symbol == CONTROL + token) {
        out.done();
      }
    }

    @Override
    public int cost() {
      return 1;
    }
  }

  /**
   * @param matched bytes of the trigger that came last
   */
  record InProse(Node.Prose prose, int matched) implements Head {

    @Override
    public void advance(int symbol, Out out) {
      if (symbol >= CONTROL) {
        return;
      }
      String trigger = prose.trigger();
      if (trigger.isEmpty() || prose.after() == null) {
        out.head(this);
        return;
      }
      int length = matched;
      // A trigger begins with a character that it holds nowhere else in practice.
      if (trigger.charAt(length) == symbol) {
        length++;
      } else {
        length = trigger.charAt(0) == symbol ? 1 : 0;
      }
      if (length == trigger.length()) {
        out.done(prose.after());
      } else {
        out.head(new InProse(prose, length));
      }
    }

    @Override
    public int cost() {
      return 0;
    }

    @Override
    public boolean mayEnd() {
      return true;
    }

    @Override
    public @Nullable Bulk bulk(TokenVocabulary vocabulary) {
      return prose.trigger().isEmpty()
          ? vocabulary.everything()
          : matched == 0 ? vocabulary.withoutAngle() : null;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof InProse that && that.prose == prose && that.matched == matched;
    }

    @Override
    public int hashCode() {
      return 31 * System.identityHashCode(prose) + matched;
    }
  }

  record InNumber(NumberForm form, String text) implements Head {

    @Override
    public void advance(int symbol, Out out) {
      if (symbol < 0x80 && (Character.isDigit(symbol) || "-+.eE".indexOf(symbol) >= 0)) {
        String longer = form.canonical(text + (char) symbol);
        if (form.cost(longer) < Node.NEVER) {
          out.head(new InNumber(form, longer));
        }
      }
    }

    @Override
    public int cost() {
      return form.cost(text);
    }

    @Override
    public boolean mayEnd() {
      return form.isWhole(text);
    }
  }
}
