package org.harmonykb.engine.format;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.harmonykb.engine.ModelFormatException;
import org.jspecify.annotations.Nullable;

/**
 * One mapped safetensors file: a length, a JSON header of that length and the tensors' bytes. All
 * offsets and shapes are checked against the file's size. Immutable; the arena owns the mapping.
 *
 * @param size bytes of the file
 */
record Safetensors(Path path, long size, Map<String, Entry> entries) {

  /** What the format's reference reader allows. */
  private static final long MAX_HEADER = 100_000_000;

  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /**
   * A tensor as the file has it.
   *
   * @param file the file it is in
   * @param dtype the format's name of the value type, such as {@code BF16}
   * @param shape extents, the slowest running first, as PyTorch has them
   * @param data its bytes, exactly
   */
  record Entry(Path file, String name, String dtype, long[] shape, MemorySegment data) {

    /** The same type of a GGUF tensor; only types that models are computed with. */
    TensorType type() {
      return switch (dtype) {
        case "F32" -> TensorType.F32;
        case "F16" -> TensorType.F16;
        case "BF16" -> TensorType.BF16;
        default -> throw broken("is stored as " + dtype + "; F32, F16 and BF16 can be read");
      };
    }

    /** Refuses another type or shape. */
    Entry require(String neededType, long... neededShape) {
      if (!dtype.equals(neededType)) {
        throw broken("is stored as " + dtype + ", but must be " + neededType);
      }
      return requireShape(neededShape);
    }

    Entry requireShape(long... neededShape) {
      if (!java.util.Arrays.equals(shape, neededShape)) {
        throw broken(
            "has the shape %s, but the model needs %s"
                .formatted(
                    java.util.Arrays.toString(shape), java.util.Arrays.toString(neededShape)));
      }
      return this;
    }

    ModelFormatException broken(String reason) {
      return new ModelFormatException(file, name, reason);
    }
  }

  static Safetensors open(Path path, Arena arena) {
    MemorySegment mapped;
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
    } catch (IOException e) {
      throw new ModelFormatException(path, null, "cannot be read: " + e.getMessage());
    }
    long size = mapped.byteSize();
    long header = size < 8 ? -1 : mapped.get(LONG, 0);
    if (header < 2 || header > MAX_HEADER || header > size - 8) {
      throw new ModelFormatException(
          path, null, "is no safetensors file, or its end is missing: its header does not fit");
    }
    JsonObject json = Json.parse(path, mapped.asSlice(8, header).asByteBuffer());
    MemorySegment data = mapped.asSlice(8 + header);
    Map<String, Entry> entries = new LinkedHashMap<>();
    for (String name : json.names()) {
      if (!name.equals("__metadata__")) {
        entries.put(name, entry(path, name, json.object(name), data));
      }
    }
    return new Safetensors(path, size, entries);
  }

  private static Entry entry(Path path, String name, JsonObject json, MemorySegment data) {
    String dtype = json.string("dtype");
    List<?> extents = json.list("shape");
    List<?> offsets = json.list("data_offsets");
    if (offsets.size() != 2 || extents.size() > 8) {
      throw new ModelFormatException(path, name, "has a header that makes no sense");
    }
    long begin = offset(path, name, offsets.get(0));
    long end = offset(path, name, offsets.get(1));
    if (begin > end || end > data.byteSize()) {
      throw new ModelFormatException(
          path,
          name,
          "lies at %d to %d, which is outside the file's %d bytes of data; is the file whole?"
              .formatted(begin, end, data.byteSize()));
    }
    long[] shape = new long[extents.size()];
    long elements = 1;
    for (int i = 0; i < shape.length; i++) {
      shape[i] = offset(path, name, extents.get(i));
      if (shape[i] > Integer.MAX_VALUE
          || (shape[i] > 0 && elements > 2 * data.byteSize() / shape[i])) {
        throw new ModelFormatException(path, name, "has a shape that the file cannot hold");
      }
      elements *= shape[i];
    }
    int bytes =
        switch (dtype) {
          case "BOOL", "U8", "I8", "F8_E4M3", "F8_E5M2", "F8_E8M0" -> 1;
          case "I16", "U16", "F16", "BF16" -> 2;
          case "I32", "U32", "F32" -> 4;
          case "I64", "U64", "F64" -> 8;
          default -> 0; // unknown, and refused where it is used
        };
    if (bytes > 0 && elements * bytes != end - begin) {
      throw new ModelFormatException(
          path,
          name,
          "has %d bytes, but its shape and type need %d".formatted(end - begin, elements * bytes));
    }
    return new Entry(path, name, dtype, shape, data.asSlice(begin, end - begin));
  }

  private static long offset(Path path, String name, @Nullable Object value) {
    if (!(value instanceof Long number) || number < 0) {
      throw new ModelFormatException(path, name, "has a shape or offset that is no number");
    }
    return number;
  }
}
