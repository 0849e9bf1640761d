package org.harmonykb.openai;

import java.util.ArrayList;
import java.util.List;
import org.harmonykb.engine.Tokenizer;
import org.harmonykb.engine.sampling.JsonGrammar;
import org.harmonykb.engine.sampling.Node;
import org.harmonykb.engine.sampling.SchemaException;
import org.harmonykb.engine.sampling.TokenVocabulary;
import org.harmonykb.harmony.ChatFormat;
import org.harmonykb.harmony.Content;
import org.harmonykb.harmony.PlainTools;

/**
 * The form of everything that a model writes after a prompt: its thoughts, its headers, calls whose
 * arguments fit their function, and an answer that fits its schema.
 */
final class Constraint {

  private final ChatFormat format;
  private final TokenVocabulary vocabulary;
  private final JsonGrammar json;
  private final AnswerForm answer;
  private final Tools tools;

  Constraint(ChatFormat format, TokenVocabulary vocabulary, AnswerForm answer, Tools tools) {
    this.format = format;
    this.vocabulary = vocabulary;
    this.json = new JsonGrammar(vocabulary);
    this.answer = answer;
    this.tools = tools;
  }

  static boolean isNeeded(AnswerForm answer, Tools tools) {
    return answer.isJson() || !tools.isEmpty();
  }

  /**
   * @throws SchemaException if a schema cannot be kept to
   */
  Node form() {
    return format.name().equals("harmony") ? harmony() : plain();
  }

  private boolean mustCall() {
    return tools.choice() == Tools.Choice.REQUIRED;
  }

  private Node answerJson() {
    return answer.schema() == null ? json.object() : json.schema(answer.schema());
  }

  private Node arguments(Content.Tool tool) {
    try {
      return json.schema(Tools.parameters(tool));
    } catch (SchemaException e) {
      if (tools.strict().contains(tool.name())) {
        throw e;
      }
      return json.object();
    }
  }

  /** For formats without channels: text or JSON or a call in a tag. */
  private Node plain() {
    List<Node> ends = format.stopTokens().stream().sorted().<Node>map(Node::control).toList();
    Node end = Node.choice(ends);
    if (tools.isEmpty()) {
      return Node.sequence(answerJson(), end);
    }
    List<Node> calls = new ArrayList<>();
    for (Content.Tool tool : tools.offered()) {
      calls.add(
          Node.sequence(
              json.literal(tool.name() + PlainTools.BEFORE_ARGUMENTS),
              arguments(tool),
              json.literal(PlainTools.AFTER_ARGUMENTS)));
    }
    Node call = Node.sequence(json.literal(PlainTools.BEFORE_NAME), Node.choice(calls));
    Node tagged = Node.sequence(json.literal(PlainTools.TAG), call, end);
    if (mustCall()) {
      return tagged;
    }
    return answer.isJson()
        ? Node.choice(List.of(tagged, Node.sequence(answerJson(), end)))
        : Node.sequence(Node.prose(PlainTools.TAG, call), end);
  }

  /** Thoughts and preambles as many as it likes, then a call or the answer. */
  private Node harmony() {
    Node message = control("<|message|>");
    Node channel = control("<|channel|>");
    Node jsonType =
        Node.sequence(json.literal(" "), control("<|constrain|>"), json.literal("json"));
    Node.Rule turn = new Node.Rule();
    List<Node> ways = new ArrayList<>();
    for (String silent : List.of("analysis", "commentary")) {
      ways.add(
          Node.sequence(
              channel,
              json.literal(silent),
              message,
              Node.prose(),
              control("<|end|>"),
              control("<|start|>"),
              json.literal("assistant"),
              turn));
    }
    for (Content.Tool tool : tools.offered()) {
      Node arguments = Node.sequence(message, arguments(tool), control("<|call|>"));
      ways.add(
          Node.sequence(
              channel,
              json.literal("commentary to=functions." + tool.name()),
              jsonType,
              arguments));
      ways.add(
          Node.sequence(
              json.literal(" to=functions." + tool.name()),
              channel,
              json.literal("commentary"),
              Node.choice(List.of(jsonType, json.literal(" json"))),
              arguments));
    }
    if (!mustCall()) {
      Node ended = control("<|return|>");
      ways.add(
          answer.isJson()
              ? Node.sequence(
                  channel,
                  json.literal("final"),
                  Node.choice(
                      List.of(
                          Node.sequence(message, answerJson(), ended),
                          Node.sequence(jsonType, message, answerJson(), ended))))
              : Node.sequence(channel, json.literal("final"), message, Node.prose(), ended));
    }
    turn.set(Node.choice(ways));
    return turn;
  }

  private Node control(String token) {
    Tokenizer tokenizer = vocabulary.tokenizer();
    return Node.control(
        tokenizer
            .specialToken(token)
            .orElseThrow(() -> new IllegalStateException("the model has no token " + token)));
  }
}
