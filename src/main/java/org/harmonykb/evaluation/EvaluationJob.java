package org.harmonykb.evaluation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.harmonykb.answering.Answerer;
import org.harmonykb.answering.AnsweringService;
import org.harmonykb.documents.DocumentService;
import org.harmonykb.documents.StoredDocument;
import org.harmonykb.jobs.Job;
import org.harmonykb.jobs.JobHandler;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Answers a set's questions one by one, so that people who ask meanwhile are not held up. */
@Component
class EvaluationJob implements JobHandler {

  private static final int MOST_FAILURES = 50;
  private static final List<String> TOLD =
      List.of("id", "question", "expected", "answerable", "refused", "found", "answer", "verdict");

  private final EvaluationRuns runs;
  private final AnsweringService answering;
  private final DocumentService documents;

  EvaluationJob(EvaluationRuns runs, AnsweringService answering, DocumentService documents) {
    this.runs = runs;
    this.answering = answering;
    this.documents = documents;
  }

  @Override
  public Job.Kind kind() {
    return Job.Kind.EVALUATE;
  }

  @Override
  public void run(Job job, Progress progress) {
    EvaluationRuns.Order order = runs.order(job.id()).orElseGet(() -> runs.scheduled(job.id()));
    List<AnswerEvaluation.Line> lines = AnswerEvaluation.parse(order.set(), order.text());
    progress.report(0, lines.size());
    List<Map<String, Object>> failures = new ArrayList<>();
    Answerer.Mode mode = order.mode();
    Map<String, Object> result =
        new AnswerEvaluation(answering.answerer(), index(), mode)
            .run(
                lines,
                1,
                done -> progress.report(done, lines.size()),
                trace -> addFailure(trace, failures));
    runs.finish(order.id(), result, failures);
  }

  private AnswerEvaluation.WholeIndex index() {
    return new AnswerEvaluation.WholeIndex() {
      @Override
      public AnsweringService answering() {
        return answering;
      }

      @Override
      public @Nullable String path(UUID documentId) {
        return documents.find(documentId).map(StoredDocument::externalId).orElse(null);
      }
    };
  }

  private static void addFailure(Map<String, Object> trace, List<Map<String, Object>> failures) {
    boolean answerable = Boolean.TRUE.equals(trace.get("answerable"));
    boolean refused = Boolean.TRUE.equals(trace.get("refused"));
    boolean complete = trace.get("found") instanceof Double found && found >= 1;
    boolean failed = answerable ? refused || !complete : !refused;
    if (failed && failures.size() < MOST_FAILURES) {
      Map<String, Object> told = new LinkedHashMap<>();
      TOLD.forEach(key -> told.put(key, trace.get(key)));
      failures.add(told);
    }
  }
}
