package org.harmonykb.jobs;

import com.github.kagkarlsson.scheduler.task.TaskDescriptor;
import com.github.kagkarlsson.scheduler.task.helper.RecurringTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.github.kagkarlsson.scheduler.task.schedule.Schedules;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Jobs that run by the clock; a run is left out while the one before goes on. */
@Configuration(proxyBeanMethods = false)
public class JobSchedules {

  private final JobProperties properties;
  private final Clock clock;

  JobSchedules(JobProperties properties, Clock clock) {
    this.properties = properties;
    this.clock = clock;
  }

  /**
   * When a kind of job runs next by itself.
   *
   * @param cron with seconds, or {@code -} for never
   */
  public record Scheduled(Job.Kind kind, String cron, @Nullable Instant next) {}

  public List<Scheduled> all() {
    List<Scheduled> all = new ArrayList<>();
    Map.of(
            Job.Kind.PURGE, properties.purge(),
            Job.Kind.REINDEX, properties.reindex(),
            Job.Kind.EVALUATE, properties.evaluate())
        .forEach(
            (kind, cron) ->
                all.add(
                    new Scheduled(
                        kind,
                        cron,
                        cron.equals("-")
                            ? null
                            : Schedules.cron(cron).getInitialExecutionTime(clock.instant()))));
    all.sort(Comparator.comparing(Scheduled::kind));
    return all;
  }

  @Bean
  RecurringTask<Void> purgeSchedule(ObjectProvider<JobService> jobs) {
    return task(Job.Kind.PURGE, properties.purge(), jobs);
  }

  @Bean
  RecurringTask<Void> reindexSchedule(ObjectProvider<JobService> jobs) {
    return task(Job.Kind.REINDEX, properties.reindex(), jobs);
  }

  @Bean
  RecurringTask<Void> evaluateSchedule(ObjectProvider<JobService> jobs) {
    return task(Job.Kind.EVALUATE, properties.evaluate(), jobs);
  }

  private static RecurringTask<Void> task(
      Job.Kind kind, String cron, ObjectProvider<JobService> jobs) {
    String name = "schedule-" + kind.name().toLowerCase(Locale.ROOT);
    return Tasks.recurring(TaskDescriptor.of(name), Schedules.cron(cron))
        .execute(
            (instance, context) -> {
              JobService service = jobs.getObject();
              if (!service.isActive(kind, null)) {
                service.submitOnly(kind, null);
              }
            });
  }
}
