package org.harmonykb.web;

import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.harmonykb.security.AuditLog;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The audit log, for administrators and auditors. */
@RestController
class AuditController {

  private final AuditLog log;
  private final Clock clock;

  AuditController(AuditLog log, Clock clock) {
    this.log = log;
    this.clock = clock;
  }

  /** The latest events first; the time of the last one as {@code before} brings older ones. */
  @GetMapping("/api/admin/audit")
  List<AuditLog.Event> events(
      @RequestParam(required = false) @Nullable Instant before,
      @RequestParam(required = false) @Nullable String actor,
      @RequestParam(defaultValue = "100") int limit) {
    if (limit < 1 || limit > 1000) {
      throw new IllegalArgumentException("limit must be 1 to 1000");
    }
    return log.before(before == null ? clock.instant().plusSeconds(1) : before, actor, limit);
  }
}
