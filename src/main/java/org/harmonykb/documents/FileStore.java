package org.harmonykb.documents;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.springframework.stereotype.Component;

/** Files under generated names. What was stored is on disk when the call returns. */
@Component
class FileStore {

  private final Path folder;

  FileStore(DocumentProperties properties) {
    folder = properties.dataDir().resolve("files");
  }

  /** Stores content and returns its name. */
  String store(byte[] content) {
    String name = UUID.randomUUID().toString();
    try {
      Files.createDirectories(folder);
      Path part = folder.resolve(name + ".part");
      try (FileChannel channel =
          FileChannel.open(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        ByteBuffer bytes = ByteBuffer.wrap(content);
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        channel.force(true);
      }
      Files.move(part, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
      return name;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot store a file in " + folder, e);
    }
  }

  Path path(String name) {
    return folder.resolve(name);
  }

  byte[] read(String name) {
    try {
      return Files.readAllBytes(folder.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read a stored file", e);
    }
  }

  /** All files by name, those half written included. */
  Map<String, StoredFile> list() {
    Map<String, StoredFile> found = new HashMap<>();
    if (!Files.isDirectory(folder)) {
      return found;
    }
    try (DirectoryStream<Path> paths = Files.newDirectoryStream(folder)) {
      for (Path path : paths) {
        try {
          found.put(
              String.valueOf(path.getFileName()),
              new StoredFile(Files.size(path), Files.getLastModifiedTime(path).toInstant()));
        } catch (NoSuchFileException e) {
          // Deleted meanwhile.
        }
      }
      return found;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list the stored files in " + folder, e);
    }
  }

  void delete(String name) {
    try {
      if (!name.isEmpty()) {
        Files.deleteIfExists(folder.resolve(name));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete a stored file", e);
    }
  }
}
