package org.harmonykb.engine.format;

import java.nio.file.Path;

/** Where some bytes lie on disk, exactly as they lie in memory. */
public record FileRegion(Path file, long offset, long length) {

  /** A piece of it. */
  public FileRegion slice(long from, long count) {
    if (from < 0 || count < 0 || from > length - count) {
      throw new IndexOutOfBoundsException(
          "%d bytes from %d of a region of %d".formatted(count, from, length));
    }
    return new FileRegion(file, offset + from, count);
  }
}
