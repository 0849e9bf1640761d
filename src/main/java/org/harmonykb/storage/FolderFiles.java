package org.harmonykb.storage;

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
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.harmonykb.faults.InsufficientDiskSpaceException;

/** Files in a folder, which replicas may share. */
public final class FolderFiles implements FileStore {

  private final Path folder;
  private final long minFree;

  /**
   * @param folder is made when the first file comes
   * @param minFree bytes that stay free on its disk
   */
  public FolderFiles(Path folder, long minFree) {
    this.folder = folder;
    this.minFree = minFree;
  }

  @Override
  public String store(byte[] content) {
    String name = UUID.randomUUID().toString();
    Path part = folder.resolve(name + ".part");
    try {
      Files.createDirectories(folder);
      requireRoom(content.length);
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
      discard(part, e);
      throw new UncheckedIOException("cannot store a file in " + folder, e);
    }
  }

  /** The database and the index lie on the same disk, and need room for what they make of it. */
  private void requireRoom(long bytes) throws IOException {
    long free = Files.getFileStore(folder).getUsableSpace();
    if (free - bytes < minFree) {
      throw new InsufficientDiskSpaceException(
          "The disk has %,d MB left, and uploads leave at least %,d MB free (kb.min-free-disk). The file was not stored"
              .formatted(free >> 20, minFree >> 20));
    }
  }

  private static void discard(Path part, IOException reason) {
    try {
      Files.deleteIfExists(part);
    } catch (IOException e) {
      reason.addSuppressed(e); // the next start's check removes it
    }
  }

  @Override
  public byte[] read(String name) {
    try {
      return Files.readAllBytes(folder.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read a stored file", e);
    }
  }

  @Override
  public <T> T open(String name, Function<Path, T> use) {
    return use.apply(folder.resolve(name));
  }

  @Override
  public Map<String, StoredFile> list() {
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

  @Override
  public void delete(String name) {
    try {
      Files.deleteIfExists(folder.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete a stored file", e);
    }
  }

  @Override
  public Optional<Path> folder() {
    return Optional.of(folder);
  }

  @Override
  public String place() {
    return folder.toString();
  }
}
