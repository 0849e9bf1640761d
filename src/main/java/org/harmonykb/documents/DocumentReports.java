package org.harmonykb.documents;

import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;

/** What readers found wrong with documents, for their owners. */
@Service
public class DocumentReports {

  private static final int LATEST = 200;
  private static final int LONGEST_COMMENT = 1000;

  private final JdbcClient database;
  private final Clock clock;

  DocumentReports(JdbcClient database, Clock clock) {
    this.database = database;
    this.clock = clock;
  }

  /** What is wrong. */
  public enum Reason {
    STALE,
    WRONG,
    MISSING,
    ACCESS
  }

  /**
   * @param title of the document, or null if it is gone
   */
  public record Report(
      UUID id,
      UUID documentId,
      @Nullable String title,
      int revision,
      Reason reason,
      @Nullable String comment,
      String reporter,
      Instant createdAt) {}

  public void add(
      StoredDocument document,
      int revision,
      Reason reason,
      @Nullable String comment,
      String reporter) {
    if (comment != null && comment.length() > LONGEST_COMMENT) {
      throw new IllegalArgumentException("comment may have " + LONGEST_COMMENT + " characters");
    }
    database
        .sql(
            """
            insert into document_report
              (id, document_id, revision, reason, comment, reporter, created_at)
            values (:id, :document, :revision, :reason, :comment, :reporter, :at)
            """)
        .param("id", UUID.randomUUID())
        .param("document", document.id())
        .param("revision", revision)
        .param("reason", reason.name())
        .param("comment", comment)
        .param("reporter", reporter)
        .param("at", clock.instant().atOffset(ZoneOffset.UTC))
        .update();
  }

  /** The latest first. */
  public List<Report> latest() {
    return database
        .sql(
            """
            select r.*, d.title from document_report r left join document d on d.id = r.document_id
            order by r.created_at desc limit ?
            """)
        .param(LATEST)
        .query(
            (row, _) ->
                new Report(
                    row.getObject("id", UUID.class),
                    row.getObject("document_id", UUID.class),
                    row.getString("title"),
                    row.getInt("revision"),
                    Reason.valueOf(row.getString("reason")),
                    row.getString("comment"),
                    row.getString("reporter"),
                    row.getObject("created_at", OffsetDateTime.class).toInstant()))
        .list();
  }
}
