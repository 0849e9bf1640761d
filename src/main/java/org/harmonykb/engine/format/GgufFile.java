package org.harmonykb.engine.format;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.harmonykb.engine.ModelFormatException;
import org.jspecify.annotations.Nullable;

/**
 * A GGUF file of version 2 or 3, memory-mapped read-only. Every count, offset and shape is checked
 * against the file's size at opening, so that a tensor's data always lies inside the mapping and
 * nothing is allocated that the file could not fill. Immutable and thread-safe until {@link
 * #close}, after which tensors must not be touched.
 *
 * <p>Source: the GGUF specification in ggml's {@code docs/gguf.md}.
 */
public final class GgufFile implements ModelFile {

  static final int MAGIC = 0x46554747; // "GGUF" read little-endian
  private static final int MAGIC_BIG_ENDIAN = 0x47475546;
  private static final int MAX_DIMENSIONS = 4;

  private final Path path;
  private final Arena arena;
  private final long size;
  private final ModelMetadata metadata;
  private final Map<String, Tensor> tensors;

  private GgufFile(
      Path path, Arena arena, long size, ModelMetadata metadata, Map<String, Tensor> tensors) {
    this.path = path;
    this.arena = arena;
    this.size = size;
    this.metadata = metadata;
    this.tensors = tensors;
  }

  /**
   * Maps and checks a file.
   *
   * @throws ModelFormatException if it is not a usable GGUF file
   */
  public static GgufFile open(Path path) {
    if (!Files.isRegularFile(path)) {
      throw new ModelFormatException(path, null, "there is no such file");
    }
    Arena arena = Arena.ofShared();
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      MemorySegment mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      return read(path, arena, mapped);
    } catch (IOException e) {
      arena.close();
      throw new ModelFormatException(path, null, "cannot be read: " + e.getMessage());
    } catch (RuntimeException e) {
      arena.close();
      throw e;
    }
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
  public void close() {
    arena.close();
  }

  private static GgufFile read(Path path, Arena arena, MemorySegment file) {
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
        throw new ModelFormatException(path, null, "has the metadata key " + key + " twice");
      }
    }
    ModelMetadata metadata = new ModelMetadata(path, pairs, valueTypes);
    int splits = metadata.integer("split.count", 1);
    if (splits > 1) {
      throw new ModelFormatException(
          path, null, "is one of " + splits + " parts; merge them into one file first");
    }
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
    return new GgufFile(
        path, arena, file.byteSize(), metadata, Collections.unmodifiableMap(tensors));
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
