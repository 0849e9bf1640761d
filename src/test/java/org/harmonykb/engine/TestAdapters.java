package org.harmonykb.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.harmonykb.engine.format.ModelFile;
import org.harmonykb.engine.format.Tensor;
import tools.jackson.databind.json.JsonMapper;

/** Makes adapters of random values and writes them as GGUF files and PEFT directories. */
public final class TestAdapters {

  private TestAdapters() {}

  /**
   * A change of one weight.
   *
   * @param a {@code [experts][rank][columns]}
   * @param b {@code [experts][rows][rank]}
   */
  public record Change(
      String weight, int columns, int rows, int experts, int rank, float[] a, float[] b) {

    /** {@code B A} at a row and column of an expert. */
    public double product(int expert, int row, int column) {
      double sum = 0;
      for (int r = 0; r < rank; r++) {
        sum +=
            (double) b[(expert * rows + row) * rank + r]
                * a[(expert * rank + r) * columns + column];
      }
      return sum;
    }
  }

  /** Random changes of some weights of a model. */
  public static List<Change> random(
      Path model, int rank, double size, long seed, List<String> weights) {
    Random random = new Random(seed);
    List<Change> changes = new ArrayList<>();
    try (ModelFile file = ModelFile.open(model)) {
      for (String name : weights) {
        Tensor weight = file.tensor(name);
        int experts = weight.matrices();
        changes.add(
            new Change(
                name,
                weight.columns(),
                weight.rows(),
                experts,
                rank,
                values(random, experts * rank * weight.columns(), size),
                values(random, experts * rank * weight.rows(), size)));
      }
    }
    return changes;
  }

  private static float[] values(Random random, int count, double size) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) (size * random.nextGaussian());
    }
    return values;
  }

  /** Writes a GGUF adapter. */
  public static Path writeGguf(Path file, String architecture, float alpha, List<Change> changes)
      throws IOException {
    int bytes = 4096;
    for (Change change : changes) {
      bytes += 512 + 4 * (change.a.length + change.b.length);
    }
    ByteBuffer out = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(0x46554747).putInt(3).putLong(2L * changes.size()).putLong(4);
    string(string(out, "general.architecture").putInt(8), architecture);
    string(string(out, "general.type").putInt(8), "adapter");
    string(string(out, "adapter.type").putInt(8), "lora");
    string(out, "adapter.lora.alpha").putInt(6).putFloat(alpha);
    long offset = 0;
    for (Change change : changes) {
      tensor(out, change.weight + ".lora_a", change.columns, change.rank, change.experts, offset);
      offset += aligned(4L * change.a.length);
      tensor(out, change.weight + ".lora_b", change.rank, change.rows, change.experts, offset);
      offset += aligned(4L * change.b.length);
    }
    for (Change change : changes) {
      for (float[] values : List.of(change.a, change.b)) {
        out.position((int) aligned(out.position()));
        for (float value : values) {
          out.putFloat(value);
        }
      }
    }
    return Files.write(file, Arrays.copyOf(out.array(), out.position()));
  }

  private static void tensor(
      ByteBuffer out, String name, int columns, int rows, int matrices, long offset) {
    string(out, name).putInt(matrices == 1 ? 2 : 3).putLong(columns).putLong(rows);
    if (matrices > 1) {
      out.putLong(matrices);
    }
    out.putInt(0).putLong(offset);
  }

  private static long aligned(long position) {
    return (position + 31) / 32 * 32;
  }

  private static ByteBuffer string(ByteBuffer out, String text) {
    return out.putLong(text.length()).put(text.getBytes(StandardCharsets.US_ASCII));
  }

  /** A tensor of a PEFT adapter, {@code [rows][columns]}. */
  public record Matrix(int rows, int columns, float[] values) {}

  /**
   * Writes a PEFT directory; experts must be packed by the caller.
   *
   * @param modules PEFT's name of each changed weight
   */
  public static Path writePeft(
      Path folder, Map<String, Object> config, Map<String, String> modules, List<Change> changes)
      throws IOException {
    Map<String, Matrix> tensors = new LinkedHashMap<>();
    for (Change change : changes) {
      String module = modules.get(change.weight);
      tensors.put(module + ".lora_A.weight", new Matrix(change.rank, change.columns, change.a));
      tensors.put(module + ".lora_B.weight", new Matrix(change.rows, change.rank, change.b));
    }
    return writePeft(folder, config, tensors);
  }

  /** Writes a PEFT directory of tensors as they are. */
  public static Path writePeft(Path folder, Map<String, Object> config, Map<String, Matrix> tensors)
      throws IOException {
    JsonMapper json = JsonMapper.builder().build();
    Map<String, Object> header = new LinkedHashMap<>();
    int offset = 0;
    for (Map.Entry<String, Matrix> entry : tensors.entrySet()) {
      Matrix matrix = entry.getValue();
      int end = offset + 4 * matrix.values.length;
      header.put(
          entry.getKey(),
          Map.of(
              "dtype", "F32",
              "shape", List.of(matrix.rows, matrix.columns),
              "data_offsets", List.of(offset, end)));
      offset = end;
    }
    byte[] head = json.writeValueAsBytes(header);
    ByteBuffer out = ByteBuffer.allocate(8 + head.length + offset).order(ByteOrder.LITTLE_ENDIAN);
    out.putLong(head.length).put(head);
    for (Matrix matrix : tensors.values()) {
      for (float value : matrix.values) {
        out.putFloat(value);
      }
    }
    Files.createDirectories(folder);
    Files.write(folder.resolve("adapter_config.json"), json.writeValueAsBytes(config));
    Files.write(folder.resolve("adapter_model.safetensors"), out.array());
    return folder;
  }
}
