package org.harmonykb.engine.format;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.harmonykb.engine.ModelFormatException;
import org.jspecify.annotations.Nullable;

/**
 * The tensors of a safetensors file: eight bytes with the length of a JSON header, the header with
 * type, shape and place of each tensor, and the data. Every place is checked against the file.
 */
final class PeftTensors {

  private static final int MAX_HEADER = 100_000_000; // the format's own limit

  private PeftTensors() {}

  /** Maps a file into the arena, all tensors with their extents fastest first. */
  static Map<String, Tensor> map(Path path, Arena arena) {
    MemorySegment file;
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      file = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
    } catch (IOException e) {
      throw new ModelFormatException(path, null, "cannot be read: " + e.getMessage());
    }
    long headerBytes =
        file.byteSize() < 8
            ? -1
            : file.get(ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), 0);
    if (headerBytes < 2 || headerBytes > Math.min(file.byteSize() - 8, MAX_HEADER)) {
      throw new ModelFormatException(path, null, "is not a whole safetensors file");
    }
    byte[] header = file.asSlice(8, headerBytes).toArray(ValueLayout.JAVA_BYTE);
    MemorySegment data = file.asSlice(8 + headerBytes);
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    PeftJson.object(path, new String(header, StandardCharsets.UTF_8))
        .forEach(
            (name, entry) -> {
              if (!name.equals("__metadata__")) {
                tensors.put(name, tensor(path, name, entry, data));
              }
            });
    return tensors;
  }

  private static Tensor tensor(Path path, String name, @Nullable Object entry, MemorySegment data) {
    if (!(entry instanceof Map<?, ?> fields)) {
      throw new ModelFormatException(path, name, "has no description");
    }
    TensorType type =
        switch (String.valueOf(fields.get("dtype"))) {
          case "F32" -> TensorType.F32;
          case "F16" -> TensorType.F16;
          case "BF16" -> TensorType.BF16;
          default ->
              throw new ModelFormatException(
                  path,
                  name,
                  "is stored as " + fields.get("dtype") + "; F32, F16 and BF16 can be read");
        };
    long[] slowestFirst = integers(path, name, fields.get("shape"));
    long[] offsets = integers(path, name, fields.get("data_offsets"));
    if (slowestFirst.length < 1 || slowestFirst.length > 4 || offsets.length != 2) {
      throw new ModelFormatException(path, name, "has no usable shape or place");
    }
    long[] shape = new long[slowestFirst.length];
    long elements = 1;
    for (int i = 0; i < shape.length; i++) {
      long extent = slowestFirst[shape.length - 1 - i];
      if (extent < 1 || extent > Integer.MAX_VALUE || elements > data.byteSize() / extent) {
        throw new ModelFormatException(path, name, "has a shape that the file cannot hold");
      }
      shape[i] = extent;
      elements *= extent;
    }
    long bytes = type.bytes(elements);
    if (offsets[0] > offsets[1]
        || offsets[1] > data.byteSize()
        || offsets[1] - offsets[0] != bytes) {
      throw new ModelFormatException(
          path,
          name,
          "takes %d bytes by its shape, but lies from %d to %d of %d; is the file whole?"
              .formatted(bytes, offsets[0], offsets[1], data.byteSize()));
    }
    return new Tensor(name, type, shape, data.asSlice(offsets[0], bytes));
  }

  private static long[] integers(Path path, String name, @Nullable Object list) {
    if (!(list instanceof List<?> values)) {
      throw new ModelFormatException(path, name, "has no usable shape or place");
    }
    return values.stream()
        .mapToLong(
            value -> {
              if (value instanceof Double d && d >= 0 && d < 1L << 53 && d == Math.rint(d)) {
                return d.longValue();
              }
              throw new ModelFormatException(path, name, "has " + value + " among its extents");
            })
        .toArray();
  }
}
