package org.harmonykb.backup;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes a backup while the service works on: first the index as links to its files, which never
 * change; then the database by H2's own online backup; then the stored files. A start brings index
 * and database together where a document came in between.
 */
final class BackupWriter {

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private BackupWriter() {}

  /** Puts the index as it is now into an empty folder. */
  interface IndexSnapshot {
    void into(Path folder) throws IOException;
  }

  /**
   * Writes a backup and reads it again to verify it.
   *
   * @param data the data folder
   * @param database a connection to its H2 database
   * @param target does not exist yet
   * @throws BackupException if it cannot be written or read
   */
  static Manifest write(Path data, Connection database, IndexSnapshot index, Path target) {
    try {
      Path folder = target.toAbsolutePath().getParent();
      if (folder == null) {
        throw new BackupException("No folder to write a backup to: " + target);
      }
      Files.createDirectories(folder);
      if (Files.exists(target)) {
        throw new BackupException("There is a file " + target + " already");
      }
      // Beside the index, since links do not reach another disk.
      Path work = Files.createTempDirectory(data, "backup-");
      Path part = folder.resolve(target.getFileName() + ".part");
      try {
        Path links = work.resolve("index");
        Files.createDirectory(links);
        index.into(links);
        Path sql = work.resolve("database.zip");
        try (PreparedStatement backup = database.prepareStatement("backup to ?")) {
          backup.setString(1, sql.toAbsolutePath().toString());
          backup.execute();
        }
        Manifest manifest = zip(part, links, sql, data.resolve("files"), schema(database));
        BackupReader.verify(part);
        Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
        return manifest;
      } finally {
        Files.deleteIfExists(part);
        deleteFolder(work);
      }
    } catch (IOException | SQLException e) {
      throw new BackupException("The backup cannot be written: " + e.getMessage(), e);
    }
  }

  private static String schema(Connection database) throws SQLException {
    try (Statement statement = database.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "select \"version\" from \"flyway_schema_history\" where \"version\" is not null"
                    + " and \"success\" order by \"installed_rank\"")) {
      String newest = "0";
      while (rows.next()) {
        String version = rows.getString(1);
        newest = BackupReader.isNewer(version, newest) ? version : newest;
      }
      return newest;
    }
  }

  private static Manifest zip(Path part, Path index, Path database, Path files, String schema)
      throws IOException {
    List<Manifest.Entry> entries = new ArrayList<>();
    try (FileChannel channel =
            FileChannel.open(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        ZipOutputStream zip = new ZipOutputStream(Channels.newOutputStream(channel))) {
      zip.setLevel(Deflater.BEST_SPEED);
      try (ZipInputStream inner = new ZipInputStream(Files.newInputStream(database))) {
        for (ZipEntry entry = inner.getNextEntry(); entry != null; entry = inner.getNextEntry()) {
          entries.add(add(zip, "db/" + Path.of(entry.getName()).getFileName(), inner));
        }
      }
      for (Path file : regularFiles(index)) {
        String path = "index/" + index.relativize(file).toString().replace('\\', '/');
        try (InputStream in = Files.newInputStream(file)) {
          entries.add(add(zip, path, in));
        }
      }
      for (Path file : regularFiles(files)) {
        if (file.toString().endsWith(".part")) {
          continue;
        }
        try (InputStream in = Files.newInputStream(file)) {
          entries.add(
              add(zip, "files/" + files.relativize(file).toString().replace('\\', '/'), in));
        } catch (NoSuchFileException e) {
          // Its document was deleted while the backup ran; it will be again after a restore.
          continue;
        }
      }
      Manifest manifest = new Manifest(Manifest.FORMAT, schema, Instant.now(), entries);
      zip.putNextEntry(new ZipEntry(Manifest.NAME));
      zip.write(JSON.writeValueAsBytes(manifest));
      zip.closeEntry();
      zip.finish();
      channel.force(true);
      return manifest;
    }
  }

  private static Manifest.Entry add(ZipOutputStream zip, String path, InputStream content)
      throws IOException {
    zip.putNextEntry(new ZipEntry(path));
    MessageDigest digest = sha256();
    long bytes = content.transferTo(new DigestOutputStream(notClosing(zip), digest));
    zip.closeEntry();
    return new Manifest.Entry(path, bytes, HexFormat.of().formatHex(digest.digest()));
  }

  private static OutputStream notClosing(ZipOutputStream zip) {
    return new OutputStream() {
      @Override
      public void write(int value) throws IOException {
        zip.write(value);
      }

      @Override
      public void write(byte[] bytes, int from, int length) throws IOException {
        zip.write(bytes, from, length);
      }
    };
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no SHA-256", e);
    }
  }

  static List<Path> regularFiles(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> paths = Files.walk(folder)) {
      return paths.filter(Files::isRegularFile).sorted().toList();
    }
  }

  static void deleteFolder(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    List<Path> all;
    try (Stream<Path> paths = Files.walk(folder)) {
      all = paths.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path each : all) {
      Files.delete(each);
    }
  }
}
