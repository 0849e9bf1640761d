package org.harmonykb.engine.sampling;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A form of text in a {@link Grammar}. Built by the static methods and by {@link JsonGrammar};
 * immutable but for a {@link Rule}, which is set once.
 */
public sealed interface Node {

  /** The cost of what cannot be written to its end. */
  int NEVER = 1 << 28;

  /** Exactly these bytes. */
  static Node text(String text, TokenVocabulary vocabulary) {
    return Literal.of(text, vocabulary);
  }

  /** A control token. */
  static Node control(int token) {
    return new Control(token);
  }

  /** Any text, ended by a control token. */
  static Node prose() {
    return new Prose("", null);
  }

  /**
   * Any text, until a trigger comes in it; what has to follow the trigger then replaces what would
   * have followed the text.
   *
   * @param trigger begins with {@code <}
   */
  static Node prose(String trigger, Node after) {
    if (!trigger.startsWith("<")) {
      throw new IllegalArgumentException("a trigger begins with <, not " + trigger);
    }
    return new Prose(trigger, after);
  }

  static Node sequence(Node... parts) {
    return new Sequence(List.of(parts));
  }

  static Node choice(List<Node> alternatives) {
    return alternatives.size() == 1 ? alternatives.getFirst() : new Choice(alternatives);
  }

  static int sum(int a, int b) {
    return Math.min(NEVER, a + b);
  }

  /**
   * @param costs tokens that spell the rest from each byte on
   */
  record Literal(byte[] bytes, int[] costs) implements Node {

    static Literal of(String text, TokenVocabulary vocabulary) {
      byte[] bytes = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
      return new Literal(bytes, vocabulary.spellingCosts(bytes));
    }
  }

  record Control(int token) implements Node {}

  record Prose(String trigger, @Nullable Node after) implements Node {}

  record Sequence(List<Node> parts) implements Node {}

  record Choice(List<Node> alternatives) implements Node {}

  /** Items with separators between them, at least {@code min} and at most {@code max}. */
  record Repeat(Node item, Node separator, int min, int max) implements Node {}

  /** The content of a JSON string and its closing quote. */
  record Text(StringForm form, boolean splitsCharacters) implements Node {}

  record Number(NumberForm form) implements Node {}

  /** A form that may be used before it is known, as in a schema that refers to itself. */
  final class Rule implements Node {
    private @Nullable Node form;

    public void set(Node node) {
      form = node;
    }

    Node form() {
      if (form == null) {
        throw new IllegalStateException("a rule of the grammar has no form");
      }
      return form;
    }
  }
}
