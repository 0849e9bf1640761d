package org.harmonykb.openai;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.harmonykb.harmony.Conversation;
import org.harmonykb.harmony.Conversation.Turn;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Turns a request's messages into instructions and turns. */
final class ConversationReader {

  /** Thoughts that some pages put back into the history. */
  private static final Pattern THOUGHTS =
      Pattern.compile("(?s)<think>.*?</think>|<details type=\"reasoning\".*?</details>");

  private final StringBuilder instructions = new StringBuilder();
  private final List<Turn> turns = new ArrayList<>();
  private final Map<String, String> functionsById = new HashMap<>();

  private ConversationReader() {}

  /**
   * @param instructions of the system or developer; may be empty
   */
  record Read(String instructions, List<Turn> turns) {

    /** The last message, which is the user's. */
    String question() {
      if (!(turns.getLast() instanceof Turn.User user)) {
        throw OpenAiException.invalid("messages", "The last message must be the user's");
      }
      return user.text();
    }
  }

  static Read read(@Nullable List<ChatWire.RequestMessage> messages) {
    if (messages == null || messages.isEmpty()) {
      throw OpenAiException.invalid("messages", "The field messages is missing or empty");
    }
    ConversationReader reader = new ConversationReader();
    for (int i = 0; i < messages.size(); i++) {
      ChatWire.RequestMessage message = messages.get(i);
      if (message == null) {
        throw OpenAiException.invalid("messages[" + i + "]", "A message is null");
      }
      reader.add(message, "messages[" + i + "]");
    }
    return reader.finish("messages");
  }

  private Read finish(String field) {
    if (turns.isEmpty() || turns.getLast() instanceof Turn.Assistant) {
      throw OpenAiException.invalid(
          field, "The last message must be the user's or a tool's result");
    }
    if (turns.getLast() instanceof Turn.Calls) {
      throw OpenAiException.invalid(field, "The result of a tool call is missing");
    }
    return new Read(instructions.toString(), List.copyOf(turns));
  }

  private void add(ChatWire.RequestMessage message, String field) {
    String text = text(message.content(), field + ".content");
    switch (message.role() == null ? "" : message.role()) {
      case "system", "developer" -> instruct(text);
      case "user" -> turns.add(new Turn.User(text));
      case "assistant" -> assistant(message, text, field);
      case "tool" -> result(message.toolCallId(), text, field + ".tool_call_id");
      default ->
          throw OpenAiException.invalid(
              field + ".role", "The role " + message.role() + " is not known here");
    }
  }

  private void instruct(String text) {
    instructions.append(instructions.isEmpty() || text.isEmpty() ? "" : "\n\n").append(text);
  }

  private void assistant(ChatWire.RequestMessage message, String text, String field) {
    String visible = THOUGHTS.matcher(text).replaceAll("").strip();
    if (message.toolCalls() == null || message.toolCalls().isEmpty()) {
      turns.add(new Turn.Assistant(visible));
      return;
    }
    List<Conversation.Call> calls = new ArrayList<>();
    for (ChatWire.RequestCall call : message.toolCalls()) {
      ChatWire.RequestFunction function = call == null ? null : call.function();
      if (function == null || function.name() == null) {
        throw OpenAiException.invalid(field + ".tool_calls", "A call names no function");
      }
      calls.add(call(call.id(), function.name(), function.arguments()));
    }
    String thoughts = message.reasoning() == null ? "" : message.reasoning();
    turns.add(new Turn.Calls(visible, thoughts, calls));
  }

  private Conversation.Call call(@Nullable String id, String name, @Nullable String arguments) {
    if (id != null) {
      functionsById.put(id, name);
    }
    return new Conversation.Call(name, arguments == null ? "{}" : arguments);
  }

  private void result(@Nullable String id, String text, String field) {
    String function = id == null ? null : functionsById.get(id);
    if (function == null) {
      throw OpenAiException.invalid(field, "No call before it has the id " + id);
    }
    turns.add(new Turn.Result(function, text));
  }

  static String text(@Nullable JsonNode content, String field) {
    if (content == null || content.isNull()) {
      return "";
    }
    if (content.isString()) {
      return content.asString();
    }
    if (!content.isArray()) {
      throw OpenAiException.invalid(field, "Content is a text or a list of parts");
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < content.size(); i++) {
      JsonNode part = content.get(i);
      String type = part.path("type").asString("");
      String name = type.equals("refusal") ? "refusal" : "text";
      boolean isText =
          List.of("text", "input_text", "output_text", "refusal").contains(type)
              && part.path(name).isString();
      if (!isText) {
        throw OpenAiException.invalid(
            field + "[" + i + "]",
            "Content of the type " + type + " cannot be read here; send text");
      }
      text.append(part.path(name).asString());
    }
    return text.toString();
  }

  /** The items of the Responses API's input. */
  static Read readItems(String instructions, List<JsonNode> items) {
    ConversationReader reader = new ConversationReader();
    reader.instruct(instructions);
    String thoughts = "";
    for (int i = 0; i < items.size(); i++) {
      JsonNode item = items.get(i);
      String field = "input[" + i + "]";
      String type = item.path("type").asString(item.has("role") ? "message" : "");
      switch (type) {
        case "message" ->
            reader.add(
                new ChatWire.RequestMessage(
                    item.path("role").asString(""), item.get("content"), null, null, null),
                field);
        case "reasoning" -> thoughts = reasoning(item);
        case "function_call" -> {
          Conversation.Call call =
              reader.call(
                  item.path("call_id").asString(""),
                  item.path("name").asString(""),
                  item.path("arguments").asString("{}"));
          if (reader.turns.isEmpty() || !(reader.turns.getLast() instanceof Turn.Calls before)) {
            reader.turns.add(new Turn.Calls("", thoughts, List.of(call)));
          } else {
            List<Conversation.Call> calls = new ArrayList<>(before.calls());
            calls.add(call);
            reader.turns.removeLast();
            reader.turns.add(new Turn.Calls(before.text(), before.thoughts(), calls));
          }
          thoughts = "";
        }
        case "function_call_output" ->
            reader.result(
                item.path("call_id").asString(""),
                text(item.get("output"), field + ".output"),
                field + ".call_id");
        default ->
            throw OpenAiException.invalid(
                field + ".type", "Items of the type " + type + " cannot be read here");
      }
    }
    return reader.finish("input");
  }

  private static String reasoning(JsonNode item) {
    StringBuilder text = new StringBuilder();
    item.path("content").forEach(part -> text.append(part.path("text").asString("")));
    return text.toString();
  }
}
