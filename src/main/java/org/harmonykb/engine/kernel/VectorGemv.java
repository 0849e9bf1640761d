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
import org.harmonykb.engine.format.TensorType;

/**
 * Rows of the 32-value types times one token, without storing the de-quantised weights: storing and
 * reading them again took more than half of a decode step. Rounds and adds exactly as {@link
 * VectorDequantizer} followed by {@link VectorTiles} does.
 *
 * <p>Two rows run side by side, since one accumulator waits for itself: the chain of multiply-adds
 * took twice as long as everything else. Not more than two: C2 stops inlining in a method of 18,000
 * graph nodes ({@code NodeCountInliningCutoff}), which three rows exceed, and a call among vectors
 * spills them all. Halves that lie side by side are read with one load for the same reason.
 */
final class VectorGemv {

  private static final ByteOrder LITTLE = ByteOrder.LITTLE_ENDIAN;

  private VectorGemv() {}

  /** Whether the type is computed here; false leaves everything untouched. */
  static boolean multiply(
      TensorType type, long a, int rows, int columns, float[] x, int xo, float[] out, int oo) {
    switch (type) {
      case Q8_0 -> q80(a, rows, columns, x, xo, out, oo);
      case Q4_0 -> q40(a, rows, columns, x, xo, out, oo);
      case Q4_1 -> q41(a, rows, columns, x, xo, out, oo);
      case INT4 -> int4(a, rows, columns, x, xo, out, oo);
      case MXFP4 -> mxfp4(a, rows, columns, x, xo, out, oo);
      case Q4_K -> VectorGemvK.q4k(a, rows, columns, x, xo, out, oo);
      case Q6_K -> VectorGemvK.q6k(a, rows, columns, x, xo, out, oo);
      default -> {
        return false;
      }
    }
    return true;
  }

  private static void q80(long a, int rows, int columns, float[] x, int xo, float[] out, int oo) {
    long rowBytes = columns / 32 * 34L;
    for (int r = 0; r < rows; r += 2, a += rowBytes) {
      // The last row of an odd number is computed twice.
      long next = r + 1 < rows ? rowBytes : 0;
      FloatVector sum0 = FloatVector.zero(FLOATS);
      FloatVector sum1 = FloatVector.zero(FLOATS);
      for (int k = xo; k < xo + columns; k += 32, a += 34) {
        FloatVector d0 = FloatVector.broadcast(FLOATS, half(a));
        FloatVector d1 = FloatVector.broadcast(FLOATS, half(a + next));
        for (int i = 0; i < 32; i += LANES) {
          ByteVector q0 = ByteVector.fromMemorySegment(BYTES, ALL, a + 2 + i, LITTLE);
          ByteVector q1 = ByteVector.fromMemorySegment(BYTES, ALL, a + next + 2 + i, LITTLE);
          FloatVector y = FloatVector.fromArray(FLOATS, x, k + i);
          sum0 = ((FloatVector) q0.castShape(FLOATS, 0)).mul(d0).fma(y, sum0);
          sum1 = ((FloatVector) q1.castShape(FLOATS, 0)).mul(d1).fma(y, sum1);
        }
      }
      out[oo + r] = VectorTiles.addLanes(sum0);
      if (next != 0) {
        out[oo + r + 1] = VectorTiles.addLanes(sum1);
      }
    }
  }

  private static void q40(long a, int rows, int columns, float[] x, int xo, float[] out, int oo) {
    long rowBytes = columns / 32 * 18L;
    for (int r = 0; r < rows; r += 2, a += rowBytes) {
      // The last row of an odd number is computed twice.
      long next = r + 1 < rows ? rowBytes : 0;
      FloatVector sum0 = FloatVector.zero(FLOATS);
      FloatVector sum1 = FloatVector.zero(FLOATS);
      for (int k = xo; k < xo + columns; k += 32, a += 18) {
        FloatVector d0 = FloatVector.broadcast(FLOATS, half(a));
        FloatVector d1 = FloatVector.broadcast(FLOATS, half(a + next));
        for (int i = 0; i < 16; i += LANES) {
          ByteVector q0 = ByteVector.fromMemorySegment(BYTES, ALL, a + 2 + i, LITTLE);
          ByteVector q1 = ByteVector.fromMemorySegment(BYTES, ALL, a + next + 2 + i, LITTLE);
          IntVector w0 = (IntVector) q0.convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
          IntVector w1 = (IntVector) q1.convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
          FloatVector y = FloatVector.fromArray(FLOATS, x, k + i);
          sum0 = ((FloatVector) w0.and(15).sub(8).castShape(FLOATS, 0)).mul(d0).fma(y, sum0);
          sum1 = ((FloatVector) w1.and(15).sub(8).castShape(FLOATS, 0)).mul(d1).fma(y, sum1);
        }
        for (int i = 0; i < 16; i += LANES) {
          ByteVector q0 = ByteVector.fromMemorySegment(BYTES, ALL, a + 2 + i, LITTLE);
          ByteVector q1 = ByteVector.fromMemorySegment(BYTES, ALL, a + next + 2 + i, LITTLE);
          IntVector w0 = (IntVector) q0.convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
          IntVector w1 = (IntVector) q1.convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
          FloatVector y = FloatVector.fromArray(FLOATS, x, k + 16 + i);
          sum0 =
              ((FloatVector) w0.lanewise(VectorOperators.LSHR, 4).sub(8).castShape(FLOATS, 0))
                  .mul(d0)
                  .fma(y, sum0);
          sum1 =
              ((FloatVector) w1.lanewise(VectorOperators.LSHR, 4).sub(8).castShape(FLOATS, 0))
                  .mul(d1)
                  .fma(y, sum1);
        }
      }
      out[oo + r] = VectorTiles.addLanes(sum0);
      if (next != 0) {
        out[oo + r + 1] = VectorTiles.addLanes(sum1);
      }
    }
  }

  private static void q41(long a, int rows, int columns, float[] x, int xo, float[] out, int oo) {
    long rowBytes = columns / 32 * 20L;
    for (int r = 0; r < rows; r += 2, a += rowBytes) {
      // The last row of an odd number is computed twice.
      long next = r + 1 < rows ? rowBytes : 0;
      FloatVector sum0 = FloatVector.zero(FLOATS);
      FloatVector sum1 = FloatVector.zero(FLOATS);
      for (int k = xo; k < xo + columns; k += 32, a += 20) {
        int scales0 = ALL.get(Memory.INT, a);
        int scales1 = ALL.get(Memory.INT, a + next);
        FloatVector d0 = FloatVector.broadcast(FLOATS, Float.float16ToFloat((short) scales0));
        FloatVector d1 = FloatVector.broadcast(FLOATS, Float.float16ToFloat((short) scales1));
        FloatVector m0 =
            FloatVector.broadcast(FLOATS, Float.float16ToFloat((short) (scales0 >> 16)));
        FloatVector m1 =
            FloatVector.broadcast(FLOATS, Float.float16ToFloat((short) (scales1 >> 16)));
        for (int i = 0; i < 16; i += LANES) {
          ByteVector q0 = ByteVector.fromMemorySegment(BYTES, ALL, a + 4 + i, LITTLE);
          ByteVector q1 = ByteVector.fromMemorySegment(BYTES, ALL, a + next + 4 + i, LITTLE);
          IntVector w0 = (IntVector) q0.convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
          IntVector w1 = (IntVector) q1.convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
          FloatVector y = FloatVector.fromArray(FLOATS, x, k + i);
          sum0 = ((FloatVector) w0.and(15).castShape(FLOATS, 0)).fma(d0, m0).fma(y, sum0);
          sum1 = ((FloatVector) w1.and(15).castShape(FLOATS, 0)).fma(d1, m1).fma(y, sum1);
        }
        for (int i = 0; i < 16; i += LANES) {
          ByteVector q0 = ByteVector.fromMemorySegment(BYTES, ALL, a + 4 + i, LITTLE);
          ByteVector q1 = ByteVector.fromMemorySegment(BYTES, ALL, a + next + 4 + i, LITTLE);
          IntVector w0 = (IntVector) q0.convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
          IntVector w1 = (IntVector) q1.convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
          FloatVector y = FloatVector.fromArray(FLOATS, x, k + 16 + i);
          sum0 =
              ((FloatVector) w0.lanewise(VectorOperators.LSHR, 4).castShape(FLOATS, 0))
                  .fma(d0, m0)
                  .fma(y, sum0);
          sum1 =
              ((FloatVector) w1.lanewise(VectorOperators.LSHR, 4).castShape(FLOATS, 0))
                  .fma(d1, m1)
                  .fma(y, sum1);
        }
      }
      out[oo + r] = VectorTiles.addLanes(sum0);
      if (next != 0) {
        out[oo + r + 1] = VectorTiles.addLanes(sum1);
      }
    }
  }

  private static void int4(long a, int rows, int columns, float[] x, int xo, float[] out, int oo) {
    long rowBytes = columns / 32 * 21L;
    for (int r = 0; r < rows; r += 2, a += rowBytes) {
      // The last row of an odd number is computed twice.
      long next = r + 1 < rows ? rowBytes : 0;
      FloatVector sum0 = FloatVector.zero(FLOATS);
      FloatVector sum1 = FloatVector.zero(FLOATS);
      for (int k = xo; k < xo + columns; k += 32, a += 21) {
        FloatVector d0 = FloatVector.broadcast(FLOATS, ALL.get(Memory.FLOAT, a));
        FloatVector d1 = FloatVector.broadcast(FLOATS, ALL.get(Memory.FLOAT, a + next));
        int zero0 = signedByte(a + 4);
        int zero1 = signedByte(a + next + 4);
        for (int i = 0; i < 16; i += LANES) {
          ByteVector q0 = ByteVector.fromMemorySegment(BYTES, ALL, a + 5 + i, LITTLE);
          ByteVector q1 = ByteVector.fromMemorySegment(BYTES, ALL, a + next + 5 + i, LITTLE);
          IntVector w0 = (IntVector) q0.convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
          IntVector w1 = (IntVector) q1.convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
          FloatVector y = FloatVector.fromArray(FLOATS, x, k + i);
          sum0 = ((FloatVector) w0.and(15).sub(zero0).castShape(FLOATS, 0)).mul(d0).fma(y, sum0);
          sum1 = ((FloatVector) w1.and(15).sub(zero1).castShape(FLOATS, 0)).mul(d1).fma(y, sum1);
        }
        for (int i = 0; i < 16; i += LANES) {
          ByteVector q0 = ByteVector.fromMemorySegment(BYTES, ALL, a + 5 + i, LITTLE);
          ByteVector q1 = ByteVector.fromMemorySegment(BYTES, ALL, a + next + 5 + i, LITTLE);
          IntVector w0 = (IntVector) q0.convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
          IntVector w1 = (IntVector) q1.convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
          FloatVector y = FloatVector.fromArray(FLOATS, x, k + 16 + i);
          sum0 =
              ((FloatVector) w0.lanewise(VectorOperators.LSHR, 4).sub(zero0).castShape(FLOATS, 0))
                  .mul(d0)
                  .fma(y, sum0);
          sum1 =
              ((FloatVector) w1.lanewise(VectorOperators.LSHR, 4).sub(zero1).castShape(FLOATS, 0))
                  .mul(d1)
                  .fma(y, sum1);
        }
      }
      out[oo + r] = VectorTiles.addLanes(sum0);
      if (next != 0) {
        out[oo + r + 1] = VectorTiles.addLanes(sum1);
      }
    }
  }

  private static void mxfp4(long a, int rows, int columns, float[] x, int xo, float[] out, int oo) {
    long rowBytes = columns / 32 * 17L;
    IntVector table = Mxfp4Table.DOUBLED;
    for (int r = 0; r < rows; r += 2, a += rowBytes) {
      // The last row of an odd number is computed twice.
      long next = r + 1 < rows ? rowBytes : 0;
      FloatVector sum0 = FloatVector.zero(FLOATS);
      FloatVector sum1 = FloatVector.zero(FLOATS);
      for (int k = xo; k < xo + columns; k += 32, a += 17) {
        FloatVector d0 = FloatVector.broadcast(FLOATS, Memory.halfE8m0(a));
        FloatVector d1 = FloatVector.broadcast(FLOATS, Memory.halfE8m0(a + next));
        for (int i = 0; i < 16; i += LANES) {
          ByteVector q0 = ByteVector.fromMemorySegment(BYTES, ALL, a + 1 + i, LITTLE);
          ByteVector q1 = ByteVector.fromMemorySegment(BYTES, ALL, a + next + 1 + i, LITTLE);
          IntVector w0 = (IntVector) q0.convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
          IntVector w1 = (IntVector) q1.convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
          FloatVector y = FloatVector.fromArray(FLOATS, x, k + i);
          IntVector v0 = w0.selectFrom(table);
          IntVector v1 = w1.selectFrom(table);
          if (LANES < 16) {
            v0 =
                v0.lanewise(
                    VectorOperators.XOR, w0.lanewise(VectorOperators.LSHL, 28).and(1 << 31));
            v1 =
                v1.lanewise(
                    VectorOperators.XOR, w1.lanewise(VectorOperators.LSHL, 28).and(1 << 31));
          }
          sum0 = v0.reinterpretAsFloats().mul(d0).fma(y, sum0);
          sum1 = v1.reinterpretAsFloats().mul(d1).fma(y, sum1);
        }
        for (int i = 0; i < 16; i += LANES) {
          ByteVector q0 = ByteVector.fromMemorySegment(BYTES, ALL, a + 1 + i, LITTLE);
          ByteVector q1 = ByteVector.fromMemorySegment(BYTES, ALL, a + next + 1 + i, LITTLE);
          IntVector w0 = (IntVector) q0.convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
          IntVector w1 = (IntVector) q1.convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
          FloatVector y = FloatVector.fromArray(FLOATS, x, k + 16 + i);
          IntVector v0 = w0.lanewise(VectorOperators.LSHR, 4).selectFrom(table);
          IntVector v1 = w1.lanewise(VectorOperators.LSHR, 4).selectFrom(table);
          if (LANES < 16) {
            v0 =
                v0.lanewise(
                    VectorOperators.XOR, w0.lanewise(VectorOperators.LSHL, 24).and(1 << 31));
            v1 =
                v1.lanewise(
                    VectorOperators.XOR, w1.lanewise(VectorOperators.LSHL, 24).and(1 << 31));
          }
          sum0 = v0.reinterpretAsFloats().mul(d0).fma(y, sum0);
          sum1 = v1.reinterpretAsFloats().mul(d1).fma(y, sum1);
        }
      }
      out[oo + r] = VectorTiles.addLanes(sum0);
      if (next != 0) {
        out[oo + r + 1] = VectorTiles.addLanes(sum1);
      }
    }
  }
}
