package org.harmonykb.jobs;

import com.github.kagkarlsson.scheduler.SchedulerClient;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Queues jobs and tells about them. db-scheduler runs each exactly once at a time. */
@Service
public class JobService {

  private final Jobs jobs;
  private final SchedulerClient scheduler;
  private final Clock clock;

  JobService(Jobs jobs, @Lazy SchedulerClient scheduler, Clock clock) {
    this.jobs = jobs;
    this.scheduler = scheduler;
    this.clock = clock;
  }

  /** Queues a job in the caller's transaction, so that it runs only if that commits. */
  @Transactional
  public Job submit(Job.Kind kind, @Nullable UUID documentId) {
    Job job = jobs.save(new Job(UUID.randomUUID(), kind, documentId, clock.instant()));
    schedule(job);
    return job;
  }

  /**
   * @throws JobConflictException if one of this kind is queued or running
   */
  @Transactional
  public Job submitOnly(Job.Kind kind) {
    if (jobs.existsByKindAndStateIn(kind, List.of(Job.State.QUEUED, Job.State.RUNNING))) {
      throw new JobConflictException("Such a job is queued or running already");
    }
    return submit(kind, null);
  }

  public List<Job> latest() {
    return jobs.findTop200ByOrderByCreatedAtDesc();
  }

  public Job get(UUID id) {
    return jobs.findById(id).orElseThrow(() -> new UnknownJobException(id));
  }

  @Transactional
  public Job cancel(UUID id) {
    Job job = get(id);
    switch (job.state()) {
      case QUEUED, RUNNING -> job.requestCancel(clock.instant());
      default -> throw new JobConflictException("The job is over: " + job.state());
    }
    return job;
  }

  @Transactional
  public Job retry(UUID id) {
    Job job = get(id);
    switch (job.state()) {
      case FAILED, CANCELLED -> {
        job.moveTo(Job.State.QUEUED, null, clock.instant());
        schedule(job);
      }
      default ->
          throw new JobConflictException("Only a failed or cancelled job can be tried again");
    }
    return job;
  }

  private void schedule(Job job) {
    scheduler.scheduleIfNotExists(
        JobRunner.TASK.instance(job.id().toString()).build(), clock.instant());
  }
}
