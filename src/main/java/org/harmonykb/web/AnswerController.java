package org.harmonykb.web;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import org.harmonykb.answering.AnsweringService;
import org.harmonykb.answering.CuratedAnswers;
import org.harmonykb.answering.Replay;
import org.harmonykb.conversations.ConversationService;
import org.harmonykb.conversations.Feedback;
import org.harmonykb.conversations.FeedbackService;
import org.harmonykb.documents.DocumentRemoval;
import org.harmonykb.documents.DocumentService;
import org.harmonykb.documents.DocumentState;
import org.harmonykb.documents.StoredDocument;
import org.harmonykb.documents.UnknownDocumentException;
import org.harmonykb.evaluation.FeedbackLines;
import org.harmonykb.security.CurrentCaller;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What happens to an answer after it was given: it is rated, made again, corrected. */
@RestController
class AnswerController {

  private final AnsweringService answering;
  private final ConversationService conversations;
  private final FeedbackService feedback;
  private final CuratedAnswers curated;
  private final DocumentService documents;
  private final DocumentRemoval removal;
  private final FeedbackLines lines;
  private final CurrentCaller caller;
  private final JsonMapper json;

  AnswerController(
      AnsweringService answering,
      ConversationService conversations,
      FeedbackService feedback,
      CuratedAnswers curated,
      DocumentService documents,
      DocumentRemoval removal,
      FeedbackLines lines,
      CurrentCaller caller,
      JsonMapper json) {
    this.answering = answering;
    this.conversations = conversations;
    this.feedback = feedback;
    this.curated = curated;
    this.documents = documents;
    this.removal = removal;
    this.lines = lines;
    this.caller = caller;
    this.json = json;
  }

  /**
   * @param thumb {@code up} or {@code down}
   * @param documentId the document that holds the right answer
   * @param correction the right answer in the reader's words
   */
  record FeedbackRequest(
      @Nullable String thumb,
      @Nullable String reason,
      @Nullable UUID documentId,
      @Nullable String correction) {}

  /**
   * @param answer as the reader saw it, or null if its conversation is gone
   */
  record FeedbackView(
      UUID id,
      UUID answerId,
      String assistant,
      String question,
      String thumb,
      @Nullable String reason,
      @Nullable UUID documentId,
      @Nullable String correction,
      @Nullable UUID curatedId,
      Instant createdAt,
      Instant updatedAt,
      @Nullable JsonNode answer) {

    static FeedbackView of(Feedback f, @Nullable JsonNode answer) {
      return new FeedbackView(
          f.id(),
          f.answerId(),
          f.assistant(),
          f.question(),
          f.thumb().name().toLowerCase(Locale.ROOT),
          f.reason(),
          f.documentId(),
          f.correction(),
          f.curatedId(),
          f.createdAt(),
          f.updatedAt(),
          answer);
    }
  }

  /**
   * @param feedbackId takes question and correction from a reader's feedback where they are missing
   * @param collection whose assistants find it; missing means all of them
   * @param allow groups that may read it
   */
  record CuratedRequest(
      @Nullable String question,
      @Nullable String answer,
      @Nullable String collection,
      @Nullable Set<String> allow,
      @Nullable UUID feedbackId) {}

  record CuratedView(
      UUID id,
      String question,
      String collection,
      DocumentState state,
      int revision,
      Instant updatedAt) {

    static CuratedView of(StoredDocument d) {
      return new CuratedView(
          d.id(), d.title(), d.collection(), d.state(), d.revision(), d.updatedAt());
    }
  }

  @PostMapping("/api/answers/{id}/feedback")
  FeedbackView rate(@PathVariable UUID id, @RequestBody FeedbackRequest request) {
    Feedback.Thumb thumb = thumb(request.thumb);
    if (thumb == null) {
      throw new IllegalArgumentException("The field thumb must be up or down");
    }
    if (request.documentId != null) {
      requireReadable(request.documentId);
    }
    JsonNode answer = json.readTree(conversations.turn(id).result());
    return FeedbackView.of(
        feedback.give(
            id,
            answer.path("searchedFor").asString(conversations.turn(id).question()),
            new FeedbackService.Opinion(
                thumb, request.reason, request.documentId, request.correction)),
        null);
  }

  private void requireReadable(UUID documentId) {
    StoredDocument document = documents.get(documentId);
    if (!caller.scope().permits(document.allow(), document.collection())) {
      throw new UnknownDocumentException(documentId);
    }
  }

  /** What was said of an answer; 204 if nothing was. */
  @GetMapping("/api/answers/{id}/feedback")
  ResponseEntity<FeedbackView> rating(@PathVariable UUID id) {
    conversations.turn(id);
    return feedback
        .ofAnswer(id)
        .map(f -> ResponseEntity.ok(FeedbackView.of(f, null)))
        .orElse(ResponseEntity.noContent().build());
  }

  @PostMapping("/api/answers/{id}/replay")
  Replay replay(@PathVariable UUID id) {
    return answering.replay(id, caller.scope());
  }

  @GetMapping("/api/admin/feedback")
  List<FeedbackView> list(@RequestParam(required = false) @Nullable String thumb) {
    return feedback.list(thumb(thumb)).stream()
        .map(
            f ->
                FeedbackView.of(
                    f,
                    conversations
                        .findTurn(f.answerId())
                        .map(turn -> json.readTree(turn.result()))
                        .orElse(null)))
        .toList();
  }

  /** Feedback as lines of an evaluation set. */
  @GetMapping(value = "/api/admin/feedback/export", produces = MediaType.APPLICATION_NDJSON_VALUE)
  String export() {
    return lines.text();
  }

  @GetMapping("/api/admin/curated")
  List<CuratedView> curated() {
    return curated.list().stream().map(CuratedView::of).toList();
  }

  @PostMapping("/api/admin/curated")
  @ResponseStatus(HttpStatus.ACCEPTED)
  CuratedView curate(@RequestBody CuratedRequest request) {
    Feedback from = request.feedbackId == null ? null : feedback.get(request.feedbackId);
    String question = request.question;
    String answer = request.answer;
    if (from != null) {
      question = question == null ? from.searchedFor() : question;
      answer = answer == null ? from.correction() : answer;
    }
    StoredDocument document =
        curated.put(
            null,
            question == null ? "" : question,
            answer == null ? "" : answer,
            request.collection,
            request.allow == null ? Set.of() : request.allow);
    if (from != null) {
      feedback.curated(from.id(), document.id());
    }
    return CuratedView.of(document);
  }

  @DeleteMapping("/api/admin/curated/{id}")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  void remove(@PathVariable UUID id) {
    if (curated.list().stream().noneMatch(document -> document.id().equals(id))) {
      throw new IllegalArgumentException("The document " + id + " is no curated answer");
    }
    removal.remove(id, true);
  }

  private static Feedback.@Nullable Thumb thumb(@Nullable String name) {
    if (name == null || name.isBlank()) {
      return null;
    }
    for (Feedback.Thumb thumb : Feedback.Thumb.values()) {
      if (thumb.name().equalsIgnoreCase(name)) {
        return thumb;
      }
    }
    throw new IllegalArgumentException("thumb must be up or down, not " + name);
  }
}
