package org.harmonykb.jobs;

import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.flyway.autoconfigure.FlywayMigrationInitializer;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Gives free what the scheduler of this name held when its process was killed, so that it goes on
 * at once and not when its heartbeats have been missed. Happens before the scheduler starts.
 */
@Component
class DeadExecutions {

  private static final Logger LOG = LoggerFactory.getLogger(DeadExecutions.class);

  DeadExecutions(
      DataSource data,
      FlywayMigrationInitializer migrated,
      @Value("${db-scheduler.scheduler-name}") String name) {
    int freed =
        JdbcClient.create(data)
            .sql(
                """
                update scheduled_tasks
                set picked = false, picked_by = null, last_heartbeat = null, version = version + 1
                where picked = true and picked_by = ?
                """)
            .param(name)
            .update();
    if (freed > 0) {
      LOG.info("{} interrupted executions go on", freed);
    }
  }
}
