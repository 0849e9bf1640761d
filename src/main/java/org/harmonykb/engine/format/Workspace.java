package org.harmonykb.engine.format;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import org.harmonykb.engine.ModelFormatException;
import org.jspecify.annotations.Nullable;

/**
 * Room for weights that must be laid out anew before they can be computed with. Up to {@value
 * #IN_MEMORY} bytes lie in memory outside the heap. More go to a temporary file that is mapped, so
 * that the operating system may drop and read pages as it does with a GGUF file; gpt-oss-20b needs
 * 12 GB. The file lies in the folder that the system property {@code kb.engine.work-dir} names, or
 * else in {@code java.io.tmpdir}, and is deleted on {@link #close}; on Linux and macOS it has no
 * name while it is used, so that a crash leaves nothing behind.
 *
 * <p>{@link #write} may be called by many threads until {@link #finish}.
 */
final class Workspace implements AutoCloseable {

  private static final long IN_MEMORY = 64L << 20;

  private final Arena arena = Arena.ofShared();
  private final @Nullable FileChannel channel;
  private final MemorySegment memory;
  private final long size;

  private Workspace(@Nullable FileChannel channel, long size) {
    this.channel = channel;
    this.size = size;
    this.memory = channel == null ? arena.allocate(size, 64) : MemorySegment.NULL;
  }

  /**
   * @param model named in errors
   */
  static Workspace create(Path model, long size) {
    return create(model, size, IN_MEMORY);
  }

  static Workspace create(Path model, long size, long inMemory) {
    if (size <= inMemory) {
      return new Workspace(null, size);
    }
    String configured = System.getProperty("kb.engine.work-dir");
    Path folder = Path.of(configured == null ? System.getProperty("java.io.tmpdir") : configured);
    try {
      long free = Files.getFileStore(folder).getUsableSpace();
      if (free < size) {
        throw new ModelFormatException(
            model,
            null,
            "must be laid out anew, which takes %d MB, but %s has %d MB free; set -Dkb.engine.work-dir to a folder with more"
                .formatted(size >> 20, folder, free >> 20));
      }
      Path file = folder.resolve("harmony-kb-weights-" + UUID.randomUUID() + ".tmp");
      FileChannel channel =
          FileChannel.open(
              file,
              StandardOpenOption.CREATE_NEW,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              StandardOpenOption.DELETE_ON_CLOSE);
      return new Workspace(channel, size);
    } catch (IOException e) {
      throw new ModelFormatException(
          model,
          null,
          "must be laid out anew, but nothing can be written to %s (%s); set -Dkb.engine.work-dir"
              .formatted(folder, e.getMessage()));
    }
  }

  void write(long position, byte[] bytes, int length) throws IOException {
    if (channel == null) {
      MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, position, length);
      return;
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes, 0, length);
    while (buffer.hasRemaining()) {
      position += channel.write(buffer, position);
    }
  }

  /** All that was written, for reading. */
  MemorySegment finish() throws IOException {
    return channel == null
        ? memory.asReadOnly()
        : channel.map(FileChannel.MapMode.READ_ONLY, 0, size, arena);
  }

  @Override
  public void close() {
    arena.close();
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException e) {
        System.getLogger(Workspace.class.getName())
            .log(System.Logger.Level.WARNING, "A temporary file may remain", e);
      }
    }
  }
}
