package org.harmonykb.engine.paging;

import java.util.List;
import org.harmonykb.engine.format.Tensor;

/**
 * The experts of one layer, wherever they are. A pass asks for those that it needs and gets them in
 * waves, as they come to be in memory. Owned by the thread that computes.
 */
public interface LayerExperts {

  /**
   * An expert whose weights can be read until the next call.
   *
   * @param index its number in the layer
   * @param gate one matrix, as are the others
   */
  record Expert(int index, Tensor gate, Tensor up, Tensor down) {}

  /**
   * Begins a pass, and gives back what the last one may have left.
   *
   * @param choices how many tokens chose each expert
   * @param tokens of the pass
   */
  void begin(int[] choices, int tokens);

  /**
   * Experts that are in memory now, each of the chosen once in all; waits if there is none, and is
   * empty after the last. The experts of the call before are given back.
   *
   * @throws org.harmonykb.engine.EngineException if weights cannot be read
   */
  List<Expert> next();

  /** Whether guesses of what is needed next are of use. */
  boolean readsAhead();

  /**
   * A guess of what the next pass needs, whose weights may be read ahead.
   *
   * @param experts the likeliest first
   */
  void expect(int[] experts);
}
