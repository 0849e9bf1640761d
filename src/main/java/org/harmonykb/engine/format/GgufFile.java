package org.harmonykb.engine.format;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.harmonykb.engine.ModelFormatException;
import org.jspecify.annotations.Nullable;

/**
 * A GGUF file of version 2 or 3, in one part or several, memory-mapped read-only. Every count,
 * offset and shape is checked against the file's size at opening, so that a tensor's data always
 * lies inside the mapping and nothing is allocated that the file could not fill. Immutable and
 * thread-safe until {@link #close}, after which tensors must not be touched.
 *
 * <p>Source: the GGUF specification in ggml's {@code docs/gguf.md}.
 */
public final class GgufFile implements ModelFile {

  static final int MAGIC = 0x46554747; // "GGUF" read little-endian
  private static final int MAGIC_BIG_ENDIAN = 0x47475546;
  private static final int MAX_DIMENSIONS = 4;
  private static final Pattern PART_NAME = Pattern.compile("(.*)-(\\d{5})-of-(\\d{5})\\.gguf");

  private final Path path;
  private final Arena arena;
  private final long size;
  private final ModelMetadata metadata;
  private final Map<String, Tensor> tensors;
  private final List<Mapped> mappings;

  /** A part of the file, from its first byte on. */
  private record Mapped(Path path, MemorySegment memory) {}

  private GgufFile(
      Path path,
      Arena arena,
      long size,
      ModelMetadata metadata,
      Map<String, Tensor> tensors,
      List<Mapped> mappings) {
    this.path = path;
    this.arena = arena;
    this.size = size;
    this.metadata = metadata;
    this.tensors = tensors;
    this.mappings = mappings;
  }

  /**
   * Maps and checks a file. Any part of a split file ({@code name-00001-of-00003.gguf}) stands for
   * the whole.
   *
   * @throws ModelFormatException if it is not a usable GGUF file
   */
  public static GgufFile open(Path path) {
    Arena arena = Arena.ofShared();
    try {
      Part opened = map(path, arena);
      int parts = opened.metadata.integer("split.count", 1);
      return parts > 1
          ? join(path, arena, opened, parts)
          : new GgufFile(
              path,
              arena,
              opened.mapped.memory.byteSize(),
              opened.metadata,
              opened.tensors,
              List.of(opened.mapped));
    } catch (RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  private static Part map(Path path, Arena arena) {
    if (!Files.isRegularFile(path)) {
      throw new ModelFormatException(path, null, "there is no such file");
    }
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      return read(path, channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena));
    } catch (IOException e) {
      throw new ModelFormatException(path, null, "cannot be read: " + e.getMessage());
    }
  }

  /** All parts as one: the metadata of the first, the tensors of all. */
  private static GgufFile join(Path path, Arena arena, Part opened, int count) {
    Matcher name = PART_NAME.matcher(String.valueOf(path.getFileName()));
    if (!name.matches() || Integer.parseInt(name.group(3)) != count) {
      throw new ModelFormatException(
          path,
          null,
          "is one of %d parts, but is not named like name-00001-of-%05d.gguf"
              .formatted(count, count));
    }
    int openedNumber = Integer.parseInt(name.group(2)) - 1;
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    ModelMetadata metadata = opened.metadata;
    long size = 0;
    long expected = -1;
    List<Mapped> mappings = new ArrayList<>();
    for (int number = 0; number < count; number++) {
      Path partPath =
          path.resolveSibling("%s-%05d-of-%05d.gguf".formatted(name.group(1), number + 1, count));
      Part part = number == openedNumber ? opened : map(partPath, arena);
      if (part.metadata.integer("split.no", -1) != number
          || part.metadata.integer("split.count", 1) != count) {
        throw new ModelFormatException(
            partPath, null, "does not say that it is part %d of %d".formatted(number + 1, count));
      }
      if (number == 0) {
        metadata = part.metadata;
        expected = metadata.integer("split.tensors.count");
      }
      for (Tensor tensor : part.tensors.values()) {
        if (tensors.put(tensor.name(), tensor) != null) {
          throw new ModelFormatException(
              partPath, tensor.name(), "occurs in an earlier part already");
        }
      }
      size += part.mapped.memory.byteSize();
      mappings.add(part.mapped);
    }
    if (openedNumber >= count || tensors.size() != expected) {
      throw new ModelFormatException(
          path,
          null,
          "has parts with %d tensors together, but should have %d"
              .formatted(tensors.size(), expected));
    }
    return new GgufFile(
        path, arena, size, metadata, Collections.unmodifiableMap(tensors), mappings);
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public ModelMetadata metadata() {
    return metadata;
  }

  @Override
  public Collection<Tensor> tensors() {
    return tensors.values();
  }

  @Override
  public @Nullable Tensor tensorOrNull(String name) {
    return tensors.get(name);
  }

  @Override
  public @Nullable FileRegion regionOf(Tensor tensor) {
    for (Mapped mapped : mappings) {
      long offset = tensor.data().address() - mapped.memory.address();
      if (offset >= 0 && offset <= mapped.memory.byteSize() - tensor.data().byteSize()) {
        return new FileRegion(mapped.path, offset, tensor.data().byteSize());
      }
    }
    return null;
  }

  @Override
  public void close() {
    arena.close();
  }

  /** One file's contents. */
  private record Part(Mapped mapped, ModelMetadata metadata, Map<String, Tensor> tensors) {}

  private static Part read(Path path, MemorySegment file) {
    GgufCursor cursor = new GgufCursor(path, file);
    int magic = file.byteSize() < 24 ? 0 : cursor.int32();
    if (magic == MAGIC_BIG_ENDIAN) {
      throw new ModelFormatException(
          path, null, "is big-endian; convert it to little-endian first");
    }
    if (magic != MAGIC) {
      throw new ModelFormatException(path, null, "is not a GGUF file");
    }
    int version = cursor.int32();
    if (Integer.reverseBytes(version) == 2 || Integer.reverseBytes(version) == 3) {
      throw new ModelFormatException(
          path, null, "is big-endian; convert it to little-endian first");
    }
    if (version != 2 && version != 3) {
      throw new ModelFormatException(
          path, null, "has GGUF version " + version + "; versions 2 and 3 can be read");
    }
    // A tensor takes at least 24 bytes of header, a pair at least 13.
    int tensorCount = cursor.count("number of tensors", 24);
    int pairCount = cursor.count("number of metadata pairs", 13);

    Map<String, Object> pairs = new LinkedHashMap<>();
    Map<String, GgufType> valueTypes = new HashMap<>();
    for (int i = 0; i < pairCount; i++) {
      String key = cursor.string();
      GgufType valueType = cursor.type();
      boolean array = valueType == GgufType.ARRAY;
      if (array) {
        valueType = cursor.type();
      }
      valueTypes.put(key, valueType);
      Object value = array ? cursor.array(valueType) : cursor.value(valueType);
      if (pairs.put(key, value) != null) {
        throw new ModelFormatException(
            path, null, "has the metadata key " + JsonObject.shortened(key) + " twice");
      }
    }
    ModelMetadata metadata = new ModelMetadata(path, pairs, valueTypes);
    int alignment = metadata.integer("general.alignment", 32);
    if (alignment < 1 || alignment > 1 << 20 || Integer.bitCount(alignment) != 1) {
      throw new ModelFormatException(
          path, null, "has an alignment of " + alignment + ", which is no power of two");
    }

    Map<String, long[]> offsets = new HashMap<>();
    Map<String, TensorType> types = new HashMap<>();
    Map<String, long[]> shapes = new LinkedHashMap<>();
    for (int i = 0; i < tensorCount; i++) {
      String name = cursor.string();
      int dimensions = cursor.int32();
      if (dimensions < 1 || dimensions > MAX_DIMENSIONS) {
        throw new ModelFormatException(path, name, "has " + dimensions + " dimensions");
      }
      long[] shape = new long[dimensions];
      for (int d = 0; d < dimensions; d++) {
        shape[d] = cursor.int64();
      }
      int typeId = cursor.int32();
      TensorType type = TensorType.byId(typeId);
      if (type == null) {
        throw new ModelFormatException(path, name, "has the unknown type " + typeId);
      }
      if (shapes.put(name, shape) != null) {
        throw new ModelFormatException(path, name, "occurs twice");
      }
      types.put(name, type);
      offsets.put(name, new long[] {cursor.int64()});
    }

    long start = cursor.position() + (alignment - cursor.position() % alignment) % alignment;
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Map.Entry<String, long[]> entry : shapes.entrySet()) {
      String name = entry.getKey();
      long offset = requireNonNull(offsets.get(name))[0];
      TensorType type = requireNonNull(types.get(name));
      long bytes = checkedBytes(path, name, type, entry.getValue(), file.byteSize());
      if (offset < 0
          || offset % alignment != 0
          || start > file.byteSize()
          || offset > file.byteSize() - start
          || bytes > file.byteSize() - start - offset) {
        throw new ModelFormatException(
            path,
            name,
            "lies at %d with %d bytes, which is outside the file of %d bytes or not aligned; is the file whole?"
                .formatted(start + offset, bytes, file.byteSize()));
      }
      tensors.put(
          name, new Tensor(name, type, entry.getValue(), file.asSlice(start + offset, bytes)));
    }
    return new Part(new Mapped(path, file), metadata, Collections.unmodifiableMap(tensors));
  }

  private static long checkedBytes(
      Path path, String name, TensorType type, long[] shape, long fileSize) {
    long elements = 1;
    for (long extent : shape) {
      // Even a quarter byte for each value must fit into the file.
      if (extent < 1 || extent > Integer.MAX_VALUE || elements > fileSize * 4 / extent) {
        throw new ModelFormatException(
            path, name, "has a shape that the file cannot hold: " + Arrays.toString(shape));
      }
      elements *= extent;
    }
    if (shape[0] % type.blockSize() != 0) {
      throw new ModelFormatException(
          path,
          name,
          "has rows of %d values, but %s is stored in blocks of %d"
              .formatted(shape[0], type, type.blockSize()));
    }
    return type.bytes(elements);
  }
}
