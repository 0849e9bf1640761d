package org.harmonykb.backup;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Verifies backups and makes data folders of them. */
final class BackupReader {

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private BackupReader() {}

  /**
   * Reads a whole backup and compares every checksum.
   *
   * @throws BackupException if something is missing, changed or of a newer format
   */
  static Manifest verify(Path file) {
    return read(file, (entry, content) -> content.transferTo(OutputStream.nullOutputStream()));
  }

  /**
   * Makes a data folder of a backup, or leaves nothing behind.
   *
   * @param data does not exist or is empty
   * @param schema the newest database version that this program knows
   * @throws BackupException if the folder is not empty, or the backup is damaged or newer
   */
  static Manifest restore(Path file, Path data, String schema) {
    try {
      if (Files.exists(data)) {
        try (Stream<Path> inside = Files.list(data)) {
          if (inside.findAny().isPresent()) {
            throw new BackupException(
                "The folder " + data + " is not empty; restore into a new one");
          }
        }
      }
      Path parent = data.toAbsolutePath().getParent();
      if (parent == null) {
        throw new BackupException("Cannot restore into " + data);
      }
      Files.createDirectories(parent);
      Path part = Files.createTempDirectory(parent, "restore-");
      try {
        Manifest manifest =
            read(
                file,
                (entry, content) -> {
                  Path target = inside(part, entry.path());
                  Files.createDirectories(target.getParent());
                  Files.copy(content, target);
                });
        if (isNewer(manifest.schema(), schema)) {
          throw new BackupException(
              "The backup is of database version %s and this program knows %s; use a newer one"
                  .formatted(manifest.schema(), schema));
        }
        Files.deleteIfExists(data);
        Files.move(part, data, StandardCopyOption.ATOMIC_MOVE);
        return manifest;
      } finally {
        BackupWriter.deleteFolder(part);
      }
    } catch (IOException e) {
      throw new BackupException("The backup cannot be restored: " + e.getMessage(), e);
    }
  }

  private interface Use {
    void entry(Manifest.Entry entry, InputStream content) throws IOException;
  }

  private static Manifest read(Path file, Use use) {
    try (ZipFile zip = new ZipFile(file.toFile())) {
      Manifest manifest = manifest(zip, file);
      for (Manifest.Entry entry : manifest.files()) {
        ZipEntry stored = zip.getEntry(entry.path());
        if (stored == null) {
          throw new BackupException("The backup %s misses %s".formatted(file, entry.path()));
        }
        MessageDigest digest = BackupWriter.sha256();
        try (InputStream content = new DigestInputStream(zip.getInputStream(stored), digest)) {
          use.entry(entry, content);
          content.transferTo(OutputStream.nullOutputStream());
        }
        if (!HexFormat.of().formatHex(digest.digest()).equals(entry.sha256())) {
          throw new BackupException(
              "The backup %s is damaged: %s is not what was written".formatted(file, entry.path()));
        }
      }
      return manifest;
    } catch (IOException e) {
      throw new BackupException(
          "The backup %s is damaged or no backup: %s".formatted(file, e.getMessage()), e);
    }
  }

  private static Manifest manifest(ZipFile zip, Path file) throws IOException {
    ZipEntry entry = zip.getEntry(Manifest.NAME);
    if (entry == null) {
      throw new BackupException("%s is no backup: it has no manifest".formatted(file));
    }
    Manifest manifest;
    try (InputStream content = zip.getInputStream(entry)) {
      manifest = JSON.readValue(content, Manifest.class);
    } catch (JacksonException e) {
      throw new BackupException("The manifest of %s cannot be read".formatted(file), e);
    }
    if (manifest.format() > Manifest.FORMAT) {
      throw new BackupException(
          "%s is a backup of format %d and this program knows %d; use a newer one"
              .formatted(file, manifest.format(), Manifest.FORMAT));
    }
    return manifest;
  }

  /** A path of the manifest must not lead out of the folder. */
  private static Path inside(Path folder, String path) {
    Path target = folder.resolve(path).normalize();
    boolean isKnown = List.of("db/", "index/", "files/").stream().anyMatch(path::startsWith);
    if (!isKnown || !target.startsWith(folder)) {
      throw new BackupException("The backup holds a file that does not belong there: " + path);
    }
    return target;
  }

  /** Compares versions such as 3 and 10.1 number by number. */
  static boolean isNewer(String version, String than) {
    String[] a = version.split("\\.");
    String[] b = than.split("\\.");
    for (int i = 0; i < Math.max(a.length, b.length); i++) {
      int left = i < a.length ? Integer.parseInt(a[i]) : 0;
      int right = i < b.length ? Integer.parseInt(b[i]) : 0;
      if (left != right) {
        return left > right;
      }
    }
    return false;
  }
}
