package org.harmonykb.web;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.harmonykb.ingestion.ConsistencyCheck;
import org.harmonykb.ingestion.IndexAdministration;
import org.harmonykb.jobs.Job;
import org.harmonykb.jobs.JobError;
import org.harmonykb.jobs.JobSchedules;
import org.harmonykb.jobs.JobService;
import org.harmonykb.retrieval.SearchIndex;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Background jobs, index generations and their consistency. */
@RestController
@RequestMapping("/api/admin")
class JobController {

  private static final int MOST = 1000;

  private final JobService jobs;
  private final JobSchedules schedules;
  private final IndexAdministration index;
  private final ConsistencyCheck check;
  private final JsonMapper json;
  private final Clock clock;

  JobController(
      JobService jobs,
      JobSchedules schedules,
      IndexAdministration index,
      ConsistencyCheck check,
      JsonMapper json,
      Clock clock) {
    this.jobs = jobs;
    this.schedules = schedules;
    this.index = index;
    this.check = check;
    this.json = json;
    this.clock = clock;
  }

  /**
   * @param etaSeconds until the end at the pace so far; null while unknown
   * @param result what a job that is over found out; its shape is the kind's own
   */
  record JobView(
      UUID id,
      Job.Kind kind,
      Job.State state,
      @Nullable UUID documentId,
      @Nullable String argument,
      int done,
      int total,
      @Nullable Long etaSeconds,
      @Nullable String message,
      @Nullable JsonNode result,
      Instant createdAt,
      @Nullable Instant startedAt,
      @Nullable Instant finishedAt,
      Instant updatedAt) {}

  private JobView view(Job job) {
    return new JobView(
        job.id(),
        job.kind(),
        job.state(),
        job.documentId(),
        job.argument(),
        job.done(),
        job.total(),
        eta(job),
        job.message(),
        job.result() == null ? null : json.readTree(job.result()),
        job.createdAt(),
        job.startedAt(),
        job.finishedAt(),
        job.updatedAt());
  }

  private @Nullable Long eta(Job job) {
    Instant started = job.startedAt();
    if (job.state() != Job.State.RUNNING || started == null || job.done() == 0) {
      return null;
    }
    double seconds = Duration.between(started, clock.instant()).toMillis() / 1000.0;
    return Math.round(seconds / job.done() * (job.total() - job.done()));
  }

  @PostMapping("/reindex")
  @ResponseStatus(HttpStatus.ACCEPTED)
  JobView reindex(@RequestParam(defaultValue = "false") boolean force) {
    return view(index.reindex(force));
  }

  @PostMapping("/purge")
  @ResponseStatus(HttpStatus.ACCEPTED)
  JobView purge() {
    return view(jobs.submitOnly(Job.Kind.PURGE, null));
  }

  @GetMapping("/jobs")
  List<JobView> jobs(
      @RequestParam(required = false) Job.@Nullable Kind kind,
      @RequestParam(required = false) Job.@Nullable State state,
      @RequestParam(required = false) @Nullable UUID documentId,
      @RequestParam(defaultValue = "200") int limit) {
    if (limit < 1 || limit > MOST) {
      throw new IllegalArgumentException("limit must be 1 to " + MOST);
    }
    return jobs.latest(kind, state, documentId, limit).stream().map(this::view).toList();
  }

  @GetMapping("/jobs/{id}")
  JobView job(@PathVariable UUID id) {
    return view(jobs.get(id));
  }

  @GetMapping("/jobs/{id}/errors")
  List<JobError> errors(@PathVariable UUID id) {
    return jobs.errors(jobs.get(id).id());
  }

  @PostMapping("/jobs/{id}/cancel")
  JobView cancel(@PathVariable UUID id) {
    return view(jobs.cancel(id));
  }

  /**
   * @param force for a re-index that found the generations too far apart
   * @param confirm for a sync that would delete much: what it asked for
   */
  @PostMapping("/jobs/{id}/retry")
  JobView retry(
      @PathVariable UUID id,
      @RequestParam(defaultValue = "false") boolean force,
      @RequestParam(required = false) @Nullable String confirm) {
    Job job = jobs.get(id);
    return view(jobs.retry(id, argument(job, force, confirm)));
  }

  private static @Nullable String argument(Job job, boolean force, @Nullable String confirm) {
    if (job.kind() == Job.Kind.REINDEX && force) {
      return "force";
    }
    String argument = job.argument();
    if (job.kind() == Job.Kind.SYNC && confirm != null && argument != null) {
      if (!confirm.matches("[0-9a-f]{1,64}")) {
        throw new IllegalArgumentException("confirm must be what the job asked for");
      }
      return argument.substring(0, argument.indexOf('/') + 1) + confirm;
    }
    return null;
  }

  @GetMapping("/schedules")
  List<JobSchedules.Scheduled> schedules() {
    return schedules.all();
  }

  @GetMapping("/ingestion")
  IndexAdministration.IngestionProgress ingestion() {
    return index.progress();
  }

  @GetMapping("/index")
  List<SearchIndex.Generation> generations() {
    return index.generations();
  }

  @PostMapping("/index/rollback")
  List<SearchIndex.Generation> rollBack() {
    return index.rollBack();
  }

  /**
   * What database, files and index disagree about.
   *
   * @param repaired whether it was mended
   */
  record Checked(boolean consistent, boolean repaired, List<ConsistencyCheck.Finding> findings) {}

  @PostMapping("/check")
  Checked check(@RequestParam(defaultValue = "false") boolean repair) {
    List<ConsistencyCheck.Finding> findings = repair ? check.repair() : check.find();
    return new Checked(findings.isEmpty(), repair, findings);
  }
}
