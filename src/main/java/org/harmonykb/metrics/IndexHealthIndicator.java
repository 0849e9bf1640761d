package org.harmonykb.metrics;

import org.harmonykb.retrieval.SearchIndex;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;

/** Whether the index can be read; readiness depends on it. */
@Component
class IndexHealthIndicator implements HealthIndicator {

  private final SearchIndex index;

  IndexHealthIndicator(SearchIndex index) {
    this.index = index;
  }

  @Override
  public Health health() {
    try {
      return Health.up()
          .withDetail("generation", index.generation())
          .withDetail("passages", index.passageCount())
          .build();
    } catch (RuntimeException e) {
      return Health.down(e).build();
    }
  }
}
