package org.harmonykb.security;

import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;

/**
 * Who did what, written once and never changed; only {@link #forget} removes the oldest. Each event
 * also goes to the log under this class's name, for those who keep a copy elsewhere.
 */
@Service
public class AuditLog {

  private static final Logger LOG = LoggerFactory.getLogger(AuditLog.class);

  private final JdbcClient jdbc;
  private final Clock clock;

  AuditLog(JdbcClient jdbc, Clock clock) {
    this.jdbc = jdbc;
    this.clock = clock;
  }

  /**
   * @param status of HTTP
   */
  public record Event(
      UUID id,
      Instant at,
      String actor,
      @Nullable String apiKey,
      String address,
      String action,
      String target,
      int status) {}

  void write(
      String actor,
      @Nullable String apiKey,
      String address,
      String action,
      String target,
      int status) {
    String who = cut(actor, 200);
    String what = cut(target, 1000);
    LOG.info("{} by {} from {}: {} {}", action, who, address, what, status);
    jdbc.sql(
            "insert into audit_event (id, happened_at, actor, api_key, address, action, target,"
                + " status) values (?, ?, ?, ?, ?, ?, ?, ?)")
        .params(UUID.randomUUID(), Timestamp.from(clock.instant()), who)
        .param(apiKey)
        .params(address, cut(action, 100), what, status)
        .update();
  }

  /**
   * The latest events before a moment, the latest first.
   *
   * @param actor only theirs, or null
   */
  public List<Event> before(Instant moment, @Nullable String actor, int limit) {
    return jdbc.sql(
            "select * from audit_event where happened_at < ? and (? = '' or actor = ?)"
                + " order by happened_at desc, id limit ?")
        .params(
            Timestamp.from(moment), actor == null ? "" : actor, actor == null ? "" : actor, limit)
        .query(
            (row, n) ->
                new Event(
                    row.getObject("id", UUID.class),
                    row.getObject("happened_at", OffsetDateTime.class).toInstant(),
                    row.getString("actor"),
                    row.getString("api_key"),
                    row.getString("address"),
                    row.getString("action"),
                    row.getString("target"),
                    row.getInt("status")))
        .list();
  }

  /** Removes events older than this. */
  int forget(Duration age) {
    return jdbc.sql("delete from audit_event where happened_at < ?")
        .param(Timestamp.from(clock.instant().minus(age)))
        .update();
  }

  /** Line breaks would let a name forge lines of the log. */
  private static String cut(String text, int longest) {
    String line = text.replaceAll("\\p{Cntrl}", "?");
    return line.length() <= longest ? line : line.substring(0, longest);
  }
}
