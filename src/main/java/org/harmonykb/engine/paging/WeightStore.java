package org.harmonykb.engine.paging;

import org.harmonykb.engine.MemoryOptions;
import org.harmonykb.engine.MemoryStatus;
import org.harmonykb.engine.format.ModelFile;
import org.harmonykb.engine.format.Tensor;

/** Where a model's weights are while it runs. Tensors that it hands out live until it is closed. */
public interface WeightStore extends AutoCloseable {

  /** All weights as the file maps them. */
  static WeightStore mapped(ModelFile file) {
    return new MappedWeights(MemoryPlan.mapped(file));
  }

  /** What the plan says. */
  static WeightStore open(ModelFile file, MemoryPlan plan, MemoryOptions options) {
    if (plan.isPaged()) {
      return new PagedWeights(file, plan);
    }
    if (options.locks()) {
      PageLock.lock(file);
    }
    return new MappedWeights(plan);
  }

  /** A matrix that every token needs. */
  Tensor dense(Tensor tensor);

  /** A layer's experts, of which a token needs some. */
  LayerExperts experts(int layer, Tensor gate, Tensor up, Tensor down);

  /** The most tokens that a pass should have; long passes read each expert less often. */
  int passTokens();

  /**
   * Gives memory back to others, such as running requests with long contexts.
   *
   * @param bytes that the cached keys and values take now
   */
  void makeRoom(long bytes);

  /** May be called by any thread. */
  MemoryStatus status();

  @Override
  void close();
}
