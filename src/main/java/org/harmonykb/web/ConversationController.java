package org.harmonykb.web;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.harmonykb.conversations.Conversation;
import org.harmonykb.conversations.ConversationPdf;
import org.harmonykb.conversations.ConversationService;
import org.harmonykb.conversations.Turn;
import org.harmonykb.security.CurrentCaller;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Conversations and their export. */
@RestController
@RequestMapping("/api/conversations")
class ConversationController {

  private final ConversationService conversations;
  private final ConversationPdf pdf;
  private final CurrentCaller caller;
  private final JsonMapper json;

  ConversationController(
      ConversationService conversations,
      ConversationPdf pdf,
      CurrentCaller caller,
      JsonMapper json) {
    this.conversations = conversations;
    this.pdf = pdf;
    this.caller = caller;
    this.json = json;
  }

  record Summary(UUID id, String title, String assistant, Instant updatedAt) {

    static Summary of(Conversation c) {
      return new Summary(c.id(), c.title(), c.assistant(), c.updatedAt());
    }
  }

  record TurnView(String question, JsonNode answer, Instant createdAt) {}

  record Full(UUID id, String title, String assistant, List<TurnView> turns) {}

  record Change(@Nullable String title) {}

  @GetMapping
  List<Summary> list() {
    return conversations.latest(caller.name()).stream().map(Summary::of).toList();
  }

  @GetMapping("/{id}")
  Full get(@PathVariable UUID id) {
    Conversation conversation = conversations.get(id);
    return new Full(
        id,
        conversation.title(),
        conversation.assistant(),
        conversations.turns(id).stream().map(this::view).toList());
  }

  private TurnView view(Turn turn) {
    return new TurnView(turn.question(), json.readTree(turn.result()), turn.createdAt());
  }

  @PatchMapping("/{id}")
  Summary rename(@PathVariable UUID id, @RequestBody Change change) {
    if (change.title == null || change.title.isBlank()) {
      throw new IllegalArgumentException("The field title is missing");
    }
    return Summary.of(conversations.rename(id, change.title));
  }

  @DeleteMapping("/{id}")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  void delete(@PathVariable UUID id) {
    conversations.delete(id);
  }

  @GetMapping("/{id}/export")
  ResponseEntity<byte[]> export(
      @PathVariable UUID id, @RequestParam(defaultValue = "md") String format) {
    Full conversation = get(id);
    return switch (format) {
      case "json" -> download("application/json", "json", json.writeValueAsBytes(conversation));
      case "md" ->
          download(
              "text/markdown;charset=UTF-8",
              "md",
              markdown(conversation).getBytes(StandardCharsets.UTF_8));
      case "pdf" -> download("application/pdf", "pdf", pdf(conversation));
      default -> throw new IllegalArgumentException("format is md, json or pdf, not " + format);
    };
  }

  private static ResponseEntity<byte[]> download(String type, String ending, byte[] body) {
    return ResponseEntity.ok()
        .header(HttpHeaders.CONTENT_TYPE, type)
        .header(
            HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=\"conversation." + ending + "\"")
        .body(body);
  }

  private static String markdown(Full conversation) {
    StringBuilder text = new StringBuilder("# ").append(conversation.title()).append("\n");
    for (TurnView turn : conversation.turns()) {
      text.append("\n## ").append(turn.question()).append("\n\n");
      text.append(turn.answer().get("answer").asString()).append("\n");
      sources(turn).forEach(source -> text.append("\n").append(source));
      text.append("\n");
    }
    return text.toString();
  }

  private byte[] pdf(Full conversation) {
    return pdf.write(
        conversation.title(),
        conversation.turns().stream()
            .map(
                turn ->
                    new ConversationPdf.Part(
                        turn.question(), turn.answer().get("answer").asString(), sources(turn)))
            .toList());
  }

  private static List<String> sources(TurnView turn) {
    List<String> sources = new ArrayList<>();
    for (JsonNode citation : turn.answer().get("citations")) {
      String section = citation.get("section").asString();
      JsonNode page = citation.get("page");
      sources.add(
          "[%d] %s%s%s (revision %d)"
              .formatted(
                  citation.get("n").asInt(),
                  citation.get("title").asString(),
                  section.isEmpty() ? "" : ", " + section,
                  page == null || page.isNull() ? "" : ", p. " + page.asInt(),
                  citation.get("revision").asInt()));
    }
    return sources;
  }
}
