package org.harmonykb.answering;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import java.time.Clock;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.harmonykb.conversations.ConversationService;
import org.harmonykb.conversations.Turn;
import org.harmonykb.documents.DocumentService;
import org.harmonykb.engine.UnknownAdapterException;
import org.harmonykb.retrieval.AccessScope;
import org.harmonykb.retrieval.Embedder;
import org.harmonykb.retrieval.Passage;
import org.harmonykb.retrieval.Retriever;
import org.harmonykb.retrieval.SearchIndex;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.stereotype.Service;
import tools.jackson.databind.json.JsonMapper;

/** From a question to a stored answer: condense, search, choose, answer, store. */
@Service
public class AnsweringService {

  private static final Logger LOG = LoggerFactory.getLogger(AnsweringService.class);

  /** What the model reads in place of an answer that the asker may not read any more. */
  private static final String WITHHELD = "This answer is not shown any more.";

  private final Retriever retriever;
  private final LanguageModel model;
  private final Assistants assistants;
  private final Adapters adapters;
  private final ConversationService conversations;
  private final AnsweringProperties properties;
  private final RunningAnswers running;
  private final Clock clock;
  private final JsonMapper json;
  private final SearchIndex index;
  private final DocumentService documents;
  private final Answerer answerer;
  private final PassageFinder finder;
  private final PromptPreviews previews;
  private final SearchTracer tracer;
  private final ObservationRegistry observations;

  AnsweringService(
      Retriever retriever,
      @Qualifier("sentenceEmbedder") Embedder embedder,
      LanguageModel model,
      Assistants assistants,
      Adapters adapters,
      ConversationService conversations,
      AnsweringProperties properties,
      RunningAnswers running,
      SearchIndex index,
      DocumentService documents,
      Clock clock,
      JsonMapper json,
      ObservationRegistry observations) {
    this.observations = observations;
    this.running = running;
    this.retriever = retriever;
    this.model = model;
    this.assistants = assistants;
    this.adapters = adapters;
    this.conversations = conversations;
    this.properties = properties;
    this.index = index;
    this.documents = documents;
    this.clock = clock;
    this.json = json;
    this.answerer = new Answerer(embedder, model, assistants, properties, clock, observations);
    this.finder =
        new PassageFinder(retriever, index, properties, this::tokens, embedder.spaces().isShared());
    this.previews = new PromptPreviews(answerer, model);
    this.tracer =
        new SearchTracer(retriever, finder, assistants, properties, previews, this::tokens, clock);
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
    Assistant assistant = assistants.get(question.assistant());
    question.sampling(assistant.sampling(), false);
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
    return ask(question, List.of(), listener);
  }

  /**
   * The same after turns that are kept elsewhere, as clients of {@code /v1} do.
   *
   * @param before those turns, oldest first; they come before those of the question's conversation
   */
  public Answer ask(Question question, List<Answerer.Exchange> before, AnswerListener listener) {
    Set<UUID> earlier =
        question.conversationId() == null
            ? Set.of()
            : conversations.documents(question.conversationId());
    try (RunningAnswers.Run run = running.begin(earlier, listener)) {
      try {
        Answer answer =
            Objects.requireNonNull(
                Observation.createNotStarted("kb.question", observations)
                    .contextualName("question")
                    .lowCardinalityKeyValue("assistant", question.assistant())
                    .observe(() -> ask(question, before, run)));
        LOG.info(
            "A question was answered in {} ms: {}", answer.timings().totalMs(), answer.verdict());
        return answer;
      } catch (AnswerCancelledException e) {
        run.check();
        throw e;
      }
    }
  }

  private Answer ask(
      Question question, List<Answerer.Exchange> before, RunningAnswers.Run listener) {
    UUID conversationId =
        question.conversationId() == null ? UUID.randomUUID() : question.conversationId();
    List<Answerer.Exchange> history = new ArrayList<>(before);
    history.addAll(history(question));
    Assistants.Versioned assistant = assistants.versioned(question.assistant());
    Answerer.Task task =
        task(question, assistant.assistant(), conversationId, history, Answerer.Mode.AUTO);
    Answerer.Outcome outcome = answerer.answer(task, listener);
    Answer answer = outcome.answer();
    if (question.replaces() != null) {
      conversations.cutFrom(conversationId, question.replaces());
    }
    conversations.add(
        answer.id(),
        conversationId,
        question.scope().user(),
        question.assistant(),
        question.text(),
        outcome.prompt(),
        outcome.written(),
        json.writeValueAsString(answer),
        json.writeValueAsString(trail(task, assistant, outcome, before.size())),
        listener.documents());
    withdrawIfRemoved(answer, listener.documents());
    return answer;
  }

  /**
   * A removal on this replica has waited for the answer; one on another has not. There the
   * document's row went first and stored answers after it: either it found this one, or the row is
   * gone here.
   */
  private void withdrawIfRemoved(Answer answer, Set<UUID> used) {
    if (!used.stream().allMatch(id -> documents.find(id).isPresent())) {
      conversations.findTurn(answer.id()).ifPresent(turn -> conversations.withdraw(turn));
      throw new DocumentRemovedException();
    }
  }

  private List<Answerer.Exchange> history(Question question) {
    List<Answerer.Exchange> all = history(question.conversationId(), question.scope());
    Integer replaces = question.replaces();
    return replaces == null ? all : all.subList(0, Math.min(replaces, all.size()));
  }

  private List<Answerer.Exchange> history(@Nullable UUID conversationId, AccessScope scope) {
    return conversationId == null
        ? List.of()
        : exchanges(conversationId, conversations.turns(conversationId), scope);
  }

  /** Of a turn that was made from what the asker may not read any more, the question is left. */
  private List<Answerer.Exchange> exchanges(
      UUID conversationId, List<Turn> turns, AccessScope scope) {
    Map<UUID, Set<UUID>> used = conversations.documentsByTurn(conversationId);
    return turns.stream()
        .map(
            turn ->
                used.getOrDefault(turn.id(), Set.of()).stream()
                        .allMatch(id -> documents.isReadable(id, scope))
                    ? new Answerer.Exchange(turn.question(), turn.prompt(), turn.answer())
                    : new Answerer.Exchange(turn.question(), turn.question(), WITHHELD))
        .toList();
  }

  /** Answers from the index and stores nothing, as an evaluation does. */
  public Answerer.Outcome answer(
      Question question,
      UUID conversationId,
      List<Answerer.Exchange> history,
      Answerer.Mode mode,
      AnswerListener listener) {
    Assistant assistant = assistants.get(question.assistant());
    return answerer.answer(task(question, assistant, conversationId, history, mode), listener);
  }

  private Answerer.Task task(
      Question question,
      Assistant assistant,
      UUID conversationId,
      List<Answerer.Exchange> history,
      Answerer.Mode mode) {
    long started = System.nanoTime();
    String searchedFor = answerer.condense(question.text(), history);
    Set<String> collections =
        question.collections().isEmpty()
            ? Set.copyOf(assistant.collections())
            : question.collections();
    PassageFinder.Found found =
        Answerer.TURNS.take(() -> finder.find(searchedFor, collections, question.scope(), today()));
    return new Answerer.Task(
        question,
        searchedFor,
        assistant,
        today(),
        conversationId,
        history,
        found.passages(),
        found.unknown(),
        found.scopes(),
        Answerer.millis(started),
        started,
        mode);
  }

  private Trail trail(
      Answerer.Task task, Assistants.Versioned assistant, Answerer.Outcome outcome, int keptTurns) {
    return Trail.of(
        task,
        assistant,
        outcome,
        keptTurns,
        index.generation(),
        properties,
        model.canWrite() ? new Trail.Model(model.describe(), model.fingerprint()) : null);
  }

  /**
   * Makes an answer again from the same passages, and compares.
   *
   * @param scope what the asker may read; a passage outside of it counts as gone
   * @throws org.harmonykb.conversations.UnknownAnswerException if there is no such answer
   */
  public Replay replay(UUID answerId, AccessScope scope) {
    Turn turn = conversations.turn(answerId);
    String stored = conversations.trail(answerId).orElse(null);
    if (stored == null) {
      return Replay.removed(answerId, index.generation());
    }
    Trail then = json.readValue(stored, Trail.class);
    List<Answerer.Exchange> history =
        exchanges(
            turn.conversationId(),
            conversations.turns(turn.conversationId()).stream()
                .filter(earlier -> earlier.ordinal() < turn.ordinal())
                .toList(),
            scope);
    Assistants.Versioned assistant = assistants.current().get(then.assistant());
    List<Replay.Change> changes = new ArrayList<>();
    List<Passage> passages = new ArrayList<>();
    for (Trail.Source source : then.passages()) {
      Passage now = visible(source, scope);
      String was = "revision " + source.revision();
      if (now == null) {
        changes.add(new Replay.Change("passage " + source.id(), was, "gone"));
      } else if (!Trail.Source.hash(now).equals(source.hash())) {
        changes.add(
            new Replay.Change("passage " + source.id(), was, "other text under the same id"));
      } else {
        passages.add(source.restore(now));
      }
    }
    then.changes(history, assistant, properties, model.describe(), model.fingerprint(), changes);
    adapter(then, changes);
    if (!changes.isEmpty() || assistant == null) {
      return Replay.changed(answerId, then, index.generation(), changes);
    }
    Set<UUID> earlier = conversations.documents(turn.conversationId());
    try (RunningAnswers.Run run = running.begin(earlier, AnswerListener.NONE)) {
      Answerer.Outcome again =
          answerer.answer(
              then.task(assistant.assistant(), turn.conversationId(), history, passages, scope),
              run);
      return Replay.compared(answerId, then, index.generation(), again);
    }
  }

  private void adapter(Trail then, List<Replay.Change> changes) {
    String name = then.generated() == null ? null : then.generated().adapter();
    if (name != null && adapters.list().stream().noneMatch(a -> a.name().equals(name))) {
      changes.add(new Replay.Change("adapter", name, "not loaded"));
    }
  }

  private @Nullable Passage visible(Trail.Source source, AccessScope scope) {
    if (!documents.isReadable(source.documentId(), scope)) {
      return null;
    }
    return SectionContext.find(source.id(), source.documentId(), index::passages);
  }

  /**
   * What a question would be answered from and what the model would read, without answering.
   *
   * @param assistant who would answer; may be one that is not stored
   */
  public PromptPreview preview(Assistant assistant, Question question) {
    if (question.conversationId() != null) {
      conversations.get(question.conversationId(), question.scope().user());
    }
    Answerer.Task task =
        task(question, assistant, UUID.randomUUID(), history(question), Answerer.Mode.AUTO);
    return previews.of(task);
  }

  /**
   * Searches as {@link #answer} does and tells each step; answers and stores nothing.
   *
   * @throws InvalidQuestionException if the question cannot be searched for as it was asked
   */
  public SearchTrace trace(SearchTrace.Request request) {
    if (request.conversationId() != null) {
      conversations.get(request.conversationId(), request.scope().user());
    }
    try (RunningAnswers.Run _ = running.begin(Set.of(), AnswerListener.NONE)) {
      return tracer.trace(request, history(request.conversationId(), request.scope()));
    }
  }

  /** Which wishes the loaded model heeds. */
  public Wishes.Heeded heeded() {
    return answerer.heeded();
  }

  /** Answers from given passages. */
  public Answerer answerer() {
    return answerer;
  }

  private LocalDate today() {
    return LocalDate.now(clock);
  }

  private int tokens(String text) {
    return model.tokens(text);
  }
}
