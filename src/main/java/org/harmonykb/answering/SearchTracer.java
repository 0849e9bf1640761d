package org.harmonykb.answering;

import java.time.Clock;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.ToIntFunction;
import org.harmonykb.retrieval.Passage;
import org.harmonykb.retrieval.Query;
import org.harmonykb.retrieval.RetrievalTrace;
import org.harmonykb.retrieval.Retriever;

/** Searches as an answer does and tells each step. Thread-safe. */
final class SearchTracer {

  private final Retriever retriever;
  private final PassageFinder finder;
  private final Assistants assistants;
  private final AnsweringProperties properties;
  private final PromptPreviews previews;
  private final ToIntFunction<String> tokens;
  private final Clock clock;

  /**
   * @param tokens how many the model sees in a text
   */
  SearchTracer(
      Retriever retriever,
      PassageFinder finder,
      Assistants assistants,
      AnsweringProperties properties,
      PromptPreviews previews,
      ToIntFunction<String> tokens,
      Clock clock) {
    this.retriever = retriever;
    this.finder = finder;
    this.assistants = assistants;
    this.properties = properties;
    this.previews = previews;
    this.tokens = tokens;
    this.clock = clock;
  }

  /**
   * @param turns of the conversation that the question goes on with, oldest first
   * @throws InvalidQuestionException if the question cannot be searched for as it was asked
   */
  SearchTrace trace(SearchTrace.Request request, List<Answerer.Exchange> turns) {
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
    turns.forEach(turn -> earlier.add(turn.question()));
    long started = System.nanoTime();
    QuestionCondenser.Condensed condensed = QuestionCondenser.explain(request.question(), earlier);
    double condenseMs = Answerer.millis(started);
    Query.Filters filters =
        request.filters().collections().isEmpty()
            ? request
                .filters()
                .withCollections(CuratedAnswers.with(Set.copyOf(assistant.collections())))
            : request.filters();
    if (filters.effectiveOn() == null) {
      filters = filters.withEffectiveOn(today());
    }
    int limit = Math.max(PassageFinder.CANDIDATES, request.limit());
    RetrievalTrace retrieval =
        retriever.trace(
            new Query(condensed.text(), filters, limit)
                .withRelated(Glossary.BUILT_IN.related(condensed.text())),
            request.scope());
    long searched = System.nanoTime();
    List<ContextBuilder.Verdict> verdicts =
        ContextBuilder.judge(
            retrieval.candidates().stream()
                .map(RetrievalTrace.Candidate::passage)
                .limit(PassageFinder.CANDIDATES)
                .toList(),
            properties.passages(),
            properties.passageTokens(),
            tokens,
            filters.effectiveOn() == null ? today() : filters.effectiveOn());
    double contextMs = Answerer.millis(searched);
    double totalMs = Answerer.millis(started);
    Set<String> collections =
        request.filters().collections().isEmpty()
            ? Set.copyOf(assistant.collections())
            : request.filters().collections();
    PassageFinder.Found found =
        filters.languages().isEmpty() && filters.documents().isEmpty()
            ? finder.find(
                condensed.text(),
                collections,
                request.scope(),
                filters.effectiveOn() == null ? today() : filters.effectiveOn())
            : new PassageFinder.Found(
                chosen(retrieval, verdicts), UnknownWords.Unknown.NOTHING, Scopes.NONE);
    return SearchTrace.of(
        request,
        condensed,
        filters,
        retrieval,
        verdicts,
        condenseMs,
        contextMs,
        totalMs,
        previews.of(traced(request, condensed.text(), assistant, turns, found)));
  }

  /** The question as it would be answered, had it been asked in its conversation. */
  private Answerer.Task traced(
      SearchTrace.Request request,
      String searchedFor,
      Assistant assistant,
      List<Answerer.Exchange> turns,
      PassageFinder.Found found) {
    Question question =
        new Question(
            request.question(),
            request.conversationId(),
            assistant.id(),
            Set.of(),
            null,
            null,
            null,
            request.scope());
    return new Answerer.Task(
        question,
        searchedFor,
        assistant,
        today(),
        UUID.randomUUID(),
        turns,
        found.passages(),
        found.unknown(),
        found.scopes(),
        0,
        System.nanoTime(),
        Answerer.Mode.AUTO);
  }

  /** What answers cannot be narrowed to is answered from as it was found. */
  private static List<Passage> chosen(
      RetrievalTrace retrieval, List<ContextBuilder.Verdict> verdicts) {
    List<Passage> passages = new ArrayList<>();
    for (int i = 0; i < verdicts.size(); i++) {
      if (verdicts.get(i) == ContextBuilder.Verdict.CHOSEN) {
        passages.add(retrieval.candidates().get(i).passage());
      }
    }
    return passages;
  }

  private LocalDate today() {
    return LocalDate.now(clock);
  }
}
