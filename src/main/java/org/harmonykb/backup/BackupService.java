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
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Service;

/** Backs the running service up, one backup at a time. */
@Service
public class BackupService {

  private static final DateTimeFormatter NAME =
      DateTimeFormatter.ofPattern("'kb-'yyyyMMdd-HHmmss-SSS'.zip'").withZone(ZoneOffset.UTC);

  private final DataSource database;
  private final SearchIndex index;
  private final Path data;
  private final Path folder;
  private final Clock clock;
  private final ReentrantLock one = new ReentrantLock();

  BackupService(
      DataSource database,
      SearchIndex index,
      DocumentProperties properties,
      @Value("${kb.backup.dir:${kb.data-dir}/backups}") Path folder,
      Clock clock) {
    this.database = database;
    this.index = index;
    this.data = properties.dataDir();
    this.folder = folder;
    this.clock = clock;
  }

  /**
   * Writes a backup into {@code kb.backup.dir}.
   *
   * @throws BackupException if one is being written, or the database is not the embedded one
   */
  public Backups.Summary write() {
    if (!one.tryLock()) {
      throw new BackupException("A backup is being written already");
    }
    try (Connection connection = database.getConnection()) {
      String product = connection.getMetaData().getDatabaseProductName();
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
