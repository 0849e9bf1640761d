package org.harmonykb.answering;

import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import org.harmonykb.engine.LogitsMask;
import org.harmonykb.retrieval.Embedder;
import org.harmonykb.retrieval.Language;
import org.harmonykb.retrieval.Passage;
import org.jspecify.annotations.Nullable;

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

  static final double REPETITION_PENALTY = 1.1;

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
   * @param passages what to answer from, the best first
   * @param retrievalMs what it took to find them
   * @param startedNanos when the question came, by {@link System#nanoTime}
   */
  public record Task(
      Question question,
      String searchedFor,
      UUID conversationId,
      List<Exchange> history,
      List<Passage> passages,
      double retrievalMs,
      long startedNanos,
      Mode mode) {}

  /**
   * @param prompt the user message as the model saw it, or the question
   * @param written what the model wrote, or the answer
   * @param evidence what the answer was judged by
   */
  public record Outcome(Answer answer, String prompt, String written, Evidence evidence) {}

  private final EvidenceRanker ranker;
  private final LanguageModel model;
  private final Assistants assistants;
  private final AnsweringProperties properties;
  private final @Nullable Generator generator;

  public Answerer(
      Embedder embedder,
      LanguageModel model,
      Assistants assistants,
      AnsweringProperties properties,
      Clock clock) {
    this.ranker = new EvidenceRanker(embedder);
    this.model = model;
    this.assistants = assistants;
    this.properties = properties;
    LanguageModel.Loaded loaded = model.loaded();
    this.generator = loaded == null ? null : new Generator(loaded, clock);
  }

  public boolean hasAssistant(String id) {
    return assistants.all().stream().anyMatch(assistant -> assistant.id().equals(id));
  }

  /** The question with what it takes from the turns before, for {@link Task#searchedFor}. */
  public String condense(String question, List<Exchange> history) {
    return QuestionCondenser.condense(question, history.stream().map(Exchange::question).toList());
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
    List<Answer.Citation> sources = new ArrayList<>();
    for (int i = 0; i < task.passages.size(); i++) {
      sources.add(Citations.of(i + 1, task.passages.get(i)));
    }
    listener.sources(sources);
    Evidence evidence = ranker.rank(task.searchedFor, task.passages);
    if (evidence.sentences().isEmpty() || evidence.probability() < properties.minEvidence()) {
      String mode = generator == null || task.mode == Mode.EXTRACTIVE ? "extractive" : "generated";
      Answer answer = refused(task, mode, listener);
      return new Outcome(answer, task.question.text(), answer.answer(), evidence);
    }
    if (generator == null || task.mode == Mode.EXTRACTIVE) {
      String notice =
          generator == null ? model.describe() + ". This answer quotes the documents." : null;
      Answer answer = extractive(task, evidence, notice, listener);
      return new Outcome(answer, task.question.text(), answer.answer(), evidence);
    }
    return generated(generator, task, evidence, listener);
  }

  private Answer refused(Task task, String mode, AnswerListener listener) {
    String language = Language.of(task.question.text());
    String text = Refusal.text(assistants.get(task.question.assistant()), language, task.passages);
    listener.token(text);
    return new Answer(
        text,
        List.of(),
        true,
        "refused",
        List.of(),
        new Answer.Usage(0, 0, 0),
        timings(task, millis(task.startedNanos)),
        task.conversationId,
        mode,
        generator == null ? model.describe() : null,
        task.searchedFor);
  }

  private Answer extractive(
      Task task, Evidence evidence, @Nullable String notice, AnswerListener listener) {
    List<Evidence.Sentence> quoted = Extractive.choose(evidence);
    String text = Extractive.quote(quoted);
    listener.token(text);
    return new Answer(
        text,
        Citations.of(
            quoted.stream().map(Evidence.Sentence::passage).distinct().toList(),
            task.passages,
            listener),
        false,
        "supported",
        List.of(),
        new Answer.Usage(0, 0, 0),
        timings(task, millis(task.startedNanos)),
        task.conversationId,
        "extractive",
        notice,
        task.searchedFor);
  }

  private Outcome generated(
      Generator writer, Task task, Evidence evidence, AnswerListener listener) {
    Question question = task.question;
    String language = Language.of(question.text());
    PromptTemplate.Style style = PromptTemplate.style(properties.style(), writer.parameters());
    List<Evidence.Sentence> shown = shown(evidence);
    PromptTemplate prompt =
        style == PromptTemplate.Style.PASSAGES
            ? PromptTemplate.ofPassages(
                assistants.get(question.assistant()),
                question.text(),
                task.passages,
                bestPassages(evidence, task.passages.size()),
                language)
            : PromptTemplate.ofEvidence(task.searchedFor, shown, task.passages, language);
    LogitsMask mask =
        style == PromptTemplate.Style.COPY
            ? writer.copying(shown, COPIED)
            : writer.citing(prompt.passages());
    double before = millis(task.startedNanos);
    Generator.Generated generated =
        writer.write(
            prompt.instructions(),
            task.history,
            prompt.message(),
            question.sampling(style == PromptTemplate.Style.COPY ? 1 : REPETITION_PENALTY),
            question.maxTokens() == null ? properties.maxTokens() : question.maxTokens(),
            mask,
            question.adapter(),
            listener);
    Answer answer =
        Abstention.isOne(generated.text())
            ? refused(task, "generated", listener)
            : verified(
                generated,
                before + generated.firstTokenMs(),
                task,
                evidence,
                style != PromptTemplate.Style.PASSAGES && properties.quotesEvidence(),
                listener);
    return new Outcome(answer, generated.prompt(), generated.text(), evidence);
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
      boolean withQuotes,
      AnswerListener listener) {
    AnswerVerifier.Verified verified = AnswerVerifier.verify(generated.text(), task.passages);
    Answer.Usage usage =
        new Answer.Usage(
            generated.usage().promptTokens(),
            generated.usage().cachedTokens(),
            generated.usage().completionTokens());
    if (!verified.isTrustworthy()) {
      String notice =
          "What the model wrote is not borne out by the documents; here is what they say.";
      Answer quoted = extractive(task, evidence, notice, listener);
      return new Answer(
          quoted.answer(),
          quoted.citations(),
          false,
          "unsupported",
          verified.unsupported(),
          usage,
          timings(task, firstTokenMs),
          task.conversationId,
          "extractive",
          quoted.notice(),
          task.searchedFor);
    }
    String text = verified.text();
    Set<Integer> cited = new TreeSet<>(verified.cited());
    if (withQuotes) {
      List<Evidence.Sentence> basis =
          Extractive.choose(evidence).stream()
              .filter(sentence -> !generated.text().contains(sentence.text()))
              .toList();
      text += basis.isEmpty() ? "" : "\n\n" + Extractive.quote(basis);
      basis.forEach(sentence -> cited.add(sentence.passage()));
    }
    String notice =
        generated.trimmedTurns() > 0
            ? "The first " + generated.trimmedTurns() + " turns no longer fit and were left out."
            : null;
    return new Answer(
        text,
        Citations.of(List.copyOf(cited), task.passages, listener),
        false,
        verified.unsupported().isEmpty() ? "supported" : "partly supported",
        verified.unsupported(),
        usage,
        timings(task, firstTokenMs),
        task.conversationId,
        "generated",
        notice,
        task.searchedFor);
  }

  private static Answer.Timings timings(Task task, double firstTokenMs) {
    return new Answer.Timings(task.retrievalMs, firstTokenMs, millis(task.startedNanos));
  }

  static double millis(long since) {
    return Math.round((System.nanoTime() - since) / 1e4) / 100.0;
  }
}
