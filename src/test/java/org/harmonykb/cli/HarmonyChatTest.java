package org.harmonykb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.harmonykb.harmony.AnalysisHistory;
import org.harmonykb.harmony.Content;
import org.harmonykb.harmony.Content.SystemContent;
import org.harmonykb.harmony.Conversation.ReasoningEffort;
import org.harmonykb.harmony.HarmonyFixtures;
import org.harmonykb.harmony.HarmonyRenderer;
import org.harmonykb.harmony.Message;
import org.harmonykb.harmony.Role;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/**
 * OpenAI chat messages as Harmony messages: instructions to the developer, thoughts to analysis,
 * calls to commentary; against what the library renders for them.
 */
class HarmonyChatTest {

  static Stream<Named<JsonNode>> chats() throws IOException {
    return HarmonyFixtures.vectors("chat_template.json").stream()
        .filter(vector -> vector.has("harmony_text"))
        .map(vector -> Named.of(vector.get("id").asString(), vector));
  }

  @ParameterizedTest
  @MethodSource("chats")
  void aChatBecomesTheLibrarysPrompt(JsonNode vector) throws IOException {
    HarmonyRenderer renderer = new HarmonyRenderer(HarmonyFixtures.vocabulary());
    List<Message> messages = messages(vector);
    HarmonyRenderer.Rendered prompt =
        vector.get("add_generation_prompt").asBoolean()
            ? renderer.completion(messages, AnalysisHistory.LIBRARY, Role.ASSISTANT)
            : renderer.training(messages, AnalysisHistory.LIBRARY);
    assertThat(prompt.text()).isEqualTo(vector.get("harmony_text").asString());
    assertThat(prompt.ids())
        .isEqualTo(HarmonyFixtures.JSON.treeToValue(vector.get("harmony_ids"), int[].class));
  }

  private static List<Message> messages(JsonNode vector) throws IOException {
    List<Message> messages = new ArrayList<>();
    messages.add(Message.of(Role.SYSTEM, system(vector)));
    List<JsonNode> chat = new ArrayList<>(vector.get("messages").valueStream().toList());
    String instructions = null;
    if (List.of("system", "developer").contains(chat.getFirst().get("role").asString())) {
      String text = chat.removeFirst().get("content").asString();
      instructions = text.isEmpty() ? null : text;
    }
    Map<String, Content.ToolNamespace> tools = functions(vector.get("tools"));
    if (instructions != null || !tools.isEmpty()) {
      messages.add(Message.of(Role.DEVELOPER, new Content.DeveloperContent(instructions, tools)));
    }
    Map<String, String> nameOfCall = new HashMap<>();
    for (JsonNode message : chat) {
      String text = message.get("content").asString();
      switch (message.get("role").asString()) {
        case "user" -> messages.add(Message.of(Role.USER, text));
        case "tool" ->
            messages.add(
                Message.of(Role.TOOL, text)
                    .withName(nameOfCall.get(message.get("tool_call_id").asString()))
                    .withRecipient("assistant")
                    .withChannel(Message.COMMENTARY));
        default -> assistant(message, text, nameOfCall, messages);
      }
    }
    return messages;
  }

  private static void assistant(
      JsonNode message, String text, Map<String, String> nameOfCall, List<Message> messages) {
    boolean calls = message.has("tool_calls");
    String thoughts = message.path("thinking").asString(calls ? text : "");
    if (!thoughts.isEmpty()) {
      messages.add(Message.of(Role.ASSISTANT, thoughts).withChannel(Message.ANALYSIS));
    }
    if (!calls) {
      messages.add(Message.of(Role.ASSISTANT, text).withChannel(Message.FINAL));
      return;
    }
    for (JsonNode call : message.get("tool_calls")) {
      String name = "functions." + call.get("function").get("name").asString();
      nameOfCall.put(call.get("id").asString(), name);
      messages.add(
          Message.of(Role.ASSISTANT, arguments(call.get("function").get("arguments")))
              .withRecipient(name)
              .withChannel(Message.COMMENTARY)
              .withContentType("json"));
    }
  }

  /** Arguments given as an object are written as Python's json does, with a space after signs. */
  private static String arguments(JsonNode arguments) {
    return arguments.isString()
        ? arguments.asString()
        : arguments.properties().stream()
            .map(entry -> "\"" + entry.getKey() + "\": " + entry.getValue())
            .collect(Collectors.joining(", ", "{", "}"));
  }

  private static SystemContent system(JsonNode vector) throws IOException {
    JsonNode options = vector.get("kwargs");
    SystemContent defaults = SystemContent.DEFAULT;
    return new SystemContent(
        options.path("model_identity").asString(defaults.modelIdentity()),
        ReasoningEffort.valueOf(
            options.path("reasoning_effort").asString("medium").toUpperCase(Locale.ROOT)),
        options.has("builtin_tools") ? builtIn(options.get("builtin_tools")) : null,
        vector.get("current_date").asString(),
        defaults.knowledgeCutoff(),
        defaults.channelConfig());
  }

  /** The library's browser and python tools, as one of its own conversations carries them. */
  private static Map<String, Content.ToolNamespace> builtIn(JsonNode names) throws IOException {
    JsonNode conversation =
        HarmonyFixtures.vectors("render.json").stream()
            .filter(vector -> vector.get("id").asString().equals("up-browser-python"))
            .findFirst()
            .orElseThrow()
            .get("messages");
    List<Message> messages = MessageJson.messages(JsonTree.read(conversation.toString()));
    Map<String, Content.ToolNamespace> tools =
        messages.stream()
            .flatMap(message -> message.content().stream())
            .filter(SystemContent.class::isInstance)
            .map(part -> ((SystemContent) part).tools())
            .findFirst()
            .orElseThrow();
    Map<String, Content.ToolNamespace> chosen = new LinkedHashMap<>(tools);
    chosen.keySet().retainAll(names.valueStream().map(JsonNode::asString).toList());
    return chosen;
  }

  private static Map<String, Content.ToolNamespace> functions(JsonNode tools) {
    if (tools.isNull()) {
      return Map.of();
    }
    List<Content.Tool> functions = new ArrayList<>();
    for (JsonNode tool : tools) {
      JsonNode function = tool.get("function");
      functions.add(
          new Content.Tool(
              function.get("name").asString(),
              function.get("description").asString(),
              schema(function.get("parameters"))));
    }
    return Map.of("functions", new Content.ToolNamespace("functions", null, functions));
  }

  private static @Nullable Object schema(@Nullable JsonNode parameters) {
    return parameters == null ? null : JsonTree.read(parameters.toString());
  }
}
