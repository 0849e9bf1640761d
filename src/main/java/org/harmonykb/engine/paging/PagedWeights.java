package org.harmonykb.engine.paging;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.harmonykb.engine.MemoryStatus;
import org.harmonykb.engine.ModelFormatException;
import org.harmonykb.engine.format.FileRegion;
import org.harmonykb.engine.format.ModelFile;
import org.harmonykb.engine.format.Tensor;

/**
 * Dense weights in memory, experts in slots. Nothing of either stays in the operating system's
 * cache, so that what is used is what the plan says.
 */
class PagedWeights implements WeightStore {

  /** A whole prompt of this length reads each expert once at most. */
  private static final int PASS_TOKENS = 2048;

  /** Bytes of a dense matrix that are read at once. */
  private static final long PIECE = 8L << 20;

  private final ModelFile file;
  private final MemoryPlan plan;
  private final Arena arena = Arena.ofShared();
  private final WeightReader reader;
  private final ExpertCache cache;
  private volatile long residentBytes;

  PagedWeights(ModelFile file, MemoryPlan plan) {
    this.file = file;
    this.plan = plan;
    Set<Path> paths = new LinkedHashSet<>();
    int layers = 0;
    int perLayer = 1;
    for (Tensor tensor : file.tensors()) {
      FileRegion region = file.regionOf(tensor);
      if (region != null) {
        paths.add(region.file());
      }
      if (MemoryPlan.isExpert(tensor)) {
        perLayer = Math.max(perLayer, tensor.matrices());
        layers = Math.max(layers, Integer.parseInt(tensor.name().split("\\.", 3)[1]) + 1);
      }
    }
    reader = new WeightReader(paths);
    cache = new ExpertCache(reader, layers, perLayer, plan.used(), plan.slotBytes(), plan.slots());
  }

  @Override
  public Tensor dense(Tensor tensor) {
    FileRegion region = file.regionOf(tensor);
    if (region == null || MemoryPlan.isLookUp(file, tensor)) {
      return tensor;
    }
    long bytes = tensor.data().byteSize();
    int pieces = Math.toIntExact((bytes + PIECE - 1) / PIECE);
    MemorySegment room = arena.allocate(WeightReader.roomFor(bytes), WeightFile.BLOCK);
    // Pieces end where blocks of the disk do, so that no two reads write the same bytes.
    long before = region.offset() % WeightFile.BLOCK;
    CountDownLatch left = new CountDownLatch(pieces);
    AtomicReference<IOException> failure = new AtomicReference<>();
    for (int i = 0; i < pieces; i++) {
      long from = i == 0 ? 0 : i * PIECE - before;
      long to = i == pieces - 1 ? bytes : (i + 1) * PIECE - before;
      reader.submit(
          new WeightReader.Task(
              region.slice(from, to - from),
              room.asSlice(i * PIECE),
              true,
              () -> true,
              why -> {
                if (why != null) {
                  failure.set(why);
                }
                left.countDown();
              }));
    }
    await(left);
    IOException why = failure.get();
    if (why != null) {
      throw new ModelFormatException(file.path(), tensor.name(), "cannot be read: " + why);
    }
    residentBytes += bytes;
    return tensor.at(WeightReader.place(region, room));
  }

  private static void await(CountDownLatch left) {
    boolean isInterrupted = false;
    while (true) {
      try {
        left.await();
        break;
      } catch (InterruptedException e) {
        isInterrupted = true;
      }
    }
    if (isInterrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public LayerExperts experts(int layer, Tensor gate, Tensor up, Tensor down) {
    Tensor[] tensors = {gate, up, down};
    FileRegion[] regions = new FileRegion[tensors.length];
    for (int i = 0; i < tensors.length; i++) {
      regions[i] = Objects.requireNonNull(file.regionOf(tensors[i]), "the plan has looked at it");
    }
    cache.add(layer, tensors, regions);
    return new LayerExperts() {
      @Override
      public void begin(int[] choices, int tokens) {
        cache.begin(layer, choices, tokens);
      }

      @Override
      public List<Expert> next() {
        return cache.next();
      }

      @Override
      public boolean readsAhead() {
        return true;
      }

      @Override
      public void expect(int[] experts) {
        cache.expect(layer, experts);
      }
    };
  }

  @Override
  public int passTokens() {
    return PASS_TOKENS;
  }

  @Override
  public void makeRoom(long bytes) {
    long excess = Math.max(0, bytes - plan.kvReserve());
    int taken = Math.toIntExact((excess + plan.slotBytes() - 1) / plan.slotBytes());
    int slots = Math.max(plan.leastSlots(), plan.slots() - taken);
    if (slots != cache.slots()) {
      cache.limit(slots);
    }
  }

  @Override
  public MemoryStatus status() {
    return new MemoryStatus(
        MemoryStatus.Mode.SLOTS,
        plan.limit(),
        residentBytes,
        cache.slots(),
        plan.experts(),
        cache.hits(),
        cache.misses(),
        reader.bytesRead());
  }

  /** Whether pages of the operating system's cache are left out from the beginning. */
  boolean isDirect() {
    return reader.isDirect();
  }

  @Override
  public void close() {
    reader.close();
    cache.close();
    arena.close();
  }
}
