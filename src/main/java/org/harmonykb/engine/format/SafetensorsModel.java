package org.harmonykb.engine.format;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.harmonykb.engine.ModelFormatException;
import org.jspecify.annotations.Nullable;

/**
 * A Hugging Face folder: {@code config.json}, {@code tokenizer.json} and safetensors in one or more
 * files. Names, shapes and packings are checked at opening; what must be laid out anew is so when a
 * tensor is asked for first, with all processors, into a {@link Workspace}. Thread-safe until
 * {@link #close}, after which tensors must not be touched.
 */
final class SafetensorsModel implements ModelFile {

  private static final System.Logger LOG = System.getLogger(SafetensorsModel.class.getName());
  private static final String INDEX = "model.safetensors.index.json";
  private static final String SUFFIX = ".safetensors";
  private static final int MAX_SHARDS = 4096;

  /** Bytes that a thread lays out before it writes them. */
  private static final int CHUNK = 1 << 20;

  private final Path path;
  private final Arena arena;
  private final long size;
  private final ModelMetadata metadata;
  private final HfTensors plan;
  private @Nullable Map<String, Tensor> tensors; // guarded by this
  private @Nullable Workspace workspace; // guarded by this

  private SafetensorsModel(
      Path path, Arena arena, long size, ModelMetadata metadata, HfTensors plan) {
    this.path = path;
    this.arena = arena;
    this.size = size;
    this.metadata = metadata;
    this.plan = plan;
  }

  /**
   * @param path the folder, or one safetensors file in it; a file that the folder's index lists
   *     stands for the whole
   */
  static SafetensorsModel open(Path path) {
    Path folder = Files.isDirectory(path) ? path : path.toAbsolutePath().getParent();
    if (folder == null) {
      throw new ModelFormatException(path, null, "lies in no folder");
    }
    List<String> names = shards(path, folder);
    HfConfig config = HfConfig.read(folder);
    Arena arena = Arena.ofShared();
    try {
      Map<String, Safetensors.Entry> entries = new LinkedHashMap<>();
      long size = 0;
      for (String name : names) {
        Safetensors shard = Safetensors.open(folder.resolve(name), arena);
        size += shard.size();
        for (Safetensors.Entry entry : shard.entries().values()) {
          if (entries.put(entry.name(), entry) != null) {
            throw entry.broken("occurs in more than one file");
          }
        }
      }
      checkIndex(folder, names, entries);
      HfTensors plan = HfTensors.of(config, entries);
      Map<String, Object> pairs = config.metadata(nameOf(folder), plan.headSize());
      HfTokenizer.metadata(folder, config.json(), pairs);
      // As GGUF's 32-bit types, unsigned and float, are read.
      pairs.replaceAll(
          (key, value) ->
              switch (value) {
                case Integer number -> number.longValue();
                case Double number -> number.floatValue();
                default -> value;
              });
      return new SafetensorsModel(path, arena, size, new ModelMetadata(path, pairs), plan);
    } catch (RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  private static String nameOf(Path folder) {
    return String.valueOf(folder.toAbsolutePath().normalize().getFileName());
  }

  /** The names of the files that hold the weights. */
  private static List<String> shards(Path path, Path folder) {
    Path index = folder.resolve(INDEX);
    if (Files.isRegularFile(index)) {
      Set<String> listed = new LinkedHashSet<>();
      JsonObject map = Json.read(index).object("weight_map");
      for (String tensor : map.names()) {
        String name = map.string(tensor);
        if (!name.endsWith(SUFFIX) || name.indexOf('/') >= 0 || name.indexOf('\\') >= 0) {
          throw map.broken(tensor, "is said to be in a file that is no safetensors file beside it");
        }
        listed.add(name);
      }
      if (listed.isEmpty() || listed.size() > MAX_SHARDS) {
        throw new ModelFormatException(index, null, "lists " + listed.size() + " files");
      }
      for (String name : listed) {
        if (!Files.isRegularFile(folder.resolve(name))) {
          throw new ModelFormatException(
              folder.resolve(name), null, "is missing, though the index lists it");
        }
      }
      if (Files.isDirectory(path) || listed.contains(String.valueOf(path.getFileName()))) {
        return List.copyOf(listed);
      }
    }
    if (!Files.isDirectory(path)) {
      return List.of(String.valueOf(path.getFileName()));
    }
    if (Files.isRegularFile(folder.resolve("model" + SUFFIX))) {
      return List.of("model" + SUFFIX);
    }
    List<String> found;
    try (Stream<Path> files = Files.list(folder)) {
      found =
          files
              .filter(Files::isRegularFile)
              .map(file -> String.valueOf(file.getFileName()))
              .filter(name -> name.endsWith(SUFFIX) && !name.startsWith("adapter_"))
              .sorted()
              .limit(MAX_SHARDS)
              .toList();
    } catch (IOException e) {
      throw new ModelFormatException(path, null, "cannot be listed: " + e.getMessage());
    }
    if (found.isEmpty()) {
      throw new ModelFormatException(path, null, "is a folder without safetensors weights");
    }
    return found;
  }

  private static void checkIndex(
      Path folder, List<String> shards, Map<String, Safetensors.Entry> entries) {
    Path index = folder.resolve(INDEX);
    if (!Files.isRegularFile(index)) {
      return;
    }
    JsonObject map = Json.read(index).object("weight_map");
    for (String tensor : map.names()) {
      Path file = folder.resolve(map.string(tensor));
      Safetensors.Entry entry = entries.get(tensor);
      if (shards.contains(map.string(tensor)) && (entry == null || !entry.file().equals(file))) {
        throw new ModelFormatException(file, tensor, "is not there, though the index says so");
      }
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
    return prepared().values();
  }

  @Override
  public @Nullable Tensor tensorOrNull(String name) {
    return prepared().get(name);
  }

  @Override
  public synchronized void close() {
    if (workspace != null) {
      workspace.close();
      workspace = null;
    }
    arena.close();
  }

  private synchronized Map<String, Tensor> prepared() {
    if (tensors == null) {
      Map<String, Tensor> all = new LinkedHashMap<>();
      for (Tensor tensor : plan.inPlace()) {
        all.put(tensor.name(), tensor);
      }
      if (!plan.relaid().isEmpty()) {
        layOut(all);
      }
      tensors = Collections.unmodifiableMap(all);
    }
    return tensors;
  }

  private void layOut(Map<String, Tensor> all) {
    List<Relaid> relaid = plan.relaid();
    long[] positions = new long[relaid.size() + 1];
    List<long[]> chunks = new ArrayList<>(); // tensor, first row, rows
    for (int i = 0; i < relaid.size(); i++) {
      Relaid tensor = relaid.get(i);
      positions[i + 1] = positions[i] + (tensor.bytes() + 63) / 64 * 64;
      long step = Math.max(1, CHUNK / tensor.rowBytes());
      for (long row = 0; row < tensor.rows(); row += step) {
        chunks.add(new long[] {i, row, Math.min(step, tensor.rows() - row)});
      }
    }
    long started = System.nanoTime();
    Workspace room = Workspace.create(path, positions[relaid.size()]);
    try {
      IntStream.range(0, chunks.size())
          .parallel()
          .forEach(
              c -> {
                long[] chunk = chunks.get(c);
                Relaid tensor = relaid.get((int) chunk[0]);
                writeRows(room, positions[(int) chunk[0]], tensor, chunk[1], (int) chunk[2]);
              });
      MemorySegment data = room.finish();
      for (int i = 0; i < relaid.size(); i++) {
        Relaid tensor = relaid.get(i);
        all.put(
            tensor.name(),
            new Tensor(
                tensor.name(),
                tensor.type(),
                tensor.shape(),
                data.asSlice(positions[i], tensor.bytes()),
                tensor.columnOrder()));
      }
    } catch (IOException | UncheckedIOException e) {
      room.close();
      throw new ModelFormatException(path, null, "cannot be laid out anew: " + e.getMessage());
    } catch (RuntimeException e) {
      room.close();
      throw e;
    }
    workspace = room;
    LOG.log(
        System.Logger.Level.INFO,
        "Laid out {0} MB of weights anew in {1} ms",
        positions[relaid.size()] >> 20,
        (System.nanoTime() - started) / 1_000_000);
  }

  private static void writeRows(
      Workspace room, long position, Relaid tensor, long firstRow, int rows) {
    byte[] bytes = new byte[rows * tensor.rowBytes()];
    for (int r = 0; r < rows; r++) {
      tensor.writer().write(firstRow + r, bytes, r * tensor.rowBytes());
    }
    try {
      room.write(position + firstRow * tensor.rowBytes(), bytes, bytes.length);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
