package org.harmonykb.jobs;

import com.github.kagkarlsson.scheduler.Scheduler;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.data.domain.Limit;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** Queues jobs and tells about them. db-scheduler runs each exactly once at a time. */
@Service
public class JobService {

  private static final String CONFLICT = "Such a job is queued or running already";
  private static final List<Job.State> ACTIVE = List.of(Job.State.QUEUED, Job.State.RUNNING);

  private final Jobs jobs;
  private final JobErrors errors;
  private final ObjectProvider<Scheduler> scheduler;
  private final JdbcClient jdbc;
  private final Clock clock;

  JobService(
      Jobs jobs,
      JobErrors errors,
      ObjectProvider<Scheduler> scheduler,
      JdbcClient jdbc,
      Clock clock) {
    this.jobs = jobs;
    this.errors = errors;
    this.scheduler = scheduler;
    this.jdbc = jdbc;
    this.clock = clock;
  }

  /** Queues the reading of a document in the caller's transaction; it runs if that commits. */
  @Transactional
  public Job submit(Job.Kind kind, @Nullable UUID documentId) {
    return submit(kind, documentId, null);
  }

  private Job submit(Job.Kind kind, @Nullable UUID documentId, @Nullable String argument) {
    Job job = save(new Job(UUID.randomUUID(), kind, documentId, argument, clock.instant()));
    schedule(job);
    return job;
  }

  /** Another replica may have been faster than a look into the table. */
  private Job save(Job job) {
    try {
      return jobs.saveAndFlush(job);
    } catch (DataIntegrityViolationException e) {
      throw new JobConflictException(CONFLICT);
    }
  }

  /**
   * Queues a job of which there may be one only.
   *
   * @param argument what it is to do; for a sync the source and a slash, of which each may have one
   * @throws JobConflictException if one of this kind is queued or running
   */
  @Transactional
  public Job submitOnly(Job.Kind kind, @Nullable String argument) {
    if (isActive(kind, argument)) {
      throw new JobConflictException(CONFLICT);
    }
    return submit(kind, null, argument);
  }

  /** Whether a job of this kind, for a sync one of this source, is queued or running. */
  public boolean isActive(Job.Kind kind, @Nullable String argument) {
    return kind == Job.Kind.SYNC && argument != null
        ? jobs.existsByKindAndArgumentStartingWithAndStateIn(
            kind, argument.substring(0, argument.indexOf('/') + 1), ACTIVE)
        : jobs.existsByKindAndStateIn(kind, ACTIVE);
  }

  /** The latest jobs first; null matches any. */
  public List<Job> latest(
      Job.@Nullable Kind kind, Job.@Nullable State state, @Nullable UUID document, int most) {
    return jobs.latest(kind, state, document, Limit.of(most));
  }

  /** The last job of a kind whose argument begins so. */
  public Optional<Job> last(Job.Kind kind, String argument) {
    return jobs.findFirstByKindAndArgumentStartingWithOrderByCreatedAtDesc(kind, argument).stream()
        .findFirst();
  }

  public long count(Job.Kind kind, Job.State state) {
    return jobs.countByKindAndState(kind, state);
  }

  public Job get(UUID id) {
    return jobs.findById(id).orElseThrow(() -> new UnknownJobException(id));
  }

  /** The documents that a job could not do. */
  public List<JobError> errors(UUID id) {
    return errors.of(id);
  }

  @Transactional
  public Job cancel(UUID id) {
    Job job = get(id);
    if (job.isOver()) {
      throw new JobConflictException("The job is over: " + job.state());
    }
    job.requestCancel(clock.instant());
    return job;
  }

  /**
   * Queues a job again that failed or was cancelled.
   *
   * @param argument what it is to do now, or null for the same as before
   */
  @Transactional
  public Job retry(UUID id, @Nullable String argument) {
    Job job = get(id);
    switch (job.state()) {
      case FAILED, CANCELLED -> {
        errors.clear(id);
        job.moveTo(Job.State.QUEUED, null, clock.instant());
        if (argument != null) {
          job.takeArgument(argument);
        }
        schedule(save(job));
      }
      default ->
          throw new JobConflictException("Only a failed or cancelled job can be tried again");
    }
    return job;
  }

  /** Has jobs run whose execution was lost; those that have one keep it. */
  @Transactional
  public int resume() {
    List<Job> active = jobs.findByStateIn(ACTIVE);
    active.forEach(this::schedule);
    return active.size();
  }

  /** Documents that a queued or running job is to read. */
  public List<UUID> documentsInWork() {
    return jobs.findByStateIn(ACTIVE).stream()
        .map(Job::documentId)
        .filter(Objects::nonNull)
        .toList();
  }

  /** Removes jobs that ended before a moment. */
  @Transactional
  public int purge(Instant before) {
    return jdbc.sql("delete from job where finished_at < ?")
        .param(before.atOffset(ZoneOffset.UTC))
        .update();
  }

  private void schedule(Job job) {
    scheduler.ifAvailable(
        client -> {
          client.scheduleIfNotExists(
              JobRunner.TASK.instance(job.id().toString()).build(), clock.instant());
          // What is not committed yet the scheduler does not see.
          TransactionSynchronizationManager.registerSynchronization(
              new TransactionSynchronization() {
                @Override
                public void afterCommit() {
                  client.triggerCheckForDueExecutions();
                }
              });
        });
  }
}
