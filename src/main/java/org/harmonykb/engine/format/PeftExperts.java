package org.harmonykb.engine.format;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import org.harmonykb.engine.ModelFormatException;
import org.harmonykb.engine.format.AdapterFile.Pair;

/**
 * The experts of gpt-oss in a PEFT adapter. PEFT packs all experts of a parameter into one pair: A
 * is {@code [experts * rank][in]} with the expert slowest, B is {@code [out][rank * experts]} with
 * the expert fastest. Where both of a layer's parameters are adapted, one pair is nested in the
 * other and only the shapes tell which is which. Even outputs of {@code gate_up_proj} are the
 * gate's, odd ones are the up projection's.
 *
 * <p>Source: {@code ParamWrapper.get_delta_weight} of PEFT 0.18.
 */
final class PeftExperts {

  static final String OUTER = "mlp.experts";
  static final String INNER = "mlp.experts.base_layer";

  /** A packed pair as it is in the file. */
  record Packed(Tensor a, Tensor b, float scale) {
    int in() {
      return a.columns();
    }

    int out() {
      return b.rows();
    }

    /** Whether this can be gate_up_proj where the other is down_proj. */
    boolean isGateUpOf(Packed down) {
      return in() == down.out() && out() == 2L * down.in();
    }
  }

  private final Path file;
  private final Arena arena;
  private final int rank;
  private final List<?> targets;

  /**
   * @param rank of each expert
   * @param targets the config's {@code target_parameters}
   */
  PeftExperts(Path file, Arena arena, int rank, List<?> targets) {
    this.file = file;
    this.arena = arena;
    this.rank = rank;
    this.targets = targets;
  }

  /** The pairs of a layer of which one or both parameters are adapted. */
  List<Pair> unpack(int layer, List<Packed> packed) {
    String prefix = "blk." + layer + ".ffn_";
    Packed first = packed.getFirst();
    if (packed.size() == 1) {
      boolean isGateUp = isTargeted("gate_up_proj");
      if (isGateUp == isTargeted("down_proj")) {
        throw new ModelFormatException(
            file,
            first.a.name(),
            "can be gate_up_proj or down_proj: target_parameters must name just one of them");
      }
      return isGateUp ? gateUp(prefix, first) : List.of(down(prefix, first));
    }
    if (packed.size() > 2) {
      throw new ModelFormatException(file, first.a.name(), "occurs under several names");
    }
    Packed second = packed.get(1);
    Packed gateUp = first.isGateUpOf(second) ? first : second;
    Packed down = gateUp == first ? second : first;
    if (!gateUp.isGateUpOf(down)) {
      throw new ModelFormatException(
          file, first.a.name(), "is neither gate_up_proj nor down_proj by its shape");
    }
    List<Pair> both = gateUp(prefix, gateUp);
    return List.of(both.get(0), both.get(1), down(prefix, down));
  }

  private boolean isTargeted(String parameter) {
    return targets.stream().anyMatch(target -> String.valueOf(target).endsWith(parameter));
  }

  private List<Pair> gateUp(String prefix, Packed packed) {
    if (packed.out() % 2 != 0) {
      throw new ModelFormatException(file, packed.b.name(), "has an odd number of rows");
    }
    return List.of(
        pair(prefix + "gate_exps.weight", packed, 0, 2),
        pair(prefix + "up_exps.weight", packed, 1, 2));
  }

  private Pair down(String prefix, Packed packed) {
    return pair(prefix + "down_exps.weight", packed, 0, 1);
  }

  /** Takes every {@code step}th output from {@code first} on. */
  private Pair pair(String weight, Packed packed, int first, int step) {
    Tensor a = packed.a;
    Tensor b = packed.b;
    int experts = a.rows() / rank;
    if (a.shape().length != 2 || b.shape().length != 2 || a.rows() % rank != 0) {
      throw new ModelFormatException(
          file, a.name(), "cannot be split into experts of rank " + rank + ": " + a);
    }
    if (b.columns() != a.rows()) {
      throw new ModelFormatException(
          file, b.name(), "has %d columns, A has %d rows".formatted(b.columns(), a.rows()));
    }
    int rows = packed.out() / step;
    int size = b.type().blockBytes();
    MemorySegment data = arena.allocate(b.data().byteSize() / step, 64);
    long to = 0;
    for (int e = 0; e < experts; e++) {
      for (int row = 0; row < rows; row++) {
        for (int r = 0; r < rank; r++, to += size) {
          long from = ((long) (first + row * step) * b.columns() + (long) r * experts + e) * size;
          MemorySegment.copy(b.data(), from, data, to, size);
        }
      }
    }
    return new Pair(
        weight,
        new Tensor(a.name(), a.type(), new long[] {a.columns(), rank, experts}, a.data()),
        new Tensor(b.name(), b.type(), new long[] {rank, rows, experts}, data),
        packed.scale);
  }
}
