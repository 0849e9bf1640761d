package org.harmonykb.answering;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;

/**
 * Takes a replica without a model out of rotation where {@code kb.health.require-model} says so;
 * elsewhere answers are quotes then, and the service is ready.
 */
@Component
class RequiredModelHealthIndicator implements HealthIndicator {

  private final LanguageModel model;
  private final boolean isRequired;

  RequiredModelHealthIndicator(
      LanguageModel model, @Value("${kb.health.require-model:false}") boolean isRequired) {
    this.model = model;
    this.isRequired = isRequired;
  }

  @Override
  public Health health() {
    boolean isMissing = isRequired && !model.isReady();
    return (isMissing ? Health.outOfService() : Health.up())
        .withDetail("required", isRequired)
        .withDetail("model", model.describe())
        .build();
  }
}
