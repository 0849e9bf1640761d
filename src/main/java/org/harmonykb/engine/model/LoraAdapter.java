package org.harmonykb.engine.model;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.harmonykb.engine.ModelFormatException;
import org.harmonykb.engine.format.AdapterFile;
import org.harmonykb.engine.format.Tensor;
import org.harmonykb.engine.kernel.Compute;
import org.jspecify.annotations.Nullable;

/**
 * A LoRA adapter in memory, checked against the model that it changes. Immutable and thread-safe
 * until {@link #close}, which must wait until no batch uses it.
 *
 * <p>Source: Hu et al., LoRA, arXiv 2106.09685: {@code y = W x + scale * B A x}.
 */
public final class LoraAdapter implements AutoCloseable {

  /**
   * The change of one weight.
   *
   * @param a {@code [columns, rank, matrices]}
   * @param b {@code [rank, rows, matrices]}
   */
  record Delta(Tensor a, Tensor b, float scale) {}

  private final Arena arena;
  private final Map<String, Delta> deltas;

  private LoraAdapter(Arena arena, Map<String, Delta> deltas) {
    this.arena = arena;
    this.deltas = deltas;
  }

  /**
   * Reads a GGUF adapter or a PEFT directory into memory.
   *
   * @throws ModelFormatException if it cannot be used or does not fit the model
   */
  public static LoraAdapter load(Path path, Transformer model) {
    Arena arena = Arena.ofShared();
    try (AdapterFile file = AdapterFile.open(path)) {
      String architecture = model.config().architecture();
      if (file.architecture() != null && !file.architecture().equals(architecture)) {
        throw new ModelFormatException(
            path,
            null,
            "is an adapter for %s, but the model is %s"
                .formatted(file.architecture(), architecture));
      }
      Map<String, Tensor> weights = model.adaptableWeights();
      Map<String, Delta> deltas = new LinkedHashMap<>();
      for (AdapterFile.Pair pair : file.pairs()) {
        Tensor weight = weights.get(pair.weight());
        if (weight == null) {
          throw new ModelFormatException(
              path, pair.a().name(), "changes " + pair.weight() + ", which the model has not");
        }
        check(path, weight, pair, model);
        boolean byHalves = file.isRotatedByHalves();
        int heads = byHalves == model.isRotatedByHalves() ? 0 : model.rotatedHeads(weight);
        Delta delta =
            new Delta(
                copy(pair.a(), arena, 0, byHalves),
                copy(pair.b(), arena, heads, byHalves),
                pair.scale());
        if (deltas.put(pair.weight(), delta) != null) {
          throw new ModelFormatException(path, pair.a().name(), "occurs twice");
        }
      }
      return new LoraAdapter(arena, deltas);
    } catch (RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  private static void check(Path path, Tensor weight, AdapterFile.Pair pair, Transformer model) {
    int rank = pair.a().rows();
    int matrices = weight.matrices();
    checkShape(path, pair.a(), weight, weight.columns(), rank, matrices);
    checkShape(path, pair.b(), weight, rank, weight.rows(), matrices);
    if (rank > Math.max(weight.columns(), weight.rows())) {
      throw new ModelFormatException(
          path, pair.a().name(), "has a rank above the size of the weight: " + rank);
    }
    if (!Float.isFinite(pair.scale())) {
      throw new ModelFormatException(path, pair.a().name(), "has the scale " + pair.scale());
    }
    for (Tensor tensor : new Tensor[] {pair.a(), pair.b()}) {
      if (!Compute.supports(tensor.type())) {
        throw new ModelFormatException(
            path, tensor.name(), "is stored as " + tensor.type() + ", which cannot be used");
      }
      if (!model.isFinite(tensor)) {
        throw new ModelFormatException(path, tensor.name(), "has values that are not finite");
      }
    }
  }

  private static void checkShape(Path path, Tensor tensor, Tensor weight, long... wanted) {
    // Extents of 1 at the end may be left out.
    long[] shape = Arrays.copyOf(tensor.shape(), Math.max(3, tensor.shape().length));
    for (int i = tensor.shape().length; i < shape.length; i++) {
      shape[i] = 1;
    }
    if (!Arrays.equals(shape, wanted)) {
      throw new ModelFormatException(
          path,
          tensor.name(),
          "has the shape %s, but %s of the model needs %s: is it an adapter of another model?"
              .formatted(Arrays.toString(tensor.shape()), weight.name(), Arrays.toString(wanted)));
    }
  }

  /**
   * A copy whose memory is our own.
   *
   * @param heads where not 0, the rows of so many heads change between two orders: by halves, where
   *     row {@code half + i} of a head turns with row {@code i}, and by neighbours
   * @param byHalves the order that the tensor has
   */
  private static Tensor copy(Tensor tensor, Arena arena, int heads, boolean byHalves) {
    MemorySegment copy = arena.allocate(tensor.data().byteSize(), 64);
    if (heads == 0) {
      copy.copyFrom(tensor.data());
    } else {
      long bytes = tensor.rowBytes();
      int headSize = tensor.rows() / heads;
      for (int row = 0; row < tensor.rows(); row++) {
        int inHead = row % headSize;
        int half = headSize / 2;
        int source = byHalves ? inHead / 2 + inHead % 2 * half : inHead % half * 2 + inHead / half;
        long from = (row - inHead + source) * bytes;
        MemorySegment.copy(tensor.data(), from, copy, row * bytes, bytes);
      }
    }
    return new Tensor(tensor.name(), tensor.type(), tensor.shape(), copy);
  }

  @Nullable Delta delta(Tensor weight) {
    return deltas.get(weight.name());
  }

  /** Weights that it changes. */
  public int weights() {
    return deltas.size();
  }

  /** The largest rank. */
  public int rank() {
    return deltas.values().stream().mapToInt(delta -> delta.a().rows()).max().orElse(0);
  }

  /** Memory held. */
  public long bytes() {
    return deltas.values().stream()
        .mapToLong(delta -> delta.a().data().byteSize() + delta.b().data().byteSize())
        .sum();
  }

  @Override
  public void close() {
    arena.close();
  }
}
