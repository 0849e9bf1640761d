package org.harmonykb.openai;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.harmonykb.harmony.Conversation;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Turns a request's messages into a conversation and checks its numbers. */
final class ChatRequestReader {

  private ChatRequestReader() {}

  static Conversation conversation(ChatCompletions.Request request, String date) {
    StringBuilder instructions = new StringBuilder();
    List<Conversation.Turn> turns = new ArrayList<>();
    for (ChatCompletions.RequestMessage message : messages(request)) {
      String text = text(message.content());
      switch (message.role() == null ? "" : message.role()) {
        case "system", "developer" ->
            instructions.append(instructions.isEmpty() ? "" : "\n\n").append(text);
        case "user" -> turns.add(new Conversation.Turn.User(text));
        case "assistant" -> turns.add(new Conversation.Turn.Assistant(text));
        default ->
            throw OpenAiException.invalid("The role " + message.role() + " is not known here");
      }
    }
    if (turns.isEmpty() || !(turns.getLast() instanceof Conversation.Turn.User)) {
      throw OpenAiException.invalid("The last message must be the user's");
    }
    return new Conversation(
        date, effort(request.reasoningEffort()), instructions.toString(), turns);
  }

  /** The last message of the user. */
  static String question(ChatCompletions.Request request) {
    return conversation(request, "").turns().getLast().text();
  }

  static List<String> stops(@Nullable JsonNode stop) {
    if (stop == null || stop.isNull()) {
      return List.of();
    }
    List<String> stops = new ArrayList<>();
    if (stop.isArray()) {
      stop.forEach(s -> stops.add(s.asString()));
    } else {
      stops.add(stop.asString());
    }
    if (stops.size() > 4) {
      throw OpenAiException.invalid("At most four stop sequences are possible");
    }
    return stops;
  }

  static int maxTokens(ChatCompletions.Request request, int fallback) {
    Integer wanted =
        request.maxCompletionTokens() != null ? request.maxCompletionTokens() : request.maxTokens();
    if (wanted != null && wanted < 1) {
      throw OpenAiException.invalid("max_tokens must be at least 1");
    }
    return wanted == null ? fallback : wanted;
  }

  private static List<ChatCompletions.RequestMessage> messages(ChatCompletions.Request request) {
    if (request.messages() == null || request.messages().isEmpty()) {
      throw OpenAiException.invalid("The field messages is missing or empty");
    }
    if (request.n() != null && request.n() != 1) {
      throw OpenAiException.invalid("n can only be 1");
    }
    return request.messages();
  }

  private static String text(@Nullable JsonNode content) {
    if (content == null || content.isNull()) {
      return "";
    }
    if (content.isString()) {
      return content.asString();
    }
    StringBuilder text = new StringBuilder();
    for (JsonNode part : content) {
      String type = part.has("type") ? part.get("type").asString() : "";
      if (!type.equals("text") || !part.has("text")) {
        throw OpenAiException.invalid("Content of the type " + type + " cannot be read; send text");
      }
      text.append(part.get("text").asString());
    }
    return text.toString();
  }

  private static Conversation.ReasoningEffort effort(@Nullable String effort) {
    if (effort == null) {
      return Conversation.ReasoningEffort.MEDIUM;
    }
    return switch (effort.toLowerCase(Locale.ROOT)) {
      case "minimal", "low" -> Conversation.ReasoningEffort.LOW;
      case "high" -> Conversation.ReasoningEffort.HIGH;
      default -> Conversation.ReasoningEffort.MEDIUM;
    };
  }
}
