package org.harmonykb.answering;

import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** What admins made of the assistants, version by version; nothing is overwritten. */
@Repository
class AssistantVersions {

  /**
   * @param version from 1; 0 is what the service brings along
   * @param note why it was made
   */
  record Version(String id, int version, String yaml, @Nullable String note, Instant createdAt) {}

  private static final String COLUMNS =
      "select assistant_id, version, yaml, note, created_at from assistant_version ";

  private final JdbcClient database;

  AssistantVersions(JdbcClient database) {
    this.database = database;
  }

  /** The latest version of each assistant that was changed. */
  List<Version> latest() {
    return database
        .sql(
            COLUMNS
                + "v where version = (select max(version) from assistant_version w where"
                + " w.assistant_id = v.assistant_id) order by assistant_id")
        .query(AssistantVersions::version)
        .list();
  }

  /** All versions of an assistant, the latest first. */
  List<Version> of(String id) {
    return database
        .sql(COLUMNS + "where assistant_id = ? order by version desc")
        .param(id)
        .query(AssistantVersions::version)
        .list();
  }

  Optional<Version> find(String id, int version) {
    return database
        .sql(COLUMNS + "where assistant_id = ? and version = ?")
        .param(id)
        .param(version)
        .query(AssistantVersions::version)
        .optional();
  }

  /**
   * @throws org.springframework.dao.DuplicateKeyException if the version exists
   */
  void add(Version version) {
    database
        .sql(
            "insert into assistant_version (assistant_id, version, yaml, note, created_at) values"
                + " (?, ?, ?, ?, ?)")
        .param(version.id)
        .param(version.version)
        .param(version.yaml)
        .param(version.note)
        .param(Timestamp.from(version.createdAt))
        .update();
  }

  private static Version version(java.sql.ResultSet row, int number) throws java.sql.SQLException {
    return new Version(
        row.getString(1),
        row.getInt(2),
        row.getString(3),
        row.getString(4),
        row.getTimestamp(5).toInstant());
  }
}
