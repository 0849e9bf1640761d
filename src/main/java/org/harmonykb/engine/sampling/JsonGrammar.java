package org.harmonykb.engine.sampling;

import java.util.ArrayList;
import java.util.List;

/**
 * The forms of JSON: any value, any object, and values of a schema. White space is at most one
 * blank after a colon and a comma, so that a model cannot lose itself in it. Not thread-safe.
 */
public final class JsonGrammar {

  private final TokenVocabulary vocabulary;
  private final Node comma;
  private final Node colon;
  private final Node quote;
  private final Node anyString;
  private final Node.Rule anyValue = new Node.Rule();
  private final Node anyObject;

  public JsonGrammar(TokenVocabulary vocabulary) {
    this.vocabulary = vocabulary;
    this.comma = Node.choice(List.of(literal(", "), literal(",")));
    this.colon = Node.choice(List.of(literal(": "), literal(":")));
    this.quote = literal("\"");
    this.anyString = string(StringForm.ANY);
    this.anyObject = map(anyValue);
    anyValue.set(
        Node.choice(
            List.of(
                anyObject,
                array(anyValue, 0, Integer.MAX_VALUE),
                anyString,
                new Node.Number(NumberForm.NUMBERS),
                bool(),
                literal("null"))));
  }

  /** Any object. */
  public Node object() {
    return anyObject;
  }

  /** Any value. */
  public Node value() {
    return anyValue;
  }

  /**
   * The values of a schema; the names of an object come in the schema's order.
   *
   * @param schema plain Java values: {@code Map}, {@code List}, {@code String}, {@code Boolean},
   *     {@code Number} and null
   * @throws SchemaException if it uses what cannot be followed; the message names it
   */
  public Node schema(Object schema) {
    return new SchemaCompiler(this, schema).compile();
  }

  /** Exactly this text. */
  public Node literal(String text) {
    return Node.text(text, vocabulary);
  }

  Node string(StringForm form) {
    return Node.sequence(quote, new Node.Text(form, vocabulary.splitsCharacters()));
  }

  Node bool() {
    return Node.choice(List.of(literal("true"), literal("false")));
  }

  Node array(Node item, int min, int max) {
    return Node.sequence(literal("["), new Node.Repeat(item, comma, min, max), literal("]"));
  }

  /** An object with any names. */
  Node map(Node value) {
    Node member = Node.sequence(string(StringForm.ANY), colon, value);
    return Node.sequence(
        literal("{"), new Node.Repeat(member, comma, 0, Integer.MAX_VALUE), literal("}"));
  }

  /**
   * @param required whether the member must be there
   */
  record Member(String name, Node value, boolean required) {}

  /** An object with these members in this order. */
  Node object(List<Member> members) {
    List<Node> written = new ArrayList<>();
    for (Member member : members) {
      written.add(Node.sequence(literal(JsonLiteral.of(member.name)), colon, member.value));
    }
    Node end = literal("}");
    // From the last member to the first: what may follow once those before are written or left out.
    Node[] afterOne = new Node[members.size() + 1];
    Node[] atFirst = new Node[members.size() + 1];
    for (int from = members.size(); from >= 0; from--) {
      List<Node> later = new ArrayList<>();
      List<Node> first = new ArrayList<>();
      boolean mayEnd = true;
      for (int i = from; i < members.size() && mayEnd; i++) {
        later.add(Node.sequence(comma, written.get(i), afterOne[i + 1]));
        first.add(Node.sequence(written.get(i), afterOne[i + 1]));
        mayEnd = !members.get(i).required;
      }
      if (mayEnd) {
        later.add(end);
        first.add(end);
      }
      afterOne[from] = Node.choice(later);
      atFirst[from] = Node.choice(first);
    }
    return Node.sequence(literal("{"), atFirst[0]);
  }
}
