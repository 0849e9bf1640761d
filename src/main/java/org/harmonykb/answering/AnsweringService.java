package org.harmonykb.answering;

import java.time.Clock;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.harmonykb.conversations.ConversationService;
import org.harmonykb.engine.UnknownAdapterException;
import org.harmonykb.retrieval.Embedder;
import org.harmonykb.retrieval.Passage;
import org.harmonykb.retrieval.Query;
import org.harmonykb.retrieval.RetrievalTrace;
import org.harmonykb.retrieval.Retriever;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import tools.jackson.databind.json.JsonMapper;

/** From a question to a stored answer: condense, search, choose, answer, store. */
@Service
public class AnsweringService {

  private static final int CANDIDATES = 12;

  private final Retriever retriever;
  private final LanguageModel model;
  private final Assistants assistants;
  private final Adapters adapters;
  private final ConversationService conversations;
  private final AnsweringProperties properties;
  private final RunningAnswers running;
  private final Clock clock;
  private final JsonMapper json;
  private final Answerer answerer;

  AnsweringService(
      Retriever retriever,
      Embedder embedder,
      LanguageModel model,
      Assistants assistants,
      Adapters adapters,
      ConversationService conversations,
      AnsweringProperties properties,
      RunningAnswers running,
      Clock clock,
      JsonMapper json) {
    this.running = running;
    this.retriever = retriever;
    this.model = model;
    this.assistants = assistants;
    this.adapters = adapters;
    this.conversations = conversations;
    this.properties = properties;
    this.clock = clock;
    this.json = json;
    this.answerer = new Answerer(embedder, model, assistants, properties, clock);
  }

  /**
   * Checks what can be checked before the first byte of an answer.
   *
   * @throws InvalidQuestionException if the question cannot be answered as it was asked
   * @throws UnknownAdapterException if its adapter is not loaded
   */
  public void check(Question question) {
    if (question.text().isBlank()) {
      throw new InvalidQuestionException("The question is empty");
    }
    if (question.text().length() > properties.maxQuestionChars()) {
      throw new InvalidQuestionException(
          "The question has %d characters; at most %d are read"
              .formatted(question.text().length(), properties.maxQuestionChars()));
    }
    assistants.get(question.assistant());
    question.sampling(Answerer.REPETITION_PENALTY);
    if (question.adapter() != null) {
      adapters.require(question.adapter().name());
    }
    if (question.conversationId() != null) {
      conversations.get(question.conversationId(), question.scope().user());
    }
    if (question.replaces() != null
        && (question.conversationId() == null || question.replaces() < 0)) {
      throw new InvalidQuestionException("replaces needs a conversationId and counts from 0");
    }
  }

  /**
   * Answers a question that {@link #check} let through, and stores the turn.
   *
   * @throws DocumentRemovedException if a document that it was made from was removed meanwhile
   */
  public Answer ask(Question question, AnswerListener listener) {
    Set<UUID> earlier =
        question.conversationId() == null
            ? Set.of()
            : conversations.documents(question.conversationId());
    try (RunningAnswers.Run run = running.begin(earlier, listener)) {
      try {
        return ask(question, run);
      } catch (AnswerCancelledException e) {
        run.check();
        throw e;
      }
    }
  }

  private Answer ask(Question question, RunningAnswers.Run listener) {
    UUID conversationId =
        question.conversationId() == null ? UUID.randomUUID() : question.conversationId();
    List<Answerer.Exchange> history =
        question.conversationId() == null
            ? List.of()
            : conversations.turns(conversationId).stream()
                .filter(turn -> isKept(turn.ordinal(), question.replaces()))
                .map(turn -> new Answerer.Exchange(turn.question(), turn.prompt(), turn.answer()))
                .toList();
    Answerer.Outcome outcome =
        answer(question, conversationId, history, Answerer.Mode.AUTO, listener);
    if (question.replaces() != null) {
      conversations.cutFrom(conversationId, question.replaces());
    }
    conversations.add(
        conversationId,
        question.scope().user(),
        question.assistant(),
        question.text(),
        outcome.prompt(),
        outcome.written(),
        json.writeValueAsString(outcome.answer()),
        listener.documents());
    return outcome.answer();
  }

  /** Answers from the index and stores nothing, as an evaluation does. */
  public Answerer.Outcome answer(
      Question question,
      UUID conversationId,
      List<Answerer.Exchange> history,
      Answerer.Mode mode,
      AnswerListener listener) {
    long started = System.nanoTime();
    Assistant assistant = assistants.get(question.assistant());
    String searchedFor = answerer.condense(question.text(), history);
    Set<String> collections =
        question.collections().isEmpty()
            ? Set.copyOf(assistant.collections())
            : question.collections();
    List<Passage> found =
        retriever.search(
            new Query(
                searchedFor,
                Query.Filters.NONE.withCollections(collections).withEffectiveOn(today()),
                CANDIDATES),
            question.scope());
    List<Passage> passages =
        ContextBuilder.choose(
            found, properties.passages(), properties.passageTokens(), this::tokens, today());
    return answerer.answer(
        new Answerer.Task(
            question,
            searchedFor,
            conversationId,
            history,
            passages,
            Answerer.millis(started),
            started,
            mode),
        listener);
  }

  /**
   * Searches as {@link #answer} does and tells each step; answers and stores nothing.
   *
   * @throws InvalidQuestionException if the question cannot be searched for as it was asked
   */
  public SearchTrace trace(SearchTrace.Request request) {
    try (RunningAnswers.Run _ = running.begin(Set.of(), AnswerListener.NONE)) {
      return search(request);
    }
  }

  private SearchTrace search(SearchTrace.Request request) {
    if (request.question().isBlank()) {
      throw new InvalidQuestionException("The question is empty");
    }
    if (request.question().length() > properties.maxQuestionChars()) {
      throw new InvalidQuestionException(
          "The question has %d characters; at most %d are read"
              .formatted(request.question().length(), properties.maxQuestionChars()));
    }
    Assistant assistant = assistants.get(request.assistant());
    List<String> earlier = new ArrayList<>(request.history());
    if (request.conversationId() != null) {
      conversations.get(request.conversationId(), request.scope().user());
      conversations.turns(request.conversationId()).forEach(turn -> earlier.add(turn.question()));
    }
    long started = System.nanoTime();
    QuestionCondenser.Condensed condensed = QuestionCondenser.explain(request.question(), earlier);
    double condenseMs = Answerer.millis(started);
    Query.Filters filters =
        request.filters().collections().isEmpty()
            ? request.filters().withCollections(Set.copyOf(assistant.collections()))
            : request.filters();
    if (filters.effectiveOn() == null) {
      filters = filters.withEffectiveOn(today());
    }
    int limit = Math.max(CANDIDATES, request.limit());
    RetrievalTrace retrieval =
        retriever.trace(new Query(condensed.text(), filters, limit), request.scope());
    long searched = System.nanoTime();
    List<ContextBuilder.Verdict> verdicts =
        ContextBuilder.judge(
            retrieval.candidates().stream()
                .map(RetrievalTrace.Candidate::passage)
                .limit(CANDIDATES)
                .toList(),
            properties.passages(),
            properties.passageTokens(),
            this::tokens,
            filters.effectiveOn() == null ? today() : filters.effectiveOn());
    double contextMs = Answerer.millis(searched);
    return SearchTrace.of(
        request,
        condensed,
        filters,
        retrieval,
        verdicts,
        condenseMs,
        contextMs,
        Answerer.millis(started));
  }

  private static boolean isKept(int ordinal, @Nullable Integer replaces) {
    return replaces == null || ordinal < replaces;
  }

  /** Answers from given passages. */
  public Answerer answerer() {
    return answerer;
  }

  private LocalDate today() {
    return LocalDate.now(clock);
  }

  private int tokens(String text) {
    LanguageModel.Loaded loaded = model.loaded();
    return loaded == null ? text.length() / 3 : loaded.engine().tokenizer().encode(text).length;
  }
}
