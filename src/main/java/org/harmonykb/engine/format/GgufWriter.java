package org.harmonykb.engine.format;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Writes a GGUF file of version 3 whose tensors are known by shape before their data are. All goes
 * to a file beside the target; only {@link #finish} puts it into the target's place, so that there
 * is the whole file under that name or what was there before. Tensor data may be written by many
 * threads at once, each byte once; memory held does not depend on the file's size.
 *
 * <p>Source: the GGUF specification in ggml's {@code docs/gguf.md}.
 */
public final class GgufWriter implements AutoCloseable {

  /**
   * A tensor to be written.
   *
   * @param shape extents, the fastest running first, as in {@link Tensor}
   */
  public record Entry(String name, TensorType type, long[] shape) {

    public long bytes() {
      long elements = 1;
      for (long extent : shape) {
        elements *= extent;
      }
      return type.bytes(elements);
    }
  }

  private final Path target;
  private final Path partial;
  private final List<Entry> entries;
  private final FileChannel channel;
  private final long[] starts; // of each tensor in the file, and the file's end
  private final AtomicLongArray written;
  private boolean done;

  private GgufWriter(
      Path target, Path partial, List<Entry> entries, FileChannel channel, long[] starts) {
    this.target = target;
    this.partial = partial;
    this.entries = entries;
    this.channel = channel;
    this.starts = starts;
    this.written = new AtomicLongArray(entries.size());
  }

  /**
   * Starts a file and writes its header.
   *
   * @param target replaced at {@link #finish} if it exists
   * @throws IOException if the folder cannot be written to or has too little space
   * @throws IllegalArgumentException if a name occurs twice or a row is no multiple of its type's
   *     block size
   */
  public static GgufWriter create(Path target, GgufPairs metadata, List<Entry> entries)
      throws IOException {
    Path absolute = target.toAbsolutePath();
    Path folder = absolute.getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new IOException("there is no folder " + folder);
    }
    if (Files.isDirectory(absolute)) {
      throw new IOException(target + " is a folder");
    }
    int alignment = metadata.alignment();
    long[] starts = new long[entries.size() + 1];
    for (int i = 0; i < entries.size(); i++) {
      starts[i + 1] = align(starts[i] + entries.get(i).bytes(), alignment);
    }
    byte[] header = header(metadata, entries, starts);
    long data = align(header.length, alignment);
    for (int i = 0; i < starts.length; i++) {
      starts[i] += data;
    }
    long space = Files.getFileStore(folder).getUsableSpace();
    long size = starts[entries.size()];
    if (space < size) {
      throw new IOException(
          "%s needs %,d bytes, but its disk has %,d left".formatted(target, size, space));
    }
    Path partial =
        absolute.resolveSibling(
            absolute.getFileName() + "." + ProcessHandle.current().pid() + ".part");
    FileChannel channel =
        FileChannel.open(
            partial,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE);
    partial.toFile().deleteOnExit(); // an interrupted program leaves nothing behind
    GgufWriter writer =
        new GgufWriter(absolute, partial, List.copyOf(entries), channel, starts.clone());
    try {
      writer.writeAt(0, ByteBuffer.wrap(header));
    } catch (IOException e) {
      writer.close();
      throw e;
    }
    return writer;
  }

  /** Bytes of the whole file. */
  public long size() {
    return starts[entries.size()];
  }

  /**
   * Writes part of a tensor's data.
   *
   * @param tensor its place in the list given at the start
   * @param offset where in the tensor, in bytes
   * @throws IndexOutOfBoundsException if it would go beyond the tensor
   */
  public void write(int tensor, long offset, ByteBuffer bytes) throws IOException {
    int count = bytes.remaining();
    if (offset < 0 || offset + count > entries.get(tensor).bytes()) {
      throw new IndexOutOfBoundsException(
          "%d bytes at %d are outside of tensor %s"
              .formatted(count, offset, entries.get(tensor).name()));
    }
    writeAt(starts[tensor] + offset, bytes);
    written.addAndGet(tensor, count);
  }

  /**
   * Puts the file into its place.
   *
   * @throws IllegalStateException if some tensor is not whole
   */
  public void finish() throws IOException {
    for (int i = 0; i < entries.size(); i++) {
      if (written.get(i) != entries.get(i).bytes()) {
        throw new IllegalStateException(
            "tensor %s has %d of %d bytes"
                .formatted(entries.get(i).name(), written.get(i), entries.get(i).bytes()));
      }
    }
    if (channel.size() < size()) {
      writeAt(size() - 1, ByteBuffer.allocate(1)); // the last tensor is padded, too
    }
    channel.force(true);
    channel.close();
    Files.move(
        partial, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    done = true;
  }

  /** Removes what was written unless {@link #finish} has been reached. */
  @Override
  public void close() throws IOException {
    channel.close();
    if (!done) {
      Files.deleteIfExists(partial);
    }
  }

  private void writeAt(long position, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      position += channel.write(bytes, position);
    }
  }

  private static long align(long position, int alignment) {
    return (position + alignment - 1) / alignment * alignment;
  }

  private static byte[] header(GgufPairs metadata, List<Entry> entries, long[] offsets) {
    Header out = new Header();
    out.int32(GgufFile.MAGIC);
    out.int32(3);
    out.int64(entries.size());
    out.int64(metadata.values().size());
    for (Map.Entry<String, GgufPairs.Value> pair : metadata.values().entrySet()) {
      GgufPairs.Value value = pair.getValue();
      out.string(pair.getKey());
      if (value.isArray()) {
        out.int32(GgufType.ARRAY.id());
        out.int32(value.type().id());
        out.array(value.type(), value.value());
      } else {
        out.int32(value.type().id());
        out.value(value.type(), value.value());
      }
    }
    Set<String> names = new HashSet<>();
    for (int i = 0; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      if (!names.add(entry.name())) {
        throw new IllegalArgumentException("tensor " + entry.name() + " occurs twice");
      }
      if (!entry.type().isStorable()) {
        throw new IllegalArgumentException(
            "tensor %s has the type %s, which GGUF does not know"
                .formatted(entry.name(), entry.type()));
      }
      if (entry.shape()[0] % entry.type().blockSize() != 0) {
        throw new IllegalArgumentException(
            "tensor %s has rows of %d values, but %s is stored in blocks of %d"
                .formatted(entry.name(), entry.shape()[0], entry.type(), entry.type().blockSize()));
      }
      out.string(entry.name());
      out.int32(entry.shape().length);
      for (long extent : entry.shape()) {
        out.int64(extent);
      }
      out.int32(entry.type().id());
      out.int64(offsets[i]);
    }
    return out.bytes.toByteArray();
  }

  /** Little-endian values one after another. */
  private static final class Header {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 16);
    private final ByteBuffer scratch = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);

    void int32(int value) {
      scratch.putInt(0, value);
      bytes.write(scratch.array(), 0, 4);
    }

    void int64(long value) {
      scratch.putLong(0, value);
      bytes.write(scratch.array(), 0, 8);
    }

    void string(String text) {
      byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
      int64(encoded.length);
      bytes.writeBytes(encoded);
    }

    void value(GgufType type, Object value) {
      switch (type) {
        case STRING -> string((String) value);
        case BOOL -> bytes.write((Boolean) value ? 1 : 0);
        case FLOAT32 -> int32(Float.floatToRawIntBits(((Number) value).floatValue()));
        case FLOAT64 -> int64(Double.doubleToRawLongBits(((Number) value).doubleValue()));
        case ARRAY -> throw new IllegalArgumentException("arrays cannot be nested");
        default -> whole(type, ((Number) value).longValue());
      }
    }

    void whole(GgufType type, long value) {
      switch (type) {
        case UINT8, INT8, BOOL -> bytes.write((int) value);
        case UINT16, INT16 -> {
          bytes.write((int) value);
          bytes.write((int) (value >> 8));
        }
        case UINT32, INT32 -> int32((int) value);
        case UINT64, INT64 -> int64(value);
        default -> throw new IllegalArgumentException(type + " is no whole number");
      }
    }

    void array(GgufType type, Object array) {
      switch (array) {
        case String[] texts -> {
          int64(texts.length);
          for (String text : texts) {
            string(text);
          }
        }
        case float[] values -> {
          int64(values.length);
          for (float value : values) {
            int32(Float.floatToRawIntBits(value));
          }
        }
        case double[] values -> {
          int64(values.length);
          for (double value : values) {
            int64(Double.doubleToRawLongBits(value));
          }
        }
        case int[] values -> {
          int64(values.length);
          for (int value : values) {
            whole(type, value);
          }
        }
        case long[] values -> {
          int64(values.length);
          for (long value : values) {
            whole(type, value);
          }
        }
        default ->
            throw new IllegalArgumentException(
                "GGUF metadata cannot hold a " + array.getClass().getSimpleName());
      }
    }
  }
}
