package org.harmonykb.evaluation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.harmonykb.answering.Answerer;
import org.harmonykb.answering.LanguageModel;
import org.harmonykb.documents.DocumentProperties;
import org.harmonykb.jobs.Job;
import org.harmonykb.jobs.JobService;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Evaluations that admins start; a job runs each, and its figures stay. */
@Service
public class EvaluationRuns {

  /** The set of the sample company. */
  public static final String CORPUS = "corpus";

  /** What readers said. */
  public static final String FEEDBACK = "feedback";

  private static final int LONGEST_SET = 20_000_000;
  private static final int MOST = 200;
  private static final String COLUMNS =
      "select r.id, r.set_name, r.questions, r.mode, r.job_id, r.result, r.failures, r.created_at,"
          + " r.finished_at, j.state, j.done, j.message from evaluation_run r left join job j on"
          + " j.id = r.job_id ";

  private final JdbcClient database;
  private final JobService jobs;
  private final FeedbackLines feedback;
  private final DocumentProperties documents;
  private final LanguageModel model;
  private final Clock clock;
  private final JsonMapper json;

  EvaluationRuns(
      JdbcClient database,
      JobService jobs,
      FeedbackLines feedback,
      DocumentProperties documents,
      LanguageModel model,
      Clock clock,
      JsonMapper json) {
    this.database = database;
    this.jobs = jobs;
    this.feedback = feedback;
    this.documents = documents;
    this.model = model;
    this.clock = clock;
    this.json = json;
  }

  /**
   * A run.
   *
   * @param state of its job
   * @param done questions answered so far
   * @param result as {@code bin/kb eval answers} prints it, or null before the end
   * @param failures the worst answers, told one by one
   */
  public record Run(
      UUID id,
      String set,
      int questions,
      String mode,
      UUID jobId,
      String state,
      int done,
      @Nullable String message,
      @Nullable JsonNode result,
      @Nullable JsonNode failures,
      Instant createdAt,
      @Nullable Instant finishedAt) {}

  /**
   * Begins a run.
   *
   * @param set {@link #CORPUS}, {@link #FEEDBACK}, or a name for the given lines
   * @param lines a set of the caller's own, one JSON object per line, or null
   * @param limit the first questions only, or null for all
   * @throws IllegalArgumentException if the set is none or empty
   */
  @Transactional
  public Run start(
      String set, @Nullable String lines, Answerer.Mode mode, @Nullable Integer limit) {
    if (mode == Answerer.Mode.GENERATED && !model.canWrite()) {
      throw new IllegalArgumentException(model.describe());
    }
    String text = lines == null ? known(set) : lines;
    if (text.length() > LONGEST_SET) {
      throw new IllegalArgumentException("A set may have " + LONGEST_SET + " characters");
    }
    List<String> all = text.lines().filter(line -> !line.isBlank()).toList();
    if (limit != null) {
      all = all.subList(0, Math.min(Math.max(limit, 0), all.size()));
    }
    String chosen = String.join("\n", all);
    int questions = AnswerEvaluation.parse(set, chosen).size();
    if (questions == 0) {
      throw new IllegalArgumentException("The set " + set + " has no questions");
    }
    Job job = jobs.submit(Job.Kind.EVALUATE, null);
    UUID id = insert(set, chosen, questions, mode, job.id());
    return find(id).orElseThrow();
  }

  private UUID insert(String set, String text, int questions, Answerer.Mode mode, UUID jobId) {
    UUID id = UUID.randomUUID();
    database
        .sql(
            "insert into evaluation_run (id, set_name, set_text, questions, mode, job_id,"
                + " created_at) values (?, ?, ?, ?, ?, ?, ?)")
        .param(id)
        .param(set)
        .param(text)
        .param(questions)
        .param(mode.name().toLowerCase(Locale.ROOT))
        .param(jobId)
        .param(Timestamp.from(clock.instant()))
        .update();
    return id;
  }

  /**
   * The run of a job that a schedule began: the sample company's set, answered as people are.
   *
   * @throws IllegalArgumentException if there is no such set
   */
  Order scheduled(UUID jobId) {
    String text = known(CORPUS);
    int questions = AnswerEvaluation.parse(CORPUS, text).size();
    UUID id = insert(CORPUS, text, questions, Answerer.Mode.AUTO, jobId);
    return new Order(id, CORPUS, text, Answerer.Mode.AUTO);
  }

  private String known(String set) {
    return switch (set) {
      case FEEDBACK -> feedback.text();
      case CORPUS -> {
        Path file = documents.corpusDir().resolve("questions.jsonl");
        try {
          yield Files.readString(file);
        } catch (IOException e) {
          throw new IllegalArgumentException("The set " + file + " cannot be read", e);
        }
      }
      default ->
          throw new IllegalArgumentException(
              "set is corpus or feedback, or comes with lines of its own");
    };
  }

  /** The latest first, without the failures. */
  public List<Run> latest() {
    return database
        .sql(COLUMNS + "order by r.created_at desc limit " + MOST)
        .query((row, _) -> run(row, false))
        .list();
  }

  public Optional<Run> find(UUID id) {
    return database
        .sql(COLUMNS + "where r.id = ?")
        .param(id)
        .query((row, _) -> run(row, true))
        .optional();
  }

  /** What a job is to do. */
  record Order(UUID id, String set, String text, Answerer.Mode mode) {}

  Optional<Order> order(UUID jobId) {
    return database
        .sql("select id, set_name, set_text, mode from evaluation_run where job_id = ?")
        .param(jobId)
        .query(
            (row, _) ->
                new Order(
                    row.getObject(1, UUID.class),
                    row.getString(2),
                    row.getString(3),
                    Answerer.Mode.valueOf(row.getString(4).toUpperCase(Locale.ROOT))))
        .optional();
  }

  void finish(UUID id, Object result, Object failures) {
    database
        .sql("update evaluation_run set result = ?, failures = ?, finished_at = ? where id = ?")
        .param(json.writeValueAsString(result))
        .param(json.writeValueAsString(failures))
        .param(Timestamp.from(clock.instant()))
        .param(id)
        .update();
  }

  private Run run(ResultSet row, boolean whole) throws SQLException {
    String result = row.getString(6);
    String failures = row.getString(7);
    Timestamp finished = row.getTimestamp(9);
    return new Run(
        row.getObject(1, UUID.class),
        row.getString(2),
        row.getInt(3),
        row.getString(4),
        row.getObject(5, UUID.class),
        row.getString(10) == null ? "GONE" : row.getString(10),
        row.getInt(11),
        row.getString(12),
        result == null ? null : json.readTree(result),
        failures == null || !whole ? null : json.readTree(failures),
        row.getTimestamp(8).toInstant(),
        finished == null ? null : finished.toInstant());
  }
}
