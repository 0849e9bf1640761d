package org.harmonykb.engine.paging;

import java.util.ArrayList;
import java.util.List;
import org.harmonykb.engine.format.Tensor;

/** Experts that are mapped: all of them are at hand at once. */
final class MappedExperts implements LayerExperts {

  private final List<Expert> all = new ArrayList<>();
  private List<Expert> wanted = List.of();

  MappedExperts(Tensor gate, Tensor up, Tensor down) {
    for (int e = 0; e < gate.matrices(); e++) {
      all.add(new Expert(e, gate.matrix(e), up.matrix(e), down.matrix(e)));
    }
  }

  @Override
  public void begin(int[] choices, int tokens) {
    wanted = new ArrayList<>();
    for (Expert expert : all) {
      if (choices[expert.index()] > 0) {
        wanted.add(expert);
      }
    }
  }

  @Override
  public List<Expert> next() {
    List<Expert> wave = wanted;
    wanted = List.of();
    return wave;
  }

  @Override
  public boolean readsAhead() {
    return false;
  }

  @Override
  public void expect(int[] experts) {
    // Nothing is to be read.
  }
}
