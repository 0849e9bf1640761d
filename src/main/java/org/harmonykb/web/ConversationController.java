package org.harmonykb.web;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.harmonykb.answering.Assistants;
import org.harmonykb.conversations.Conversation;
import org.harmonykb.conversations.ConversationPdf;
import org.harmonykb.conversations.ConversationSearch;
import org.harmonykb.conversations.ConversationService;
import org.harmonykb.conversations.Feedback;
import org.harmonykb.conversations.FeedbackService;
import org.harmonykb.conversations.Turn;
import org.harmonykb.documents.DocumentService;
import org.harmonykb.retrieval.AccessScope;
import org.harmonykb.security.CurrentCaller;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
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
  private final ConversationSearch search;
  private final StoredAnswers answers;
  private final DocumentService documents;
  private final FeedbackService feedback;
  private final Assistants assistants;
  private final ConversationPdf pdf;
  private final CurrentCaller caller;
  private final JsonMapper json;

  ConversationController(
      ConversationService conversations,
      ConversationSearch search,
      StoredAnswers answers,
      DocumentService documents,
      FeedbackService feedback,
      Assistants assistants,
      ConversationPdf pdf,
      CurrentCaller caller,
      JsonMapper json) {
    this.conversations = conversations;
    this.search = search;
    this.answers = answers;
    this.documents = documents;
    this.feedback = feedback;
    this.assistants = assistants;
    this.pdf = pdf;
    this.caller = caller;
    this.json = json;
  }

  /**
   * @param excerpt the place that a search found, or null
   */
  record Summary(
      UUID id,
      String title,
      String assistant,
      boolean pinned,
      boolean shared,
      Instant updatedAt,
      @Nullable String excerpt) {

    static Summary of(Conversation c) {
      return of(c, null);
    }

    static Summary of(Conversation c, @Nullable String excerpt) {
      return new Summary(
          c.id(),
          c.title(),
          c.assistant(),
          c.pinned(),
          c.shareToken() != null,
          c.updatedAt(),
          excerpt);
    }
  }

  /**
   * @param thumb what the reader thought of it, {@code up} or {@code down}, or null
   */
  record TurnView(
      int ordinal, String question, JsonNode answer, Instant createdAt, @Nullable String thumb) {}

  record Full(
      UUID id, String title, String assistant, @Nullable JsonNode settings, List<TurnView> turns) {}

  /**
   * What is to change; null leaves it.
   *
   * @param settings as the page keeps them
   */
  record Change(
      @Nullable String title,
      @Nullable Boolean pinned,
      @Nullable String assistant,
      @Nullable JsonNode settings) {}

  record Shared(String token) {}

  @GetMapping
  List<Summary> list(@RequestParam(required = false) @Nullable String q) {
    List<Conversation> latest = conversations.latest(caller.name());
    if (q == null || q.isBlank()) {
      return latest.stream().map(Summary::of).toList();
    }
    AccessScope scope = caller.scope();
    return search.find(latest, q, id -> documents.isReadable(id, scope)).stream()
        .map(found -> Summary.of(found.conversation(), found.excerpt()))
        .toList();
  }

  @GetMapping("/{id}")
  Full get(@PathVariable UUID id) {
    return full(conversations.get(id));
  }

  private Full full(Conversation conversation) {
    String settings = conversation.settings();
    AccessScope scope = caller.scope();
    Map<UUID, Feedback.Thumb> thumbs = feedback.thumbs(conversation.id());
    return new Full(
        conversation.id(),
        conversation.title(),
        conversation.assistant(),
        settings == null ? null : json.readTree(settings),
        conversations.turns(conversation.id()).stream()
            .map(turn -> view(turn, scope, thumbs.get(turn.id())))
            .toList());
  }

  private TurnView view(Turn turn, AccessScope scope, Feedback.@Nullable Thumb thumb) {
    return new TurnView(
        turn.ordinal(),
        turn.question(),
        answers.of(turn, scope),
        turn.createdAt(),
        thumb == null ? null : thumb.name().toLowerCase(Locale.ROOT));
  }

  @PatchMapping("/{id}")
  Summary change(@PathVariable UUID id, @RequestBody Change change) {
    if (change.title == null
        && change.pinned == null
        && change.assistant == null
        && change.settings == null) {
      throw new IllegalArgumentException(
          "One of the fields title, pinned, assistant and settings is needed");
    }
    if (change.title != null && change.title.isBlank()) {
      throw new IllegalArgumentException("The title is empty");
    }
    if (change.settings != null && !change.settings.isObject()) {
      throw new IllegalArgumentException("settings must be an object");
    }
    Conversation changed = conversations.get(id);
    if (change.assistant != null || change.settings != null) {
      if (change.assistant != null) {
        assistants.get(change.assistant);
      }
      changed =
          conversations.configure(
              id, change.assistant, change.settings == null ? null : change.settings.toString());
    }
    if (change.pinned != null) {
      changed = conversations.pin(id, change.pinned);
    }
    if (change.title != null) {
      changed = conversations.rename(id, change.title);
    }
    return Summary.of(changed);
  }

  /** Makes a link by which others may read the conversation. */
  @PostMapping("/{id}/share")
  Shared share(@PathVariable UUID id) {
    return new Shared(conversations.share(id));
  }

  @DeleteMapping("/{id}/share")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  void unshare(@PathVariable UUID id) {
    conversations.unshare(id);
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
