package org.harmonykb.engine.quantization;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.harmonykb.engine.ModelFormatException;
import org.harmonykb.engine.format.GgufFile;
import org.harmonykb.engine.format.Tensor;
import org.harmonykb.engine.format.TensorType;
import org.harmonykb.engine.kernel.RowCodec;
import org.jspecify.annotations.Nullable;

/**
 * How strongly each input of a weight matrix was active over some text, as llama.cpp's {@code
 * llama-imatrix} measures it: the mean of its square. Reads both of its formats, GGUF and the older
 * binary one. Immutable and thread-safe.
 */
public final class ImportanceMatrix {

  private static final String SUMS = ".in_sum2";
  private static final String COUNTS = ".counts";

  private final Path file;
  private final Map<String, float[]> means; // [matrices][columns] by tensor name

  private ImportanceMatrix(Path file, Map<String, float[]> means) {
    this.file = file;
    this.means = means;
  }

  /**
   * Reads a file as a whole.
   *
   * @throws ModelFormatException if it is neither format
   */
  public static ImportanceMatrix read(Path file) throws IOException {
    byte[] magic = new byte[4];
    try (var in = Files.newInputStream(file)) {
      in.readNBytes(magic, 0, 4);
    }
    Map<String, float[]> means =
        Arrays.equals(magic, "GGUF".getBytes(StandardCharsets.US_ASCII))
            ? readGguf(file)
            : readLegacy(file);
    if (means.isEmpty()) {
      throw new ModelFormatException(file, null, "holds no importance of any tensor");
    }
    return new ImportanceMatrix(file, Map.copyOf(means));
  }

  /** Number of tensors that were measured. */
  public int size() {
    return means.size();
  }

  /**
   * The importance of each column of each of a tensor's matrices, or null if it was not measured.
   *
   * @return {@code [matrices][columns]}
   * @throws ModelFormatException if it was measured with another shape
   */
  float @Nullable [] of(Tensor tensor) {
    float[] values = means.get(tensor.name());
    if (values == null) {
      return null;
    }
    long wanted = (long) tensor.columns() * tensor.matrices();
    if (values.length != wanted) {
      throw new ModelFormatException(
          file,
          tensor.name(),
          "has the importance of %d columns, but the model has %d; is it of another model?"
              .formatted(values.length, wanted));
    }
    return values;
  }

  private static Map<String, float[]> readGguf(Path path) {
    Map<String, float[]> means = new HashMap<>();
    try (GgufFile file = GgufFile.open(path)) {
      for (Tensor sums : file.tensors()) {
        if (!sums.name().endsWith(SUMS)) {
          continue;
        }
        String name = sums.name().substring(0, sums.name().length() - SUMS.length());
        float[] values = floats(path, sums);
        float[] counts = floats(path, file.tensor(name + COUNTS));
        int columns = sums.columns();
        if (counts.length != values.length / columns) {
          throw new ModelFormatException(
              path, name, "has %d counts for %s".formatted(counts.length, sums));
        }
        for (int i = 0; i < values.length; i++) {
          float count = counts[i / columns];
          values[i] = count > 0 ? values[i] / count : 1; // an expert that nobody chose
        }
        means.put(name, values);
      }
    }
    return means;
  }

  private static float[] floats(Path path, Tensor tensor) {
    if (tensor.type() != TensorType.F32 || tensor.elements() > Integer.MAX_VALUE) {
      throw new ModelFormatException(path, tensor.name(), "is no list of floats");
    }
    float[] values = new float[(int) tensor.elements()];
    new RowCodec(RowCodec.Rounding.REFERENCE)
        .decode(TensorType.F32, tensor.data(), 0, values, values.length);
    return values;
  }

  /**
   * Count of entries; then of each: name, calls, count of values, and their sums over the calls.
   */
  private static Map<String, float[]> readLegacy(Path path) throws IOException {
    Map<String, float[]> means = new HashMap<>();
    long size = Files.size(path);
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(path)))) {
      int entries = count(path, in, size / 12);
      for (int e = 0; e < entries; e++) {
        String name = new String(in.readNBytes(count(path, in, size)), StandardCharsets.UTF_8);
        int calls = Integer.reverseBytes(in.readInt());
        float[] values = new float[count(path, in, size / 4)];
        for (int i = 0; i < values.length; i++) {
          float sum = Float.intBitsToFloat(Integer.reverseBytes(in.readInt()));
          values[i] = calls > 0 ? sum / calls : 1;
        }
        means.put(name, values);
      }
    } catch (EOFException e) {
      throw new ModelFormatException(path, null, "ends too early for an importance matrix");
    }
    return means;
  }

  private static int count(Path path, DataInputStream in, long most) throws IOException {
    int count = Integer.reverseBytes(in.readInt());
    if (count < 1 || count > most) {
      throw new ModelFormatException(path, null, "is no importance matrix of llama.cpp's");
    }
    return count;
  }
}
