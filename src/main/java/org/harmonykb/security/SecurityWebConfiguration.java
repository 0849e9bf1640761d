package org.harmonykb.security;

import com.github.kagkarlsson.scheduler.task.helper.RecurringTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.github.kagkarlsson.scheduler.task.schedule.FixedDelay;
import java.time.Duration;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Rights and audit for every controller, and the end of old audit events. */
@Configuration(proxyBeanMethods = false)
class SecurityWebConfiguration implements WebMvcConfigurer {

  private final ObjectRights rights;
  private final AuditTrail audit;

  SecurityWebConfiguration(ObjectRights rights, AuditTrail audit) {
    this.rights = rights;
    this.audit = audit;
  }

  @Override
  public void addInterceptors(InterceptorRegistry registry) {
    registry.addInterceptor(audit);
    registry.addInterceptor(rights);
  }

  @Bean
  static RecurringTask<Void> auditRetention(
      AuditLog log, @Value("${kb.audit.retention:365d}") Duration retention) {
    return Tasks.recurring("audit-retention", FixedDelay.of(Duration.ofHours(6)))
        .execute((instance, context) -> log.forget(retention));
  }
}
