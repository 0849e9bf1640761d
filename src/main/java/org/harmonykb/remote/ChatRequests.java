package org.harmonykb.remote;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.harmonykb.harmony.Conversation;

/** The body of {@code POST /chat/completions}. */
final class ChatRequests {

  private ChatRequests() {}

  static Map<String, Object> body(RemoteRequest request, String model, boolean reasoning) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("model", model);
    body.put("messages", messages(request.conversation()));
    body.put("stream", true);
    body.put("stream_options", Map.of("include_usage", true));
    body.put("max_tokens", request.maxTokens());
    body.put("temperature", request.sampling().temperature());
    body.put("top_p", request.sampling().topP());
    body.put("seed", request.sampling().seed());
    if (reasoning) {
      body.put(
          "reasoning_effort",
          request.conversation().reasoningEffort().name().toLowerCase(Locale.ROOT));
    }
    return body;
  }

  /**
   * Instructions as the system's message, which servers hand on as the developer's where needed.
   */
  static List<Map<String, String>> messages(Conversation conversation) {
    List<Map<String, String>> messages = new ArrayList<>();
    if (!conversation.instructions().isEmpty()) {
      messages.add(message("system", conversation.instructions()));
    }
    for (Conversation.Turn turn : conversation.turns()) {
      switch (turn) {
        case Conversation.Turn.User user -> messages.add(message("user", user.text()));
        case Conversation.Turn.Assistant answer ->
            messages.add(message("assistant", answer.text()));
        case Conversation.Turn.Calls _, Conversation.Turn.Result _ ->
            throw new IllegalArgumentException("answers from documents call no functions");
      }
    }
    return messages;
  }

  private static Map<String, String> message(String role, String content) {
    Map<String, String> message = new LinkedHashMap<>();
    message.put("role", role);
    message.put("content", content);
    return message;
  }
}
