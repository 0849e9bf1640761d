package org.harmonykb.web;

import java.time.LocalDate;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.harmonykb.answering.AnsweringService;
import org.harmonykb.answering.Assistants;
import org.harmonykb.answering.InvalidQuestionException;
import org.harmonykb.answering.SearchTrace;
import org.harmonykb.retrieval.AccessScope;
import org.harmonykb.retrieval.Language;
import org.harmonykb.retrieval.Query;
import org.harmonykb.security.CurrentCaller;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** The search lab. */
@RestController
@RequestMapping("/api/admin")
class AdminController {

  private final AnsweringService answering;
  private final CurrentCaller caller;

  AdminController(AnsweringService answering, CurrentCaller caller) {
    this.answering = answering;
    this.caller = caller;
  }

  private static final int MAX_HISTORY = 50;

  /**
   * @param conversationId the conversation that the question goes on with
   * @param history earlier questions instead, oldest first
   * @param effectiveOn only documents in force on this day; today by default
   */
  record SearchRequest(
      @Nullable String question,
      @Nullable UUID conversationId,
      @Nullable List<String> history,
      @Nullable String assistant,
      @Nullable Set<String> collections,
      @Nullable String language,
      @Nullable UUID documentId,
      @Nullable LocalDate effectiveOn,
      @Nullable Integer limit) {

    /**
     * @throws InvalidQuestionException if a field is missing or out of range
     */
    SearchTrace.Request toRequest(AccessScope scope) {
      if (question == null || question.isBlank()) {
        throw new InvalidQuestionException("The field question is missing");
      }
      if (conversationId != null && history != null) {
        throw new InvalidQuestionException("Send conversationId or history, not both");
      }
      if (history != null && (history.size() > MAX_HISTORY || history.contains(null))) {
        throw new InvalidQuestionException(
            "history must hold texts, at most " + MAX_HISTORY + " of them");
      }
      if (collections != null && collections.contains(null)) {
        throw new InvalidQuestionException("collections must hold names");
      }
      if (language != null && !Set.of(Language.ENGLISH, Language.CHINESE).contains(language)) {
        throw new InvalidQuestionException("language must be en or zh");
      }
      if (limit != null && (limit < 1 || limit > 100)) {
        throw new InvalidQuestionException("limit must be 1 to 100");
      }
      return new SearchTrace.Request(
          question,
          conversationId,
          history == null ? List.of() : history,
          assistant == null ? Assistants.DEFAULT : assistant,
          new Query.Filters(
              collections == null ? Set.of() : collections,
              language == null ? Set.of() : Set.of(language),
              documentId == null ? Set.of() : Set.of(documentId),
              effectiveOn),
          limit == null ? 20 : limit,
          scope);
    }
  }

  /** How a question finds its passages. */
  @PostMapping("/search")
  SearchTrace search(@RequestBody SearchRequest request) {
    return answering.trace(request.toRequest(caller.scope()));
  }
}
