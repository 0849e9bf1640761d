package org.harmonykb.backup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import org.harmonykb.retrieval.lucene.LuceneSearchIndex;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

/** Backups of a data folder that no service works on, and their way back. */
public final class Backups {

  private Backups() {}

  /**
   * @param schema version of the database
   * @param files how many were written
   * @param bytes of the backup file
   */
  public record Summary(Path file, Instant createdAt, String schema, int files, long bytes) {}

  /**
   * Backs a data folder up.
   *
   * @throws BackupException if a service works on the folder, its files are not in it, or the
   *     backup cannot be written
   */
  public static Summary write(Path data, Path target) {
    Path database = data.resolve("db").resolve("kb.mv.db");
    if (!Files.exists(database)) {
      throw new BackupException("There is no data of this program in " + data);
    }
    String url =
        "jdbc:h2:async:%s;IFEXISTS=TRUE;MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE"
            .formatted(data.toAbsolutePath().resolve("db").resolve("kb"));
    try (Connection connection = DriverManager.getConnection(url)) {
      requireFiles(data, connection);
      return summary(
          target,
          BackupWriter.write(
              data,
              connection,
              folder -> LuceneSearchIndex.link(data.resolve("index"), folder),
              target));
    } catch (SQLException e) {
      throw new BackupException(
          "The database in %s cannot be opened; if the service runs, use --url (%s)"
              .formatted(data, e.getMessage()),
          e);
    }
  }

  /** A folder whose documents' files are in an object storage would make a backup without them. */
  private static void requireFiles(Path data, Connection database) throws SQLException {
    Path files = data.resolve("files");
    int missing = 0;
    int all = 0;
    try (Statement statement = database.createStatement();
        ResultSet rows = statement.executeQuery("select stored_as from document_revision")) {
      while (rows.next()) {
        all++;
        missing += Files.exists(files.resolve(rows.getString(1))) ? 0 : 1;
      }
    }
    if (all > 0 && missing == all) {
      throw new BackupException(
          "None of the %d files of documents is in %s: they are kept elsewhere (kb.storage). Back up that storage, and the database's folder with it"
              .formatted(all, files));
    }
  }

  /**
   * Verifies a backup.
   *
   * @throws BackupException if it is damaged or newer
   */
  public static Summary verify(Path file) {
    return summary(file, BackupReader.verify(file));
  }

  /**
   * Makes a data folder of a backup; nothing is left behind if that fails.
   *
   * @throws BackupException if the folder is not empty, or the backup is damaged or newer
   */
  public static Summary restore(Path file, Path data) {
    return summary(file, BackupReader.restore(file, data, newestSchema()));
  }

  static Summary summary(Path file, Manifest manifest) {
    try {
      return new Summary(
          file, manifest.createdAt(), manifest.schema(), manifest.files().size(), Files.size(file));
    } catch (IOException e) {
      throw new BackupException("The backup cannot be read: " + e.getMessage(), e);
    }
  }

  /** The newest migration on the class path. */
  private static String newestSchema() {
    try {
      String newest = "0";
      for (Resource migration :
          new PathMatchingResourcePatternResolver()
              .getResources("classpath*:db/migration/V*__*.sql")) {
        String name = String.valueOf(migration.getFilename());
        String version = name.substring(1, name.indexOf("__")).replace('_', '.');
        newest = BackupReader.isNewer(version, newest) ? version : newest;
      }
      return newest;
    } catch (IOException e) {
      throw new BackupException("The migrations of this program cannot be listed", e);
    }
  }
}
