package org.harmonykb.engine.kernel;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** The vector shapes used, fixed at start so that the JIT sees constants. */
final class VectorSpeciesChoice {

  static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;

  /** Floats in a vector. */
  static final int LANES = FLOATS.length();

  /** Whether there are byte vectors with as many lanes as float vectors, so 256 bits or more. */
  static final boolean HAS_NARROW_BYTES = LANES == 8 || LANES == 16;

  /** Bytes with as many lanes as {@link #FLOATS}, to be widened as a whole. */
  static final VectorSpecies<Byte> BYTES =
      LANES == 16
          ? ByteVector.SPECIES_128
          : LANES == 8 ? ByteVector.SPECIES_64 : ByteVector.SPECIES_PREFERRED;

  /** Halves with as many lanes as {@link #FLOATS}. */
  static final VectorSpecies<Short> SHORTS =
      VectorSpecies.of(
          short.class, VectorShape.forBitSize(Math.max(64, FLOATS.vectorBitSize() / 2)));

  private VectorSpeciesChoice() {}
}
