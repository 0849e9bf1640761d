package org.harmonykb.security;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.Locale;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * One-time codes that set the first administrator up. Each replica tells one in its log, and all
 * take any of them; the first that is used ends all. Only hashes are kept.
 */
@Component
class SetupCodes {

  private static final String LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
  private static final int LENGTH = 16;
  private static final int GROUP = 4;

  /** Codes of earlier starts do not pile up. */
  private static final Duration KEEP = Duration.ofDays(1);

  private final JdbcClient jdbc;
  private final Clock clock;

  SetupCodes(JdbcClient jdbc, Clock clock) {
    this.jdbc = jdbc;
    this.clock = clock;
  }

  /** A new code. */
  String issue() {
    SecureRandom random = new SecureRandom();
    StringBuilder code = new StringBuilder();
    for (int i = 0; i < LENGTH; i++) {
      code.append(i > 0 && i % GROUP == 0 ? "-" : "")
          .append(LETTERS.charAt(random.nextInt(LETTERS.length())));
    }
    jdbc.sql("delete from setup_code where issued_at < ?")
        .param(clock.instant().minus(KEEP).atOffset(ZoneOffset.UTC))
        .update();
    jdbc.sql("insert into setup_code (hash, issued_at) values (?, ?)")
        .params(hash(code.toString()), clock.instant().atOffset(ZoneOffset.UTC))
        .update();
    return code.toString();
  }

  /** Whether any code can be used. */
  boolean areOpen() {
    return jdbc.sql("select count(*) from setup_code").query(Long.class).single() > 0;
  }

  /** Ends all codes if this is one of them, unless the caller's transaction fails. */
  boolean redeem(String code) {
    return jdbc.sql("delete from setup_code where exists (select 1 from setup_code where hash = ?)")
            .param(hash(code.strip().toUpperCase(Locale.ROOT)))
            .update()
        > 0;
  }

  /** Ends all codes. */
  void clear() {
    jdbc.sql("delete from setup_code").update();
  }

  private static String hash(String code) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(code.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
