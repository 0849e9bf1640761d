package org.harmonykb.engine.kernel;

import static org.harmonykb.engine.kernel.VectorSpeciesChoice.FLOATS;
import static org.harmonykb.engine.kernel.VectorSpeciesChoice.LANES;

import jdk.incubator.vector.FloatVector;

/**
 * Tries candidate scales side by side: one per lane, so that no lane is ever added to another and
 * the sums do not depend on how wide the machine's vectors are.
 */
final class VectorScaleSearch {

  private VectorScaleSearch() {}

  static void run(float[] x, int o, float[] weights, int w, float base, float[] sums) {
    FloatVector round = FloatVector.broadcast(FLOATS, ScaleSearch.ROUND);
    FloatVector lowest = FloatVector.broadcast(FLOATS, -8);
    FloatVector highest = FloatVector.broadcast(FLOATS, 7);
    for (int c = 0; c < ScaleSearch.CANDIDATES; c += LANES) {
      FloatVector inverse = FloatVector.fromArray(FLOATS, ScaleSearch.FACTORS, c).mul(base);
      FloatVector products = FloatVector.zero(FLOATS);
      FloatVector squares = FloatVector.zero(FLOATS);
      for (int i = 0; i < 32; i++) {
        FloatVector value = FloatVector.broadcast(FLOATS, x[o + i]);
        FloatVector code = value.mul(inverse).add(round).sub(round).max(lowest).min(highest);
        FloatVector weighted = code.mul(FloatVector.broadcast(FLOATS, weights[w + i]));
        products = weighted.fma(value, products);
        squares = weighted.fma(code, squares);
      }
      products.intoArray(sums, c);
      squares.intoArray(sums, ScaleSearch.CANDIDATES + c);
    }
  }
}
