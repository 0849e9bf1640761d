package org.harmonykb.answering;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import java.time.Clock;
import java.time.LocalDate;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.harmonykb.engine.LogitsMask;
import org.harmonykb.remote.NoBackEndException;
import org.harmonykb.retrieval.Embedder;
import org.harmonykb.retrieval.Language;
import org.harmonykb.retrieval.Passage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From a question and passages to a checked answer: judge the evidence, refuse or write, verify.
 * What the passages do not hold is refused; what the model writes without support is replaced by
 * quotes. Thread-safe; keeps nothing.
 */
public final class Answerer {

  /** Sentences that a small model sees. */
  private static final int SHOWN = 5;

  /** Sentences that it may copy. */
  private static final int COPIED = 2;

  /** Of all answers of the process. */
  static final ProcessorTurns TURNS =
      new ProcessorTurns(Runtime.getRuntime().availableProcessors());

  private static final Logger LOG = LoggerFactory.getLogger(Answerer.class);

  /** Who writes. */
  public enum Mode {
    /** The model where there is one, else quotes. */
    AUTO,
    /** Quotes, whatever is loaded. */
    EXTRACTIVE,
    /** The model. */
    GENERATED
  }

  /**
   * An earlier turn.
   *
   * @param prompt the user message as the model saw it
   * @param answer what the model wrote
   */
  public record Exchange(String question, String prompt, String answer) {}

  /**
   * What is to be answered.
   *
   * @param searchedFor the question, self-contained
   * @param assistant who answers; null takes the question's
   * @param date the day that the prompt names; null takes today
   * @param passages what to answer from, the best first
   * @param unknown what of the question no document speaks of
   * @param scopes where the passages' documents apply
   * @param retrievalMs what it took to find them
   * @param startedNanos when the question came, by {@link System#nanoTime}
   */
  public record Task(
      Question question,
      String searchedFor,
      @Nullable Assistant assistant,
      @Nullable LocalDate date,
      UUID conversationId,
      List<Exchange> history,
      List<Passage> passages,
      UnknownWords.Unknown unknown,
      Scopes scopes,
      double retrievalMs,
      long startedNanos,
      Mode mode) {

    /** Of passages that were given, by an assistant of the service, today. */
    public Task(
        Question question,
        String searchedFor,
        UUID conversationId,
        List<Exchange> history,
        List<Passage> passages,
        double retrievalMs,
        long startedNanos,
        Mode mode) {
      this(
          question,
          searchedFor,
          null,
          null,
          conversationId,
          history,
          passages,
          UnknownWords.Unknown.NOTHING,
          Scopes.NONE,
          retrievalMs,
          startedNanos,
          mode);
    }
  }

  /**
   * @param prompt the user message as the model saw it, or the question
   * @param written what the model wrote, or the answer
   * @param evidence what the answer was judged by
   * @param generated what the model was told and wrote, or null if it was not asked
   */
  public record Outcome(
      Answer answer,
      String prompt,
      String written,
      Evidence evidence,
      Trail.@Nullable Written generated) {}

  /** A prompt that is ready, and how its answer is to be read. */
  record Prepared(PromptTemplate.Style style, Set<Integer> passages, Generator.Order order) {}

  private final EvidenceRanker ranker;
  private final LanguageModel model;
  private final Assistants assistants;
  private final AnsweringProperties properties;
  private final AnswerForms forms;
  private final ObservationRegistry observations;
  private final @Nullable Generator generator;

  public Answerer(
      Embedder embedder,
      LanguageModel model,
      Assistants assistants,
      AnsweringProperties properties,
      Clock clock,
      ObservationRegistry observations) {
    this.observations = observations;
    this.ranker = new EvidenceRanker(embedder);
    this.model = model;
    this.assistants = assistants;
    this.properties = properties;
    this.forms = new AnswerForms(properties.quotesEvidence());
    this.generator = model.generator(clock);
  }

  public boolean hasAssistant(String id) {
    return assistants.all().stream().anyMatch(assistant -> assistant.id().equals(id));
  }

  /** The question with what it takes from the turns before, for {@link Task#searchedFor}. */
  public String condense(String question, List<Exchange> history) {
    List<String> earlier = history.stream().map(Exchange::question).toList();
    return step("condense", () -> QuestionCondenser.condense(question, earlier));
  }

  /**
   * Answers, and tells a listener as the answer comes.
   *
   * @throws InvalidQuestionException if the model is asked for and there is none
   */
  public Outcome answer(Task task, AnswerListener listener) {
    if (task.mode == Mode.GENERATED && generator == null) {
      throw new InvalidQuestionException(model.describe());
    }
    listener.sources(Citations.sources(task.passages));
    Evidence evidence = rank(task);
    boolean quotes = generator == null || task.mode == Mode.EXTRACTIVE;
    if (!isEnough(evidence)) {
      Answer answer = refused(task, quotes ? "extractive" : "generated", listener);
      return new Outcome(answer, task.question.text(), answer.answer(), evidence, null);
    }
    if (generator == null || task.mode == Mode.EXTRACTIVE) {
      String notice =
          generator == null ? Notices.withoutModel(model.describe(), language(task)) : null;
      return quoted(task, evidence, notice, listener);
    }
    return generated(generator, task, evidence, listener);
  }

  Wishes.Heeded heeded() {
    return generator == null
        ? new Wishes.Heeded(false, false)
        : new Wishes.Heeded(
            generator.style(properties.style()) != PromptTemplate.Style.COPY, generator.thinks());
  }

  Evidence rank(Task task) {
    return step(
        "rank",
        () ->
            TURNS.take(
                () -> ranker.rank(task.searchedFor, task.passages, task.unknown, task.scopes)));
  }

  /** A step of an answer, as traces and metrics see it. */
  private <T> T step(String name, Supplier<T> work) {
    return Objects.requireNonNull(
        Observation.createNotStarted("kb.answer.step", observations)
            .contextualName(name)
            .lowCardinalityKeyValue("step", name)
            .observe(work));
  }

  /** The first gate. */
  boolean isEnough(Evidence evidence) {
    return !evidence.sentences().isEmpty() && evidence.probability() >= properties.minEvidence();
  }

  private Assistant assistant(Task task) {
    return task.assistant == null ? assistants.get(task.question.assistant()) : task.assistant;
  }

  private Answer refused(Task task, String mode, AnswerListener listener) {
    String language = Language.of(task.question.text());
    Assistant assistant = assistant(task);
    String text = Refusal.text(assistant, language, task.passages);
    listener.token(text);
    return new Answer(
        UUID.randomUUID(),
        text,
        List.of(),
        List.of(),
        true,
        "refused",
        List.of(),
        Refusal.nearest(task.passages),
        assistant.contact(language),
        new Answer.Usage(0, 0, 0),
        timings(task, millis(task.startedNanos)),
        task.conversationId,
        mode,
        generator == null ? model.describe() : null,
        task.searchedFor);
  }

  private Outcome quoted(
      Task task, Evidence evidence, @Nullable String notice, AnswerListener listener) {
    Answer answer = extractive(task, evidence, notice, listener);
    return new Outcome(answer, task.question.text(), answer.answer(), evidence, null);
  }

  private Answer extractive(
      Task task, Evidence evidence, @Nullable String notice, AnswerListener listener) {
    Draft draft = forms.quotes(assistant(task), language(task), evidence, task.passages);
    listener.token(draft.text());
    return finished(
        task,
        draft,
        "supported",
        List.of(),
        new Answer.Usage(0, 0, 0),
        millis(task.startedNanos),
        "extractive",
        notice,
        listener);
  }

  private Answer finished(
      Task task,
      Draft draft,
      String verdict,
      List<String> unsupported,
      Answer.Usage usage,
      double firstTokenMs,
      String mode,
      @Nullable String notice,
      AnswerListener listener) {
    List<Answer.Sentence> sentences = draft.sentences();
    return new Answer(
        UUID.randomUUID(),
        draft.text(),
        Citations.of(sentences, task.passages, listener),
        sentences,
        false,
        verdict,
        unsupported,
        List.of(),
        null,
        usage,
        timings(task, firstTokenMs),
        task.conversationId,
        mode,
        notice,
        task.searchedFor);
  }

  private static String language(Task task) {
    return Language.of(task.question.text());
  }

  /** What the model will be told, or null if there is none. */
  @Nullable Prepared prepare(Task task, Evidence evidence) {
    return generator == null ? null : prepare(generator, task, evidence);
  }

  /** The prompt's text, control tokens included. */
  String text(Prepared prepared) {
    return generator == null ? "" : generator.text(prepared.order);
  }

  /** How many tokens it takes. */
  int tokens(Prepared prepared) {
    return generator == null ? 0 : generator.tokens(prepared.order);
  }

  private Prepared prepare(Generator writer, Task task, Evidence evidence) {
    Question question = task.question;
    Assistant assistant = assistant(task);
    PromptTemplate.Style style = writer.style(properties.style());
    boolean copies = style == PromptTemplate.Style.COPY;
    List<Evidence.Sentence> shown = shown(evidence);
    PromptTemplate prompt =
        style == PromptTemplate.Style.PASSAGES
            ? PromptTemplate.ofPassages(
                assistant,
                question.wishes().instructions(),
                question.text(),
                task.passages,
                bestPassages(evidence, task.passages.size()),
                language(task))
            : PromptTemplate.ofEvidence(
                copies ? null : question.wishes().instructions(),
                task.searchedFor,
                shown,
                task.passages,
                language(task));
    LogitsMask mask = copies ? writer.copying(shown, COPIED) : writer.citing(prompt.passages());
    Integer limit =
        question.maxTokens() == null ? assistant.sampling().maxTokens() : question.maxTokens();
    return new Prepared(
        style,
        prompt.passages(),
        new Generator.Order(
            task.conversationId,
            task.date == null ? writer.today() : task.date,
            question.wishes().reasoningEffort() == null
                ? assistant.reasoningEffort()
                : question.wishes().reasoningEffort(),
            prompt.instructions(),
            task.history,
            prompt.message(),
            prompt.passages(),
            question.sampling(assistant.sampling(), copies),
            limit == null ? properties.maxTokens() : limit,
            mask,
            question.adapter()));
  }

  private Outcome generated(
      Generator writer, Task task, Evidence evidence, AnswerListener listener) {
    Prepared prepared = step("prompt", () -> prepare(writer, task, evidence));
    double before = millis(task.startedNanos);
    Generator.Generated generated;
    try {
      generated = writer.write(prepared.order, listener);
    } catch (NoBackEndException e) {
      if (task.mode == Mode.GENERATED) {
        throw e;
      }
      LOG.warn("An answer is made of quotes: {}", e.getMessage());
      return quoted(task, evidence, Notices.nobodyWrites(language(task)), listener);
    }
    Answer answer =
        Abstention.isOne(generated.text())
            ? refused(task, "generated", listener)
            : step(
                "verify",
                () ->
                    verified(
                        generated,
                        before + generated.firstTokenMs(),
                        task,
                        evidence,
                        prepared.style != PromptTemplate.Style.PASSAGES,
                        listener));
    return new Outcome(
        answer, generated.prompt(), generated.text(), evidence, written(prepared, generated));
  }

  private static Trail.Written written(Prepared prepared, Generator.Generated generated) {
    Generator.Order order = prepared.order;
    return new Trail.Written(
        prepared.style.name().toLowerCase(Locale.ROOT),
        generated.promptHash(),
        generated.usage().promptTokens(),
        order.sampling(),
        order.maxTokens(),
        order.adapter() == null ? null : order.adapter().name(),
        order.adapter() == null ? null : order.adapter().scale(),
        generated.tokens(),
        generated.backEnd());
  }

  /**
   * The sentences that a small model sees, in the order of the passages: the best of those passages
   * that are worth a quote, so that it cites no others.
   */
  private static List<Evidence.Sentence> shown(Evidence evidence) {
    Set<Integer> quoted =
        Extractive.choose(evidence).stream()
            .map(Evidence.Sentence::passage)
            .collect(Collectors.toSet());
    return evidence.sentences().stream()
        .filter(sentence -> quoted.contains(sentence.passage()))
        .limit(SHOWN)
        .sorted(Comparator.comparingInt(Evidence.Sentence::place))
        .toList();
  }

  /** The passages with the best sentences, by number. */
  private Set<Integer> bestPassages(Evidence evidence, int count) {
    Set<Integer> numbers = new TreeSet<>();
    for (Evidence.Sentence sentence : evidence.sentences()) {
      if (numbers.size() < Math.min(count, properties.promptPassages())) {
        numbers.add(sentence.passage());
      }
    }
    return numbers;
  }

  private Answer verified(
      Generator.Generated generated,
      double firstTokenMs,
      Task task,
      Evidence evidence,
      boolean isSmall,
      AnswerListener listener) {
    AnswerVerifier.Verified verified =
        TURNS.take(() -> AnswerVerifier.verify(generated.text(), task.passages));
    Answer.Usage usage =
        new Answer.Usage(
            generated.usage().promptTokens(),
            generated.usage().cachedTokens(),
            generated.usage().completionTokens());
    if (!verified.isTrustworthy()) {
      Draft quotes = forms.quotes(assistant(task), language(task), evidence, task.passages);
      return finished(
          task,
          quotes,
          "unsupported",
          verified.unsupported(),
          usage,
          firstTokenMs,
          "extractive",
          Notices.notBorneOut(language(task)),
          listener);
    }
    Draft draft =
        forms.written(
            assistant(task), language(task), verified.draft(), evidence, task.passages, isSmall);
    String notice =
        generated.trimmedTurns() > 0
            ? Notices.trimmed(generated.trimmedTurns(), language(task))
            : null;
    return finished(
        task,
        draft,
        verified.unsupported().isEmpty() ? "supported" : "partly supported",
        verified.unsupported(),
        usage,
        firstTokenMs,
        "generated",
        notice,
        listener);
  }

  private static Answer.Timings timings(Task task, double firstTokenMs) {
    return new Answer.Timings(task.retrievalMs, firstTokenMs, millis(task.startedNanos));
  }

  static double millis(long since) {
    return Math.round((System.nanoTime() - since) / 1e4) / 100.0;
  }
}
