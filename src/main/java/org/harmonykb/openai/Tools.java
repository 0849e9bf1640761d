package org.harmonykb.openai;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.harmonykb.harmony.Content;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The functions of a request and whether one has to be called.
 *
 * @param offered those that the model sees; none if {@code tool_choice} says so
 * @param choice whether it may, must or need not call one
 * @param strict names of those whose schema must be kept to, or be refused
 */
record Tools(List<Content.Tool> offered, Choice choice, List<String> strict) {

  enum Choice {
    AUTO,
    REQUIRED
  }

  static final Tools NONE = new Tools(List.of(), Choice.AUTO, List.of());

  private static final int MAX_TOOLS = 128;

  /**
   * @param isFlat whether name and parameters stand in the tool itself, as in the Responses API
   */
  static Tools read(@Nullable List<JsonNode> tools, @Nullable JsonNode choice, boolean isFlat) {
    List<Content.Tool> offered = new ArrayList<>();
    List<String> strict = new ArrayList<>();
    List<JsonNode> given = tools == null ? List.of() : tools;
    if (given.size() > MAX_TOOLS) {
      throw OpenAiException.invalid("tools", "At most " + MAX_TOOLS + " tools are possible");
    }
    for (int i = 0; i < given.size(); i++) {
      String field = "tools[" + i + "]";
      JsonNode tool = given.get(i);
      if (tool == null || !tool.isObject() || !text(tool, "type").equals("function")) {
        throw OpenAiException.invalid(
            field + ".type", "Only tools of the type function can be called here");
      }
      JsonNode function = isFlat ? tool : tool.path("function");
      String name = text(function, "name");
      if (!name.matches("[a-zA-Z0-9_-]{1,64}")) {
        throw OpenAiException.invalid(
            field + ".function.name",
            "A function's name has 1 to 64 letters, digits, dashes and underscores");
      }
      if (offered.stream().anyMatch(known -> known.name().equals(name))) {
        throw OpenAiException.invalid(field, "There are two functions of the name " + name);
      }
      JsonNode parameters = function.path("parameters");
      if (!parameters.isMissingNode() && !parameters.isNull() && !parameters.isObject()) {
        throw OpenAiException.invalid(field + ".function.parameters", "They are a JSON Schema");
      }
      offered.add(new Content.Tool(name, text(function, "description"), PlainJson.of(parameters)));
      if (function.path("strict").asBoolean(false)) {
        strict.add(name);
      }
    }
    return choose(offered, strict, choice);
  }

  private static Tools choose(
      List<Content.Tool> offered, List<String> strict, @Nullable JsonNode choice) {
    if (choice == null || choice.isNull()) {
      return new Tools(offered, Choice.AUTO, strict);
    }
    if (choice.isString()) {
      return switch (choice.asString()) {
        case "auto" -> new Tools(offered, Choice.AUTO, strict);
        case "none" -> NONE;
        case "required" -> required(offered, strict);
        default ->
            throw OpenAiException.invalid(
                "tool_choice", "tool_choice is auto, none, required or a function");
      };
    }
    String name = text(choice.has("function") ? choice.path("function") : choice, "name");
    List<Content.Tool> named = offered.stream().filter(t -> t.name().equals(name)).toList();
    if (named.isEmpty()) {
      throw OpenAiException.invalid("tool_choice", "There is no function " + name + " in tools");
    }
    return new Tools(named, Choice.REQUIRED, strict);
  }

  private static Tools required(List<Content.Tool> offered, List<String> strict) {
    if (offered.isEmpty()) {
      throw OpenAiException.invalid(
          "tool_choice", "tool_choice is required, but there are no tools");
    }
    return new Tools(offered, Choice.REQUIRED, strict);
  }

  private static String text(JsonNode node, String name) {
    JsonNode value = node.path(name);
    return value.isString() ? value.asString() : "";
  }

  boolean isEmpty() {
    return offered.isEmpty();
  }

  /** A function's parameters; a function without any takes an empty object. */
  static Object parameters(Content.Tool tool) {
    return tool.parameters() == null
        ? Map.of("type", "object", "additionalProperties", false)
        : tool.parameters();
  }
}
