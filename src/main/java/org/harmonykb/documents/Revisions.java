package org.harmonykb.documents;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The rows of revisions. Takes part in the caller's transaction. */
@Component
class Revisions {

  private final JdbcClient jdbc;

  Revisions(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /** Notes the document's current content as its newest revision. */
  void add(StoredDocument document) {
    jdbc.sql(
            """
            insert into document_revision (document_id, revision, sha256, filename, media_type,
              size_bytes, stored_as, title, effective_from, effective_to, passages, received_at)
            values (:id, :revision, :sha256, :filename, :mediaType, :size, :storedAs, :title,
              :from, :to, 0, :at)
            """)
        .param("id", document.id())
        .param("revision", document.revision())
        .param("sha256", document.sha256())
        .param("filename", document.filename())
        .param("mediaType", document.mediaType())
        .param("size", document.sizeBytes())
        .param("storedAs", document.storedAs())
        .param("title", document.title())
        .param("from", document.effectiveFrom())
        .param("to", document.effectiveTo())
        .param("at", document.updatedAt().atOffset(ZoneOffset.UTC))
        .update();
  }

  /** Notes what is known of the current revision by now. */
  void update(StoredDocument document) {
    jdbc.sql(
            """
            update document_revision
            set title = :title, effective_from = :from, effective_to = :to, passages = :passages
            where document_id = :id and revision = :revision
            """)
        .param("title", document.title())
        .param("from", document.effectiveFrom())
        .param("to", document.effectiveTo())
        .param("passages", document.passages())
        .param("id", document.id())
        .param("revision", document.revision())
        .update();
  }

  /** A document's revisions, the newest first. */
  List<DocumentRevision> of(UUID documentId) {
    return jdbc.sql("select * from document_revision where document_id = ? order by revision desc")
        .param(documentId)
        .query(Revisions::map)
        .list();
  }

  Optional<DocumentRevision> find(UUID documentId, int revision) {
    return jdbc.sql("select * from document_revision where document_id = ? and revision = ?")
        .params(documentId, revision)
        .query(Revisions::map)
        .optional();
  }

  /** All revisions of all documents. */
  List<DocumentRevision> all() {
    return jdbc.sql("select * from document_revision").query(Revisions::map).list();
  }

  /** Takes a revision and its passages away. */
  void remove(UUID documentId, int revision) {
    jdbc.sql("delete from passage where document_id = ? and revision = ?")
        .params(documentId, revision)
        .update();
    jdbc.sql("delete from staged_passage where document_id = ? and revision = ?")
        .params(documentId, revision)
        .update();
    jdbc.sql("delete from document_revision where document_id = ? and revision = ?")
        .params(documentId, revision)
        .update();
  }

  private static DocumentRevision map(ResultSet row, int number) throws SQLException {
    return new DocumentRevision(
        row.getObject("document_id", UUID.class),
        row.getInt("revision"),
        row.getString("sha256"),
        row.getString("filename"),
        row.getString("media_type"),
        row.getLong("size_bytes"),
        row.getString("stored_as"),
        row.getString("title"),
        date(row, "effective_from"),
        date(row, "effective_to"),
        row.getInt("passages"),
        row.getObject("received_at", OffsetDateTime.class).toInstant());
  }

  private static @Nullable LocalDate date(ResultSet row, String column) throws SQLException {
    return row.getObject(column, LocalDate.class);
  }
}
