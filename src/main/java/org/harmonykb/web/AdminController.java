package org.harmonykb.web;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.harmonykb.jobs.Job;
import org.harmonykb.jobs.JobService;
import org.harmonykb.retrieval.AccessScope;
import org.harmonykb.retrieval.Passage;
import org.harmonykb.retrieval.Query;
import org.harmonykb.retrieval.Retriever;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Jobs and the search lab. */
@RestController
@RequestMapping("/api/admin")
class AdminController {

  private final JobService jobs;
  private final Retriever retriever;

  AdminController(JobService jobs, Retriever retriever) {
    this.jobs = jobs;
    this.retriever = retriever;
  }

  record JobView(
      UUID id,
      Job.Kind kind,
      Job.State state,
      @Nullable UUID documentId,
      int done,
      int total,
      @Nullable String message,
      Instant createdAt,
      Instant updatedAt) {

    static JobView of(Job job) {
      return new JobView(
          job.id(),
          job.kind(),
          job.state(),
          job.documentId(),
          job.done(),
          job.total(),
          job.message(),
          job.createdAt(),
          job.updatedAt());
    }
  }

  record SearchRequest(
      @Nullable String question, @Nullable Set<String> collections, @Nullable Integer limit) {}

  @PostMapping("/reindex")
  @ResponseStatus(HttpStatus.ACCEPTED)
  JobView reindex() {
    return JobView.of(jobs.submitOnly(Job.Kind.REINDEX));
  }

  @GetMapping("/jobs")
  List<JobView> jobs() {
    return jobs.latest().stream().map(JobView::of).toList();
  }

  @GetMapping("/jobs/{id}")
  JobView job(@PathVariable UUID id) {
    return JobView.of(jobs.get(id));
  }

  @PostMapping("/jobs/{id}/cancel")
  JobView cancel(@PathVariable UUID id) {
    return JobView.of(jobs.cancel(id));
  }

  @PostMapping("/jobs/{id}/retry")
  JobView retry(@PathVariable UUID id) {
    return JobView.of(jobs.retry(id));
  }

  @PostMapping("/search")
  List<Passage> search(@RequestBody SearchRequest request) {
    if (request.question == null || request.question.isBlank()) {
      throw new IllegalArgumentException("The field question is missing");
    }
    int limit = request.limit == null ? 20 : Math.clamp(request.limit, 1, 100);
    Set<String> collections = request.collections == null ? Set.of() : request.collections;
    return retriever.search(
        new Query(request.question, collections, limit), AccessScope.EVERYTHING);
  }
}
