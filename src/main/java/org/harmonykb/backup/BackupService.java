package org.harmonykb.backup;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.locks.ReentrantLock;
import javax.sql.DataSource;
import org.harmonykb.documents.DocumentProperties;
import org.harmonykb.retrieval.SearchIndex;
import org.harmonykb.storage.FileStore;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Service;

/** Backs the running service up, one backup at a time. */
@Service
public class BackupService {

  private static final DateTimeFormatter NAME =
      DateTimeFormatter.ofPattern("'kb-'yyyyMMdd-HHmmss-SSS'.zip'").withZone(ZoneOffset.UTC);

  private final DataSource database;
  private final SearchIndex index;
  private final FileStore files;
  private final Path data;
  private final Path folder;
  private final Clock clock;
  private final ReentrantLock one = new ReentrantLock();

  BackupService(
      DataSource database,
      SearchIndex index,
      FileStore files,
      DocumentProperties properties,
      @Value("${kb.backup.dir:${kb.data-dir}/backups}") Path folder,
      Clock clock) {
    this.database = database;
    this.index = index;
    this.files = files;
    this.data = properties.dataDir();
    this.folder = folder;
    this.clock = clock;
  }

  /**
   * Writes a backup into {@code kb.backup.dir}.
   *
   * @throws BackupException if one is being written, or database or files are kept elsewhere
   */
  public Backups.Summary write() {
    if (!one.tryLock()) {
      throw new BackupException("A backup is being written already");
    }
    try (Connection connection = database.getConnection()) {
      String product = connection.getMetaData().getDatabaseProductName();
      if (files.folder().isEmpty()) {
        throw new BackupException(
            "The documents' files are in %s: back up that bucket and the database (%s) with their own tools"
                .formatted(files.place(), product));
      }
      if (!product.equals("H2")) {
        throw new BackupException(
            "The database is %s: back it up with its own tools, and the data folder with them"
                .formatted(product));
      }
      Path target = folder.resolve(NAME.format(clock.instant()));
      return Backups.summary(target, BackupWriter.write(data, connection, index::snapshot, target));
    } catch (SQLException e) {
      throw new BackupException("The database cannot be backed up: " + e.getMessage(), e);
    } finally {
      one.unlock();
    }
  }
}
