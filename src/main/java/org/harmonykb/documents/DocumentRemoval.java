package org.harmonykb.documents;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.harmonykb.retrieval.SearchIndex;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Removes documents wherever they are. First the document itself and its passages go, in one
 * transaction that also notes the removal; then its traces, through {@link RemovalListener}; then
 * its files. A start ends what a crash interrupted.
 */
@Service
public class DocumentRemoval {

  private static final Logger LOG = LoggerFactory.getLogger(DocumentRemoval.class);

  private final Documents documents;
  private final Revisions revisions;
  private final FileRemoval files;
  private final SearchIndex index;
  private final ObjectProvider<RemovalListener> listeners;
  private final TransactionTemplate transaction;
  private final JdbcClient jdbc;
  private final Clock clock;

  DocumentRemoval(
      Documents documents,
      Revisions revisions,
      FileRemoval files,
      SearchIndex index,
      ObjectProvider<RemovalListener> listeners,
      TransactionTemplate transaction,
      JdbcClient jdbc,
      Clock clock) {
    this.documents = documents;
    this.revisions = revisions;
    this.files = files;
    this.index = index;
    this.listeners = listeners;
    this.transaction = transaction;
    this.jdbc = jdbc;
    this.clock = clock;
  }

  /**
   * Removes a document. When this returns, no search, answer, conversation, cache or download holds
   * it any more, and its files are deleted.
   *
   * @param byHand whether no watched folder may bring the same content back
   * @throws UnknownDocumentException if there is none
   * @throws org.harmonykb.faults.FilesRemainException if all but its files is removed
   */
  public void remove(UUID id, boolean byHand) {
    Doomed doomed = Objects.requireNonNull(transaction.execute(status -> begin(id, byHand)));
    finish(doomed.document);
    files.delete(doomed.files);
  }

  private record Doomed(RemovedDocument document, List<String> files) {}

  private Doomed begin(UUID id, boolean byHand) {
    StoredDocument document =
        documents.findLocked(id).orElseThrow(() -> new UnknownDocumentException(id));
    List<DocumentRevision> all = revisions.of(id);
    List<String> names =
        Stream.concat(
                Stream.of(document.title(), document.filename()),
                all.stream().flatMap(r -> Stream.of(r.title(), r.filename())))
            .filter(name -> !name.isBlank())
            .distinct()
            .toList();
    jdbc.sql("insert into document_removal (document_id, names, begun_at) values (?, ?, ?)")
        .params(id, String.join("\n", names), clock.instant().atOffset(ZoneOffset.UTC))
        .update();
    if (byHand) {
      forbid(document);
    }
    List<String> stored =
        Stream.concat(Stream.of(document.storedAs()), all.stream().map(DocumentRevision::storedAs))
            .filter(name -> !name.isEmpty())
            .distinct()
            .toList();
    files.note(stored);
    documents.delete(document);
    documents.flush();
    index.delete(id);
    return new Doomed(new RemovedDocument(id, names), stored);
  }

  private void finish(RemovedDocument document) {
    listeners.orderedStream().forEach(listener -> listener.removed(document));
    jdbc.sql("delete from document_removal where document_id = ?").param(document.id()).update();
  }

  /** Ends removals that were interrupted, with their files. */
  public void finishInterrupted() {
    for (RemovedDocument document : interrupted()) {
      LOG.warn("The removal of document {} was interrupted and is ended now", document.id());
      index.delete(document.id());
      finish(document);
    }
    files.deletePending();
  }

  /** Removals that have begun and not ended. */
  public List<RemovedDocument> interrupted() {
    return jdbc.sql("select document_id, names from document_removal")
        .query(
            (row, number) ->
                new RemovedDocument(
                    row.getObject("document_id", UUID.class),
                    row.getString("names").lines().toList()))
        .list();
  }

  /** Whether somebody removed this content under this name by hand. */
  public boolean wasRemoved(String externalId, String sha256) {
    Optional<String> removed =
        jdbc.sql("select sha256 from removed_document where name_hash = ?")
            .param(hash(externalId))
            .query(String.class)
            .optional();
    return removed.isPresent() && removed.get().equals(sha256);
  }

  private void forbid(StoredDocument document) {
    allow(document.externalId());
    jdbc.sql("insert into removed_document (name_hash, sha256, removed_at) values (?, ?, ?)")
        .params(
            hash(document.externalId()),
            document.sha256(),
            clock.instant().atOffset(ZoneOffset.UTC))
        .update();
  }

  /** Forgets that a document was removed: somebody brings it back. */
  void allow(String externalId) {
    jdbc.sql("delete from removed_document where name_hash = ?").param(hash(externalId)).update();
  }

  private static String hash(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
