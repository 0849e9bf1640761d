package org.harmonykb.metrics;

import org.harmonykb.storage.s3.S3Files;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;

/**
 * Whether the object storage answers. A replica is ready without it: questions are answered from
 * the index.
 */
@Component
@ConditionalOnProperty(name = "kb.storage.engine", havingValue = "s3")
class StorageHealthIndicator implements HealthIndicator {

  private final S3Files files;

  StorageHealthIndicator(S3Files files) {
    this.files = files;
  }

  @Override
  public Health health() {
    try {
      files.ping();
      return Health.up().withDetail("place", files.place()).build();
    } catch (RuntimeException e) {
      return Health.down(e).build();
    }
  }
}
