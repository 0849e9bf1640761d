package org.harmonykb.security;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * Keys of machines. A key acts for its owner, within its scopes and until it expires. Only the
 * SHA-256 of its 256 random bits is kept.
 */
@Service
public class ApiKeyService {

  /** What every key begins with, so that scanners for leaked secrets find it. */
  static final String PREFIX = "kb_";

  private static final Duration USE_NOTED_EVERY = Duration.ofMinutes(1);
  private static final int ID_LENGTH = 12;

  private final JdbcClient jdbc;
  private final UserService users;
  private final SecurityProperties properties;
  private final Clock clock;
  private final SecureRandom random = new SecureRandom();

  ApiKeyService(JdbcClient jdbc, UserService users, SecurityProperties properties, Clock clock) {
    this.jdbc = jdbc;
    this.users = users;
    this.properties = properties;
    this.clock = clock;
  }

  public record ApiKey(
      String id,
      String name,
      String owner,
      Set<Permission> scopes,
      Instant createdAt,
      Instant expiresAt,
      @Nullable Instant lastUsedAt) {}

  /**
   * @param secret shown once and never again
   */
  public record NewKey(ApiKey key, String secret) {}

  /**
   * @throws IllegalArgumentException if a value cannot be taken
   * @throws ForbiddenException if the owner may not do what the scopes allow
   */
  @Transactional
  public NewKey create(Caller owner, String name, Set<Permission> scopes, Duration valid) {
    if (name.isBlank() || name.length() > 100) {
      throw new IllegalArgumentException("A key needs a name of 1 to 100 characters");
    }
    if (scopes.isEmpty()) {
      throw new IllegalArgumentException("A key needs at least one scope");
    }
    if (!owner.permissions().containsAll(scopes)) {
      throw new ForbiddenException("A key cannot do more than its owner may");
    }
    Duration longest = properties.keys().longest();
    if (!valid.isPositive() || valid.compareTo(longest) > 0) {
      throw new IllegalArgumentException(
          "A key is valid for at least a moment and at most " + longest.toDays() + " days");
    }
    users.get(owner.name());
    String id = random(9);
    String secret = PREFIX + id + random(32);
    Instant now = clock.instant();
    ApiKey key = new ApiKey(id, name, owner.name(), Set.copyOf(scopes), now, now.plus(valid), null);
    jdbc.sql(
            "insert into api_key (id, name, owner, hash, scopes, created_at, expires_at)"
                + " values (?, ?, ?, ?, ?, ?, ?)")
        .params(
            id,
            name,
            owner.name(),
            sha256(secret),
            scopes.stream().map(Permission::name).sorted().collect(Collectors.joining(" ")),
            Timestamp.from(now),
            Timestamp.from(key.expiresAt()))
        .update();
    return new NewKey(key, secret);
  }

  public List<ApiKey> of(String owner) {
    return jdbc.sql("select * from api_key where owner = ? order by created_at")
        .param(owner)
        .query((row, n) -> key(row))
        .list();
  }

  public List<ApiKey> all() {
    return jdbc.sql("select * from api_key order by owner, created_at")
        .query((row, n) -> key(row))
        .list();
  }

  /**
   * @param owner null for an administrator, who may revoke anybody's key
   */
  @Transactional
  public void revoke(String id, @Nullable String owner) {
    int revoked =
        owner == null
            ? jdbc.sql("delete from api_key where id = ?").param(id).update()
            : jdbc.sql("delete from api_key where id = ? and owner = ?").params(id, owner).update();
    if (revoked == 0) {
      throw new UnknownUserException("API key " + id);
    }
  }

  /** Whom a key acts for; empty if it is wrong, expired or its owner is gone. */
  Optional<Caller> caller(String secret) {
    if (secret.length() < PREFIX.length() + ID_LENGTH) {
      return Optional.empty();
    }
    String id = secret.substring(PREFIX.length(), PREFIX.length() + ID_LENGTH);
    Instant now = clock.instant();
    Optional<ApiKey> key =
        jdbc.sql("select * from api_key where id = ? and hash = ?")
            .params(id, sha256(secret))
            .query((row, n) -> key(row))
            .optional()
            .filter(k -> k.expiresAt().isAfter(now));
    key.filter(k -> k.lastUsedAt() == null || k.lastUsedAt().plus(USE_NOTED_EVERY).isBefore(now))
        .ifPresent(
            k ->
                jdbc.sql("update api_key set last_used_at = ? where id = ?")
                    .params(Timestamp.from(now), id)
                    .update());
    return key.flatMap(
        k -> users.findEnabled(k.owner()).map(u -> u.caller().through(id, k.scopes())));
  }

  private String random(int bytes) {
    byte[] value = new byte[bytes];
    random.nextBytes(value);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(value);
  }

  private static ApiKey key(ResultSet row) throws SQLException {
    OffsetDateTime used = row.getObject("last_used_at", OffsetDateTime.class);
    Set<Permission> scopes = EnumSet.noneOf(Permission.class);
    for (String scope : row.getString("scopes").split(" ")) {
      scopes.add(Permission.valueOf(scope));
    }
    return new ApiKey(
        row.getString("id"),
        row.getString("name"),
        row.getString("owner"),
        scopes,
        row.getObject("created_at", OffsetDateTime.class).toInstant(),
        row.getObject("expires_at", OffsetDateTime.class).toInstant(),
        used == null ? null : used.toInstant());
  }

  private static String sha256(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no SHA-256", e);
    }
  }
}
