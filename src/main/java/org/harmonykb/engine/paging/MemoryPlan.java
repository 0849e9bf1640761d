package org.harmonykb.engine.paging;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.harmonykb.engine.MemoryOptions;
import org.harmonykb.engine.format.ModelFile;
import org.harmonykb.engine.format.Tensor;

/**
 * How a model's weights share the memory that there is. All of the file is mapped where it fits
 * beside the heap and the cached keys and values. Else, in a mixture of experts, what is left after
 * the dense weights becomes slots for experts.
 *
 * @param isPaged whether experts are read into slots
 * @param limit memory of the process
 * @param denseBytes weights that every token needs; the embedding's rows, of which it needs one,
 *     stay mapped
 * @param slotBytes of one expert
 * @param slots experts in memory at once, if paged
 * @param experts of all layers
 * @param used experts of a layer that a token needs
 * @param kvCacheBytes for cached keys and values that no running request reads
 * @param kvReserve for those and the ones of running requests; what is beyond it takes slots away
 * @param doubt what may go wrong, or empty
 */
public record MemoryPlan(
    boolean isPaged,
    long limit,
    long denseBytes,
    long slotBytes,
    int slots,
    int experts,
    int used,
    long kvCacheBytes,
    long kvReserve,
    String doubt) {

  /** Of the memory, when it is short. */
  private static final int KV_SHARE = 32;

  /** The name of the one matrix of which a token needs a row only. */
  static final String EMBEDDING = "token_embd.weight";

  /** Layers that can have their experts in memory while the next one's are read, at the least. */
  private static final int MIN_LAYERS = 2;

  /** All mapped, and nothing known about the memory. */
  static MemoryPlan mapped(ModelFile file) {
    return choose(file, Long.MAX_VALUE, 0, 0, 0);
  }

  /**
   * @param kvCacheBytes as configured
   * @param contextBytes keys and values of a request that fills the context
   */
  public static MemoryPlan choose(
      ModelFile file, MemoryOptions memory, long kvCacheBytes, long contextBytes) {
    return choose(
        file,
        memory.resolve(),
        Runtime.getRuntime().maxMemory() + memory.othersBytes(),
        kvCacheBytes,
        contextBytes);
  }

  static MemoryPlan choose(
      ModelFile file, long limit, long others, long kvCacheBytes, long contextBytes) {
    long dense = 0;
    long paged = 0;
    int experts = 0;
    boolean canBePaged = true;
    for (Tensor tensor : file.tensors()) {
      if (isExpert(tensor)) {
        paged += tensor.data().byteSize();
        experts += isDown(tensor) ? tensor.matrices() : 0;
        canBePaged &= file.regionOf(tensor) != null;
      } else if (!isLookUp(file, tensor)) {
        dense += tensor.data().byteSize();
      }
    }
    int used = experts == 0 ? 0 : used(file);
    if (experts == 0 || fits(file.size() + others + kvCacheBytes + contextBytes, limit)) {
      String doubt =
          fits(file.size() + others, limit)
              ? ""
              : "it is larger than the memory, so weights are read from disk again and again";
      return new MemoryPlan(
          false,
          limit,
          dense,
          0,
          0,
          experts,
          used,
          kvCacheBytes,
          kvCacheBytes + contextBytes,
          doubt);
    }
    if (!canBePaged) {
      return new MemoryPlan(
          false,
          limit,
          dense,
          0,
          0,
          experts,
          used,
          kvCacheBytes,
          kvCacheBytes + contextBytes,
          "it is larger than the memory, and its experts do not lie in the file as they are computed with: convert it to GGUF to have them read on demand");
    }
    long slotBytes = WeightReader.roomFor(paged / experts / 3) * 3;
    long kvCache = Math.min(kvCacheBytes, limit / KV_SHARE);
    long kvReserve = kvCache + Math.min(contextBytes, limit / KV_SHARE);
    long slots = Math.max(0, limit - others - kvReserve - dense) / slotBytes;
    int least = leastSlots(experts, used);
    String doubt = "";
    if (slots < least) {
      doubt =
          "this needs %s, more than there is: give it more memory or a smaller heap"
              .formatted(size(others + kvReserve + dense + least * slotBytes));
    }
    return new MemoryPlan(
        true,
        limit,
        dense,
        slotBytes,
        (int) Math.clamp(slots, least, experts),
        experts,
        used,
        kvCache,
        kvReserve,
        doubt);
  }

  private static int leastSlots(int experts, int used) {
    return Math.min(experts, MIN_LAYERS * used);
  }

  /** Slots below which no memory is given to others. */
  int leastSlots() {
    return leastSlots(experts, used);
  }

  /** The same with another number of slots. */
  MemoryPlan withSlots(int count) {
    return new MemoryPlan(
        isPaged,
        limit,
        denseBytes,
        slotBytes,
        count,
        experts,
        used,
        kvCacheBytes,
        kvReserve,
        doubt);
  }

  private static boolean fits(long bytes, long limit) {
    return bytes <= limit;
  }

  private static int used(ModelFile file) {
    String architecture = file.metadata().string("general.architecture");
    return Math.max(1, file.metadata().integer(architecture + ".expert_used_count", 1));
  }

  static boolean isExpert(Tensor tensor) {
    return tensor.name().endsWith("_exps.weight");
  }

  private static boolean isDown(Tensor tensor) {
    return tensor.name().endsWith("down_exps.weight");
  }

  /** Whether this is an embedding that is not multiplied with as well. */
  static boolean isLookUp(ModelFile file, Tensor tensor) {
    return tensor.name().equals(EMBEDDING) && file.tensorOrNull("output.weight") != null;
  }

  /** For the log. */
  public String describe() {
    List<String> parts = new ArrayList<>();
    if (isPaged) {
      parts.add(
          "%d of %d experts in slots of %s, together %s (%d %%)"
              .formatted(
                  slots, experts, size(slotBytes), size(slots * slotBytes), 100 * slots / experts));
      parts.add("dense weights of %s in memory".formatted(size(denseBytes)));
      parts.add("%s for cached keys and values".formatted(size(kvCacheBytes)));
    } else {
      parts.add("all weights mapped");
    }
    if (limit < Long.MAX_VALUE) {
      parts.add("limit %s".formatted(size(limit)));
    }
    if (!doubt.isEmpty()) {
      parts.add(doubt);
    }
    return String.join(", ", parts);
  }

  private static String size(long bytes) {
    return bytes >= 1_000_000_000
        ? String.format(Locale.ROOT, "%.2f GB", bytes / 1e9)
        : String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
  }
}
