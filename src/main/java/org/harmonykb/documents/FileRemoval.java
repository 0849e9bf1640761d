package org.harmonykb.documents;

import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import org.harmonykb.faults.FilesRemainException;
import org.harmonykb.faults.StorageException;
import org.harmonykb.storage.FileStore;
import org.harmonykb.storage.StorageProperties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Deletes stored files for certain: their names are noted in the transaction that makes them belong
 * to nothing, and forgotten when they are deleted.
 */
@Component
class FileRemoval {

  private static final Logger LOG = LoggerFactory.getLogger(FileRemoval.class);

  private final FileStore files;
  private final JdbcClient jdbc;
  private final Clock clock;
  private final TransactionTemplate alone;

  /** Younger ones are being deleted by whoever noted them. */
  private final Duration patience;

  FileRemoval(
      FileStore files,
      StorageProperties properties,
      JdbcClient jdbc,
      PlatformTransactionManager transactions,
      Clock clock) {
    alone = new TransactionTemplate(transactions);
    alone.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
    patience = properties.retry();
    this.files = files;
    this.jdbc = jdbc;
    this.clock = clock;
  }

  /** Notes files that belong to nothing if the caller's transaction commits. */
  void note(Collection<String> names) {
    for (String name : names) {
      jdbc.sql("insert into file_removal (name, noted_at) values (?, ?)")
          .params(name, clock.instant().atOffset(ZoneOffset.UTC))
          .update();
    }
  }

  /**
   * Deletes files that were noted.
   *
   * @throws FilesRemainException if the storage does not answer; they are deleted when it does
   */
  void delete(Collection<String> names) {
    try {
      for (String name : names) {
        files.delete(name);
        jdbc.sql("delete from file_removal where name = ?").param(name).update();
      }
    } catch (StorageException e) {
      throw new FilesRemainException(e);
    }
  }

  /** Deletes a file that no committed row names, or notes it where that cannot be done now. */
  void discard(String name) {
    try {
      files.delete(name);
    } catch (StorageException e) {
      alone.executeWithoutResult(status -> note(List.of(name)));
    }
  }

  /** Deletes what was noted and is still there. */
  void deletePending() {
    List<String> pending =
        jdbc.sql("select name from file_removal where noted_at < ? order by noted_at")
            .param(clock.instant().minus(patience).atOffset(ZoneOffset.UTC))
            .query(String.class)
            .list();
    try {
      delete(pending);
    } catch (FilesRemainException e) {
      LOG.warn("{} files of removed documents wait for their deletion", pending.size(), e);
    }
  }
}
