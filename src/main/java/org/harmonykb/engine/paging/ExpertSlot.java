package org.harmonykb.engine.paging;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Memory for one expert. Owned by the thread that computes; while a {@link Load} is under way its
 * memory is the readers'.
 */
final class ExpertSlot implements AutoCloseable {

  static final int PARTS = 3; // gate, up, down

  /** An expert on its way into memory. */
  static final class Load {
    final ExpertSlot slot;
    final boolean isUrgent;
    private final AtomicInteger left = new AtomicInteger(PARTS);
    private volatile @Nullable IOException failure;
    private volatile boolean isStarted;
    private volatile boolean isDropped;

    Load(ExpertSlot slot, boolean isUrgent) {
      this.slot = slot;
      this.isUrgent = isUrgent;
    }

    /** Asked by readers before each part. */
    synchronized boolean start() {
      if (isDropped) {
        return false;
      }
      isStarted = true;
      return true;
    }

    /** Takes it back if nothing of it was read yet. */
    synchronized boolean drop() {
      isDropped = !isStarted;
      return isDropped;
    }

    /** True for the last part. */
    boolean partIsDone(@Nullable IOException why) {
      if (why != null) {
        failure = why;
      }
      return left.decrementAndGet() == 0;
    }

    @Nullable IOException failure() {
      return failure;
    }
  }

  private final Arena arena = Arena.ofShared();
  private final MemorySegment memory;
  private final long partBytes;

  int expert = -1; // number over all layers; -1 for none
  @Nullable Load load;
  boolean isInUse;
  LayerExperts.@Nullable Expert tensors;

  ExpertSlot(long bytes) {
    memory = arena.allocate(bytes, WeightFile.BLOCK);
    partBytes = bytes / PARTS;
  }

  MemorySegment part(int part) {
    return memory.asSlice(part * partBytes, partBytes);
  }

  @Override
  public void close() {
    arena.close();
  }
}
