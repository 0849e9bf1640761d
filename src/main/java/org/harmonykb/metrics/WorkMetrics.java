package org.harmonykb.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/** How many jobs and documents are in each state, counted every half minute. */
@Component
class WorkMetrics {

  private static final Logger LOG = LoggerFactory.getLogger(WorkMetrics.class);

  private final JdbcClient jdbc;
  private final MultiGauge jobs;
  private final MultiGauge documents;

  WorkMetrics(JdbcClient jdbc, MeterRegistry meters) {
    this.jdbc = jdbc;
    this.jobs =
        MultiGauge.builder("kb.jobs").description("jobs by kind and state").register(meters);
    this.documents =
        MultiGauge.builder("kb.documents").description("documents by state").register(meters);
  }

  @Scheduled(fixedDelayString = "PT30S", initialDelayString = "PT5S")
  void count() {
    try {
      List<MultiGauge.Row<?>> rows = new ArrayList<>();
      jdbc.sql("select kind, state, count(*) from job group by kind, state")
          .query(
              row -> {
                rows.add(
                    MultiGauge.Row.of(
                        Tags.of("kind", row.getString(1), "state", row.getString(2)),
                        row.getLong(3)));
              });
      jobs.register(rows, true);
      List<MultiGauge.Row<?>> states = new ArrayList<>();
      jdbc.sql("select state, count(*) from document group by state")
          .query(
              row -> {
                states.add(MultiGauge.Row.of(Tags.of("state", row.getString(1)), row.getLong(2)));
              });
      documents.register(states, true);
    } catch (DataAccessException e) {
      LOG.warn("Jobs and documents cannot be counted: {}", e.getMessage());
    }
  }
}
