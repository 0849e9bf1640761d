package org.harmonykb.openai;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Makes a response out of what is written, and its events in OpenAI's order if somebody listens:
 * each item and each part is added, grows and is done before the next begins, and events are
 * numbered from 0. One response, one thread.
 */
final class ResponseBuilder implements Written.Sink {

  private final ResponsesController.Request request;
  private final long created;
  private final boolean tellsReasoning;
  private final @Nullable EventWriter out;
  private final String id = name("resp_");
  private final List<Map<String, @Nullable Object>> output = new ArrayList<>();
  private final StringBuilder text = new StringBuilder();
  private @Nullable Map<String, @Nullable Object> open;
  private Map<String, @Nullable Object> result = Map.of();
  private int sequence;

  ResponseBuilder(
      ResponsesController.Request request,
      long created,
      boolean tellsReasoning,
      @Nullable EventWriter out) {
    this.request = request;
    this.created = created;
    this.tellsReasoning = tellsReasoning;
    this.out = out;
  }

  private static String name(String prefix) {
    return prefix + UUID.randomUUID().toString().replace("-", "");
  }

  String id() {
    return id;
  }

  List<Map<String, @Nullable Object>> output() {
    return output;
  }

  void begin() {
    Map<String, @Nullable Object> response = response("in_progress", null);
    send("response.created", map("response", response));
    send("response.in_progress", map("response", response));
  }

  @Override
  public void content(String piece, List<Written.Token> tokens) {
    if (!isOpen("message")) {
      close("completed");
      open(
          map(
              "id",
              name("msg_"),
              "type",
              "message",
              "status",
              "in_progress",
              "role",
              "assistant",
              "content",
              List.of()));
      sendPart("response.content_part.added", "part", outputText(""));
    }
    text.append(piece);
    sendPart("response.output_text.delta", "delta", piece);
  }

  @Override
  public void reasoning(String piece) {
    if (!tellsReasoning) {
      return;
    }
    if (!isOpen("reasoning")) {
      close("completed");
      open(
          map(
              "id",
              name("rs_"),
              "type",
              "reasoning",
              "status",
              "in_progress",
              "summary",
              List.of(),
              "content",
              List.of()));
      sendPart("response.content_part.added", "part", reasoningText(""));
    }
    text.append(piece);
    sendPart("response.reasoning_text.delta", "delta", piece);
  }

  @Override
  public void call(Written.Call call) {
    close("completed");
    Map<String, @Nullable Object> item =
        map(
            "id",
            name("fc_"),
            "type",
            "function_call",
            "status",
            "in_progress",
            "call_id",
            name("call_"),
            "name",
            call.name(),
            "arguments",
            "");
    open(item);
    item.put("arguments", call.arguments());
    sendItem("response.function_call_arguments.delta", "delta", call.arguments());
    Map<String, @Nullable Object> done = map("arguments", call.arguments(), "name", call.name());
    send("response.function_call_arguments.done", withItem(done));
    close("completed");
  }

  /** Ends the last item and tells the whole response. */
  Map<String, @Nullable Object> finish(Written written) {
    boolean isCut = written.end() == Written.End.LENGTH;
    if (open == null && output.isEmpty()) {
      content("", List.of());
    }
    close(isCut ? "incomplete" : "completed");
    result = response(isCut ? "incomplete" : "completed", usage(written.usage()));
    if (isCut) {
      result.put("incomplete_details", map("reason", "max_output_tokens"));
    } else {
      result.put("completed_at", created);
    }
    if (written.sources() != null) {
      result.put("sources", written.sources());
    }
    return result;
  }

  void end() {
    send("response." + result.get("status"), map("response", result));
  }

  void fail(OpenAiError error) {
    Map<String, @Nullable Object> response = response("failed", null);
    String code = error.error().code();
    response.put(
        "error",
        map("code", code == null ? "server_error" : code, "message", error.error().message()));
    send("response.failed", map("response", response));
  }

  private boolean isOpen(String type) {
    return open != null && type.equals(open.get("type"));
  }

  private void open(Map<String, @Nullable Object> item) {
    open = item;
    output.add(item);
    text.setLength(0);
    send(
        "response.output_item.added",
        map("output_index", output.size() - 1, "item", new LinkedHashMap<>(item)));
  }

  private void close(String status) {
    Map<String, @Nullable Object> item = open;
    if (item == null) {
      return;
    }
    String all = text.toString();
    if (isOpen("message")) {
      sendPart("response.output_text.done", "text", all);
      sendPart("response.content_part.done", "part", outputText(all));
      item.put("content", List.of(outputText(all)));
    } else if (isOpen("reasoning")) {
      sendPart("response.reasoning_text.done", "text", all);
      sendPart("response.content_part.done", "part", reasoningText(all));
      item.put("content", List.of(reasoningText(all)));
    }
    item.put("status", status);
    send(
        "response.output_item.done",
        map("output_index", output.size() - 1, "item", new LinkedHashMap<>(item)));
    open = null;
  }

  private static Map<String, @Nullable Object> outputText(String text) {
    return map(
        "type", "output_text", "text", text, "annotations", List.of(), "logprobs", List.of());
  }

  private static Map<String, @Nullable Object> reasoningText(String text) {
    return map("type", "reasoning_text", "text", text);
  }

  private static Map<String, @Nullable Object> usage(Written.Usage usage) {
    return map(
        "input_tokens", usage.prompt(),
        "input_tokens_details", map("cached_tokens", usage.cached(), "cache_write_tokens", 0),
        "output_tokens", usage.completion(),
        "output_tokens_details", map("reasoning_tokens", usage.reasoning()),
        "total_tokens", usage.prompt() + usage.completion());
  }

  /** With all fields that clients demand, present even where they are null. */
  private Map<String, @Nullable Object> response(
      String status, @Nullable Map<String, @Nullable Object> usage) {
    Map<String, @Nullable Object> response =
        map(
            "id",
            id,
            "object",
            "response",
            "created_at",
            created,
            "status",
            status,
            "background",
            false,
            "error",
            null,
            "incomplete_details",
            null,
            "instructions",
            request.instructions(),
            "max_output_tokens",
            request.maxOutputTokens(),
            "model",
            request.model(),
            "output",
            new ArrayList<>(status.equals("in_progress") ? List.of() : output),
            "parallel_tool_calls",
            false,
            "previous_response_id",
            request.previousResponseId(),
            "reasoning",
            map("effort", request.effort(), "summary", null));
    response.put("store", request.isStored());
    response.put("temperature", request.temperature() == null ? 1.0 : request.temperature());
    response.put(
        "text",
        request.text() != null && request.text().has("format")
            ? request.text()
            : map("format", map("type", "text")));
    boolean hasChoice = request.toolChoice() != null && !request.toolChoice().isNull();
    response.put("tool_choice", hasChoice ? request.toolChoice() : "auto");
    response.put("tools", request.tools() == null ? List.of() : request.tools());
    response.put("top_p", request.topP() == null ? 1.0 : request.topP());
    response.put("truncation", "disabled");
    response.put("usage", usage);
    response.put("user", request.user());
    boolean hasMetadata = request.metadata() != null && request.metadata().isObject();
    response.put("metadata", hasMetadata ? request.metadata() : Map.of());
    return response;
  }

  private void sendPart(String type, String name, Object value) {
    Map<String, @Nullable Object> event = withItem(map("content_index", 0, name, value));
    if (type.startsWith("response.output_text.")) {
      event.put("logprobs", List.of());
    }
    send(type, event);
  }

  private void sendItem(String type, String name, Object value) {
    send(type, withItem(map(name, value)));
  }

  private Map<String, @Nullable Object> withItem(Map<String, @Nullable Object> event) {
    event.put("item_id", open == null ? "" : open.get("id"));
    event.put("output_index", output.size() - 1);
    return event;
  }

  private void send(String type, Map<String, @Nullable Object> event) {
    if (out != null) {
      Map<String, @Nullable Object> all = map("type", type, "sequence_number", sequence++);
      all.putAll(event);
      out.send(type, all);
    }
  }

  private static Map<String, @Nullable Object> map(@Nullable Object... pairs) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      map.put(String.valueOf(pairs[i]), pairs[i + 1]);
    }
    return map;
  }
}
