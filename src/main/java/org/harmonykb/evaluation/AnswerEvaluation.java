package org.harmonykb.evaluation;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.harmonykb.answering.Answer;
import org.harmonykb.answering.AnswerListener;
import org.harmonykb.answering.Answerer;
import org.harmonykb.answering.AnsweringService;
import org.harmonykb.answering.Assistants;
import org.harmonykb.answering.Evidence;
import org.harmonykb.answering.Question;
import org.harmonykb.answering.Sentences;
import org.harmonykb.retrieval.AccessScope;
import org.harmonykb.retrieval.Language;
import org.harmonykb.retrieval.Passage;
import org.jspecify.annotations.Nullable;

/** Asks the questions of a set and judges the answers without a model; see docs/answers.md. */
public final class AnswerEvaluation {

  /** Where answers to questions without passages come from. */
  public interface WholeIndex {

    AnsweringService answering();

    /** The document's path in the corpus folder, or null if it has none. */
    @Nullable String path(UUID documentId);
  }

  private final Answerer answerer;
  private final @Nullable WholeIndex index;
  private final Answerer.Mode mode;

  /**
   * @param answerer answers from given passages
   * @param index answers the other questions; may be null if there are none
   */
  public AnswerEvaluation(Answerer answerer, @Nullable WholeIndex index, Answerer.Mode mode) {
    this.answerer = answerer;
    this.index = index;
    this.mode = mode;
  }

  /** Whether a line needs the whole index. */
  public static boolean needsIndex(List<Line> lines) {
    return lines.stream().anyMatch(line -> line.content.passages() == null);
  }

  /** A line of a set. */
  public record Line(EvaluationLine content) {}

  public static List<Line> read(Path set) throws IOException {
    return EvaluationLine.read(set).stream().map(Line::new).toList();
  }

  /**
   * @throws IllegalArgumentException if a line is not what is expected; names the line
   */
  static List<Line> parse(String name, String text) {
    return EvaluationLine.parse(name, text.lines().toList()).stream().map(Line::new).toList();
  }

  private record Asked(
      Answerer.Outcome outcome, AnswerMetrics.Judged judged, List<Answer.Citation> sources) {}

  /**
   * @param threads questions side by side
   * @param progress takes the number of questions answered
   * @param trace takes one map per question that tells how its answer came about
   */
  public Map<String, Object> run(
      List<Line> lines,
      int threads,
      Consumer<Integer> progress,
      Consumer<Map<String, Object>> trace) {
    AnswerMetrics metrics = new AnswerMetrics();
    Map<String, AnswerMetrics> byLanguage = new TreeMap<>();
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      List<Future<Asked>> asked = new ArrayList<>();
      for (Line line : lines) {
        asked.add(pool.submit(() -> ask(line.content)));
      }
      try {
        for (int i = 0; i < asked.size(); i++) {
          EvaluationLine line = lines.get(i).content;
          Asked result = get(asked.get(i), line);
          metrics.add(result.judged);
          byLanguage
              .computeIfAbsent(Language.of(line.question()), _ -> new AnswerMetrics())
              .add(result.judged);
          trace.accept(trace(line, result));
          progress.accept(i + 1);
        }
      } catch (RuntimeException e) {
        asked.forEach(future -> future.cancel(false)); // those that have not begun
        throw e;
      }
    }
    String name = mode.name().toLowerCase(Locale.ROOT);
    Map<String, Object> summary = metrics.summary(name);
    if (byLanguage.size() > 1) {
      Map<String, Object> languages = new LinkedHashMap<>();
      byLanguage.forEach((language, of) -> languages.put(language, of.summary(name)));
      summary.put("by_language", languages);
    }
    return summary;
  }

  private static Asked get(Future<Asked> future, EvaluationLine line) {
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(
          "question " + line.id() + " could not be answered: " + e.getCause(), e.getCause());
    }
  }

  private Asked ask(EvaluationLine line) {
    Question question =
        new Question(
            line.question(),
            null,
            answerer.hasAssistant(line.assistant()) ? line.assistant() : Assistants.DEFAULT,
            Set.of(),
            null,
            null,
            null,
            AccessScope.EVERYTHING);
    List<Answerer.Exchange> history =
        line.history().stream()
            .map(turn -> new Answerer.Exchange(turn.question(), turn.question(), turn.answer()))
            .toList();
    Answerer.Outcome outcome;
    List<Answer.Citation> sources = new ArrayList<>();
    AnswerListener listener =
        new AnswerListener() {
          @Override
          public void sources(List<Answer.Citation> all) {
            sources.addAll(all);
          }
        };
    List<Passage> passages = line.passages();
    if (passages != null) {
      outcome =
          answerer.answer(
              new Answerer.Task(
                  question,
                  answerer.condense(line.question(), history),
                  UUID.randomUUID(),
                  history,
                  passages,
                  0,
                  System.nanoTime(),
                  mode),
              listener);
    } else if (index != null) {
      outcome = index.answering().answer(question, UUID.randomUUID(), history, mode, listener);
    } else {
      throw new IllegalArgumentException(line.id() + " has no passages and there is no index");
    }
    return new Asked(outcome, judge(line, outcome.answer()), sources);
  }

  private AnswerMetrics.Judged judge(EvaluationLine line, Answer answer) {
    double found = answer.refused() ? 0 : found(line, answer.answer());
    int right = 0;
    Set<String> places = new HashSet<>();
    for (Answer.Citation citation : answer.citations()) {
      right += isRight(line, citation, places) ? 1 : 0;
    }
    int expectedPlaces =
        Math.max(1, line.documents().isEmpty() ? line.gold().size() : line.documents().size());
    double citesRight =
        line.documents().isEmpty() && line.gold().isEmpty()
            ? right > 0 ? 1 : 0
            : Math.min(1, (double) places.size() / expectedPlaces);
    boolean wrote = answer.usage().completion_tokens() > 0;
    int sentences = Sentences.of(answer.answer()).size();
    return new AnswerMetrics.Judged(
        line.answerable(),
        answer.refused(),
        found,
        answer.citations().size(),
        right,
        citesRight,
        sentences,
        answer.mode().equals("generated") ? answer.unsupported().size() : 0,
        wrote,
        wrote && answer.mode().equals("extractive"),
        answer.timings().firstTokenMs(),
        answer.timings().totalMs(),
        answer.usage().prompt_tokens(),
        answer.usage().cached_tokens(),
        answer.usage().completion_tokens(),
        answer.answer().length());
  }

  private static double found(EvaluationLine line, String text) {
    long held = line.expected().stream().filter(fact -> FactMatcher.holds(text, fact)).count();
    if (line.expected().isEmpty()) {
      return 0;
    }
    return line.allExpected() ? (double) held / line.expected().size() : held > 0 ? 1 : 0;
  }

  /** Whether a cited passage is where the answer stands. */
  private boolean isRight(EvaluationLine line, Answer.Citation citation, Set<String> places) {
    List<Passage> passages = line.passages();
    if (passages == null) {
      String path = index == null ? null : index.path(citation.documentId());
      if (path != null && line.documents().contains(path)) {
        places.add(path);
        return true;
      }
      return path == null && found(line, citation.quote()) > 0;
    }
    Passage passage = passages.get(citation.n() - 1);
    if (line.gold().contains(passage.id())) {
      places.add(passage.id());
      return true;
    }
    return line.gold().isEmpty() && found(line, passage.text()) > 0;
  }

  private Map<String, Object> trace(EvaluationLine line, Asked asked) {
    Answer answer = asked.outcome.answer();
    Map<String, Object> trace = new LinkedHashMap<>();
    trace.put("id", line.id());
    trace.put("question", line.question());
    trace.put("answerable", line.answerable());
    trace.put("expected", line.expected());
    trace.put("refused", answer.refused());
    trace.put("found", asked.judged.found());
    trace.put("citations", asked.judged.citations());
    trace.put("right_citations", asked.judged.rightCitations());
    trace.put("mode", answer.mode());
    trace.put("verdict", answer.verdict());
    trace.put("answer", answer.answer());
    trace.put("written", asked.outcome.written());
    trace.put("unsupported", answer.unsupported());
    trace.put("probability", asked.outcome.evidence().probability());
    trace.put("signals", asked.outcome.evidence().signals());
    List<Map<String, Object>> sentences = new ArrayList<>();
    for (Evidence.Sentence sentence : asked.outcome.evidence().sentences()) {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("passage", sentence.passage());
      fields.put("place", sentence.place());
      fields.put("score", sentence.score());
      fields.put("features", sentence.features());
      fields.put("holds", found(line, sentence.text()));
      fields.put("text", sentence.text());
      sentences.add(fields);
    }
    trace.put("sentences", sentences);
    trace.put("searched_for", answer.searchedFor());
    List<Map<String, Object>> passages = new ArrayList<>();
    for (Answer.Citation source : asked.sources) {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("n", source.n());
      fields.put("title", source.title());
      fields.put("section", source.section());
      fields.put("right", isRight(line, source, new HashSet<>()));
      passages.add(fields);
    }
    trace.put("passages", passages);
    trace.put("completion_tokens", answer.usage().completion_tokens());
    trace.put("total_ms", answer.timings().totalMs());
    return trace;
  }
}
