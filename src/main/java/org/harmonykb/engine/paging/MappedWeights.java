package org.harmonykb.engine.paging;

import org.harmonykb.engine.MemoryStatus;
import org.harmonykb.engine.format.Tensor;

/** The operating system brings pages in when they are read, and keeps them while there is room. */
record MappedWeights(MemoryPlan plan) implements WeightStore {

  private static final int PASS_TOKENS = 512;

  @Override
  public Tensor dense(Tensor tensor) {
    return tensor;
  }

  @Override
  public LayerExperts experts(int layer, Tensor gate, Tensor up, Tensor down) {
    return new MappedExperts(gate, up, down);
  }

  @Override
  public int passTokens() {
    return PASS_TOKENS;
  }

  @Override
  public void makeRoom(long bytes) {
    // The operating system drops pages by itself.
  }

  @Override
  public MemoryStatus status() {
    return new MemoryStatus(MemoryStatus.Mode.MAPPED, plan.limit(), 0, 0, plan.experts(), 0, 0, 0);
  }

  @Override
  public void close() {
    // The file is its opener's.
  }
}
