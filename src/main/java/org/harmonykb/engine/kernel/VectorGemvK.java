package org.harmonykb.engine.kernel;

import static org.harmonykb.engine.kernel.Memory.ALL;
import static org.harmonykb.engine.kernel.Memory.half;
import static org.harmonykb.engine.kernel.Memory.signedByte;
import static org.harmonykb.engine.kernel.VectorSpeciesChoice.BYTES;
import static org.harmonykb.engine.kernel.VectorSpeciesChoice.FLOATS;
import static org.harmonykb.engine.kernel.VectorSpeciesChoice.INTS;
import static org.harmonykb.engine.kernel.VectorSpeciesChoice.LANES;

import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Rows of the K-quants times one token; see {@link VectorGemv}. One row at a time: their bodies are
 * so large that a second row would end C2's inlining.
 */
final class VectorGemvK {

  private static final ByteOrder LITTLE = ByteOrder.LITTLE_ENDIAN;

  private VectorGemvK() {}

  static void q4k(long a, int rows, int columns, float[] x, int xo, float[] out, int oo) {
    for (int r = 0; r < rows; r++) {
      FloatVector sum = FloatVector.zero(FLOATS);
      for (int k = xo; k < xo + columns; k += 256, a += 144) {
        float d = half(a);
        float dMin = half(a + 2);
        for (int part = 0; part < 8; part++) {
          FloatVector scale =
              FloatVector.broadcast(FLOATS, d * ScalarDequantizer.scaleK(a + 4, part));
          FloatVector min =
              FloatVector.broadcast(FLOATS, -dMin * ScalarDequantizer.minK(a + 4, part));
          long codes = a + 16 + 32 * (part / 2);
          int shift = part % 2 * 4;
          for (int i = 0; i < 32; i += LANES) {
            ByteVector q = ByteVector.fromMemorySegment(BYTES, ALL, codes + i, LITTLE);
            IntVector wide = (IntVector) q.convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
            FloatVector w =
                ((FloatVector)
                        wide.lanewise(VectorOperators.LSHR, shift).and(15).castShape(FLOATS, 0))
                    .fma(scale, min);
            sum = w.fma(FloatVector.fromArray(FLOATS, x, k + 32 * part + i), sum);
          }
        }
      }
      out[oo + r] = VectorTiles.addLanes(sum);
    }
  }

  static void q6k(long a, int rows, int columns, float[] x, int xo, float[] out, int oo) {
    for (int r = 0; r < rows; r++) {
      FloatVector sum = FloatVector.zero(FLOATS);
      for (int k = xo; k < xo + columns; k += 256, a += 210) {
        float d = half(a + 208);
        for (int part = 0; part < 8; part++) {
          // 32 values: low nibbles of two runs of 32 bytes, then their high nibbles.
          long codes = a + 64 * (part / 4) + 32 * (part % 2);
          long bits = a + 128 + 32 * (part / 4);
          int shift = part % 4 / 2 * 4;
          int bitShift = part % 4 * 2;
          for (int i = 0; i < 32; i += LANES) {
            float scale = d * signedByte(a + 192 + 2 * part + i / 16);
            ByteVector q = ByteVector.fromMemorySegment(BYTES, ALL, codes + i, LITTLE);
            ByteVector h = ByteVector.fromMemorySegment(BYTES, ALL, bits + i, LITTLE);
            IntVector low =
                ((IntVector) q.convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0))
                    .lanewise(VectorOperators.LSHR, shift)
                    .and(15);
            IntVector high =
                ((IntVector) h.convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0))
                    .lanewise(VectorOperators.LSHR, bitShift)
                    .and(3)
                    .lanewise(VectorOperators.LSHL, 4);
            FloatVector w = ((FloatVector) low.or(high).sub(32).castShape(FLOATS, 0)).mul(scale);
            sum = w.fma(FloatVector.fromArray(FLOATS, x, k + 32 * part + i), sum);
          }
        }
      }
      out[oo + r] = VectorTiles.addLanes(sum);
    }
  }
}
