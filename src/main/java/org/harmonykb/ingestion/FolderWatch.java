package org.harmonykb.ingestion;

import com.github.kagkarlsson.scheduler.task.TaskDescriptor;
import com.github.kagkarlsson.scheduler.task.helper.RecurringTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.github.kagkarlsson.scheduler.task.schedule.Schedule;
import com.github.kagkarlsson.scheduler.task.schedule.Schedules;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import org.harmonykb.jobs.Job;
import org.harmonykb.jobs.JobConflictException;
import org.harmonykb.jobs.JobService;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Queues the jobs of watched folders when their time has come. */
@Configuration(proxyBeanMethods = false)
class FolderWatch {

  private static final TaskDescriptor<Void> TASK = TaskDescriptor.of("watch-folders");

  private final FolderSync folders;
  private final ObjectProvider<JobService> jobs;
  private final Clock clock;

  FolderWatch(FolderSync folders, ObjectProvider<JobService> jobs, Clock clock) {
    this.folders = folders;
    this.jobs = jobs;
    this.clock = clock;
  }

  @Bean
  RecurringTask<Void> watchFolders() {
    Schedule schedule =
        folders.folders().stream()
            .map(SyncProperties.Folder::interval)
            .filter(Duration::isPositive)
            .min(Comparator.naturalOrder())
            .<Schedule>map(Schedules::fixedDelay)
            .orElse(Schedules.cron("-"));
    return Tasks.recurring(TASK, schedule).execute((instance, context) -> queueDue());
  }

  private void queueDue() {
    for (SyncProperties.Folder folder : folders.folders()) {
      Instant last =
          jobs.getObject()
              .last(Job.Kind.SYNC, FolderSync.argument(folder.name()))
              .map(Job::createdAt)
              .orElse(Instant.MIN);
      boolean isDue =
          folder.interval().isPositive() && !last.isAfter(clock.instant().minus(folder.interval()));
      if (isDue) {
        queue(folder.name());
      }
    }
  }

  /** All folders, as at the start. */
  void queueAll() {
    folders.names().forEach(this::queue);
  }

  private void queue(String folder) {
    try {
      jobs.getObject().submitOnly(Job.Kind.SYNC, FolderSync.argument(folder));
    } catch (JobConflictException e) {
      // The last run goes on.
    }
  }
}
