package org.harmonykb.engine.kernel;

import static org.harmonykb.engine.kernel.VectorSpeciesChoice.FLOATS;
import static org.harmonykb.engine.kernel.VectorSpeciesChoice.HAS_NARROW_BYTES;
import static org.harmonykb.engine.kernel.VectorSpeciesChoice.INTS;
import static org.harmonykb.engine.kernel.VectorSpeciesChoice.LANES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * Twice the values of MXFP4's codes as float bits, to be looked up by {@code code.selectFrom},
 * which takes the code modulo the lanes. With 16 lanes all codes are in the table; with 8 lanes the
 * table holds the magnitudes, and bit 3 of the code is the sign.
 */
final class Mxfp4Table {

  /** Twice the values of the codes. */
  static final byte[] CODES = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};

  private static final float[] VALUES = {
    0f, 1f, 2f, 3f, 4f, 6f, 8f, 12f, -0f, -1f, -2f, -3f, -4f, -6f, -8f, -12f
  };

  static final IntVector DOUBLED =
      HAS_NARROW_BYTES && LANES <= VALUES.length
          ? FloatVector.fromArray(FLOATS, VALUES, 0).reinterpretAsInts()
          : IntVector.zero(INTS);

  private Mxfp4Table() {}
}
