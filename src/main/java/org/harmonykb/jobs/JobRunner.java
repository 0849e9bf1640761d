package org.harmonykb.jobs;

import com.github.kagkarlsson.scheduler.task.TaskDescriptor;
import com.github.kagkarlsson.scheduler.task.helper.OneTimeTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import java.time.Clock;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
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
  OneTimeTask<Void> jobTask(
      Jobs jobs, List<JobHandler> handlers, TransactionTemplate transaction, Clock clock) {
    Map<Job.Kind, JobHandler> byKind = new EnumMap<>(Job.Kind.class);
    handlers.forEach(handler -> byKind.put(handler.kind(), handler));
    return Tasks.oneTime(TASK)
        .execute(
            (instance, context) ->
                run(jobs, byKind, transaction, clock, UUID.fromString(instance.getId())));
  }

  private void run(
      Jobs jobs,
      Map<Job.Kind, JobHandler> handlers,
      TransactionTemplate transaction,
      Clock clock,
      UUID id) {
    Job job = jobs.findById(id).orElse(null);
    JobHandler handler = job == null ? null : handlers.get(job.kind());
    if (job == null || handler == null) {
      return;
    }
    if (job.cancelRequested()) {
      move(jobs, transaction, clock, id, Job.State.CANCELLED, null);
      return;
    }
    move(jobs, transaction, clock, id, Job.State.RUNNING, null);
    try {
      handler.run(
          job,
          (done, total) -> {
            if (stopping) {
              throw new JobInterruptedException("a job");
            }
            boolean cancelled =
                Boolean.TRUE.equals(
                    transaction.execute(
                        status -> {
                          Job current = jobs.findById(id).orElseThrow();
                          current.progress(done, total, clock.instant());
                          return current.cancelRequested();
                        }));
            if (cancelled) {
              throw new JobCancelledException();
            }
          });
      move(jobs, transaction, clock, id, Job.State.DONE, null);
    } catch (JobInterruptedException e) {
      throw e; // the scheduler runs it again
    } catch (JobCancelledException e) {
      move(jobs, transaction, clock, id, Job.State.CANCELLED, null);
    } catch (RuntimeException e) {
      LOG.warn("Job {} ({}) failed", id, job.kind(), e);
      move(jobs, transaction, clock, id, Job.State.FAILED, String.valueOf(e.getMessage()));
    }
  }

  private static void move(
      Jobs jobs,
      TransactionTemplate transaction,
      Clock clock,
      UUID id,
      Job.State state,
      @Nullable String message) {
    transaction.executeWithoutResult(
        status -> jobs.findById(id).ifPresent(job -> job.moveTo(state, message, clock.instant())));
  }
}
