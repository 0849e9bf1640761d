package org.harmonykb.jobs;

import com.github.kagkarlsson.scheduler.task.CompletionHandler;
import com.github.kagkarlsson.scheduler.task.TaskDescriptor;
import com.github.kagkarlsson.scheduler.task.helper.CustomTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import java.time.Clock;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.transaction.support.TransactionTemplate;

/** Runs jobs when db-scheduler says so, and again when the process died in the middle of one. */
@Configuration(proxyBeanMethods = false)
class JobRunner {

  static final TaskDescriptor<Void> TASK = TaskDescriptor.of("job");

  private static final Logger LOG = LoggerFactory.getLogger(JobRunner.class);

  private volatile boolean stopping;

  /** A job ends at its next report then: an interrupt would close the database's file under it. */
  @EventListener(ContextClosedEvent.class)
  void onClose() {
    stopping = true;
  }

  @Bean
  CustomTask<Void> jobTask(
      Jobs jobs,
      JobErrors errors,
      List<JobHandler> handlers,
      TransactionTemplate transaction,
      JobProperties properties,
      Clock clock) {
    Map<Job.Kind, JobHandler> byKind = new EnumMap<>(Job.Kind.class);
    handlers.forEach(handler -> byKind.put(handler.kind(), handler));
    return Tasks.custom(TASK)
        // A job tells its own failures; what gets here was interrupted and goes on after a start.
        .onFailure((complete, operations) -> operations.reschedule(complete, clock.instant()))
        .onDeadExecution((complete, operations) -> operations.reschedule(complete, clock.instant()))
        .execute(
            (instance, context) -> {
              UUID id = UUID.fromString(instance.getId());
              Job job = jobs.findById(id).orElse(null);
              JobHandler handler = job == null ? null : byKind.get(job.kind());
              if (job != null && !job.isOver()) {
                try {
                  new Run(jobs, errors, transaction, clock, job, handler).run();
                } catch (JobPostponedException e) {
                  LOG.warn("Job {} ({}) waits: {}", id, job.kind(), String.valueOf(e.getCause()));
                  return (complete, operations) ->
                      operations.reschedule(complete, clock.instant().plus(properties.pause()));
                }
              }
              return new CompletionHandler.OnCompleteRemove<>();
            });
  }

  /** One job's run. */
  private final class Run implements JobHandler.Progress {

    private final Jobs jobs;
    private final JobErrors errors;
    private final TransactionTemplate transaction;
    private final Clock clock;
    private final Job job;
    private final @Nullable JobHandler handler;

    Run(
        Jobs jobs,
        JobErrors errors,
        TransactionTemplate transaction,
        Clock clock,
        Job job,
        @Nullable JobHandler handler) {
      this.jobs = jobs;
      this.errors = errors;
      this.transaction = transaction;
      this.clock = clock;
      this.job = job;
      this.handler = handler;
    }

    void run() {
      if (handler == null) {
        move(Job.State.FAILED, "This service cannot do such jobs");
        return;
      }
      if (job.cancelRequested()) {
        handler.cancelled(job);
        move(Job.State.CANCELLED, null);
        return;
      }
      move(Job.State.RUNNING, null);
      try {
        handler.run(job, this);
        move(Job.State.DONE, null);
      } catch (JobInterruptedException e) {
        throw e; // the scheduler runs it again
      } catch (JobPostponedException e) {
        String reason = String.valueOf(e.getMessage());
        change(current -> current.postpone(reason, clock.instant()));
        throw e;
      } catch (JobCancelledException e) {
        handler.cancelled(job);
        move(Job.State.CANCELLED, null);
      } catch (RuntimeException e) {
        if (stopping) {
          throw e; // what it needed went away under it
        }
        LOG.warn("Job {} ({}) failed", job.id(), job.kind(), e);
        move(Job.State.FAILED, String.valueOf(e.getMessage()));
      }
    }

    @Override
    public void report(int done, int total) {
      if (stopping) {
        throw new JobInterruptedException("a job");
      }
      boolean cancelled =
          Boolean.TRUE.equals(
              transaction.execute(
                  status -> {
                    Job current = jobs.findById(job.id()).orElse(null);
                    if (current == null) {
                      return true; // its document was removed
                    }
                    current.progress(done, total, clock.instant());
                    return current.cancelRequested();
                  }));
      if (cancelled) {
        throw new JobCancelledException();
      }
    }

    @Override
    public void error(UUID documentId, String name, String message) {
      errors.add(job.id(), new JobError(documentId, name, message));
    }

    @Override
    public void result(String json) {
      transaction.executeWithoutResult(
          status -> jobs.findById(job.id()).ifPresent(current -> current.takeResult(json)));
    }

    private void move(Job.State state, @Nullable String message) {
      change(current -> current.moveTo(state, message, clock.instant()));
    }

    private void change(Consumer<Job> change) {
      transaction.executeWithoutResult(status -> jobs.findById(job.id()).ifPresent(change));
    }
  }
}
