package org.harmonykb.engine.paging;

import com.sun.nio.file.ExtendedOpenOption;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Reads pieces of a file past the operating system's cache: what is kept is kept in slots, and
 * pages of the cache would count against a cgroup's limit too. Where the file system has no direct
 * I/O, pages are dropped again after each read. Thread-safe.
 */
final class WeightFile implements AutoCloseable {

  /** What is read begins and ends at multiples of this, in the file and in memory. */
  static final int BLOCK = 4096;

  private final FileChannel channel;
  private final @Nullable PageCache pages; // null with direct I/O

  private WeightFile(FileChannel channel, @Nullable PageCache pages) {
    this.channel = channel;
    this.pages = pages;
  }

  static WeightFile open(Path path) throws IOException {
    FileChannel direct = openDirect(path);
    return direct == null ? openOrdinary(path) : new WeightFile(direct, null);
  }

  /** A file that is read through the cache, whose pages are dropped afterwards. */
  static WeightFile openOrdinary(Path path) throws IOException {
    return new WeightFile(FileChannel.open(path, StandardOpenOption.READ), new PageCache(path));
  }

  /** Null where the file system refuses it, which some do at the first read only. */
  private static @Nullable FileChannel openDirect(Path path) throws IOException {
    FileChannel channel;
    try {
      if (Files.getFileStore(path).getBlockSize() > BLOCK) {
        return null;
      }
      channel = FileChannel.open(path, StandardOpenOption.READ, ExtendedOpenOption.DIRECT);
    } catch (UnsupportedOperationException | IOException e) {
      return null;
    }
    try {
      channel.read(ByteBuffer.allocateDirect(2 * BLOCK).alignedSlice(BLOCK), 0);
      return channel;
    } catch (IOException e) {
      channel.close();
      return null;
    }
  }

  boolean isDirect() {
    return pages == null;
  }

  /** Bytes in front of some that have to be read with them. */
  static long before(long offset) {
    return offset % BLOCK;
  }

  /**
   * Reads some bytes into a room, with a bit around them; they begin after {@link #before}.
   *
   * @param room begins at a multiple of {@link #BLOCK} and has two of them more than the length
   */
  void read(long offset, long length, MemorySegment room) throws IOException {
    long before = before(offset);
    long from = offset - before;
    long count = (before + length + BLOCK - 1) / BLOCK * BLOCK;
    long done = 0;
    while (done < before + length) {
      // After a short read, go on from a whole block.
      done = done / BLOCK * BLOCK;
      ByteBuffer buffer = room.asSlice(done, count - done).asByteBuffer();
      int read = channel.read(buffer, from + done);
      if (read <= 0 || (read < BLOCK && done + read < before + length)) {
        throw new EOFException("the file ends before " + (offset + length));
      }
      done += read;
    }
    if (pages != null) {
      pages.drop(offset, length);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
    if (pages != null) {
      pages.close();
    }
  }
}
