package org.harmonykb.engine.kernel;

import static org.harmonykb.engine.kernel.Memory.ALL;
import static org.harmonykb.engine.kernel.Memory.half;
import static org.harmonykb.engine.kernel.Memory.signedByte;
import static org.harmonykb.engine.kernel.Memory.unsignedByte;
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
 * Rows of the common types times one token, without storing the de-quantised weights: storing and
 * reading them again took more than half of a decode step. Rounds and adds exactly as {@link
 * VectorDequantizer} followed by {@link VectorTiles} does.
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
      default -> {
        return false;
      }
    }
    return true;
  }

  private static void q80(long a, int rows, int columns, float[] x, int xo, float[] out, int oo) {
    for (int r = 0; r < rows; r++) {
      FloatVector sum = FloatVector.zero(FLOATS);
      for (int k = xo; k < xo + columns; k += 32, a += 34) {
        FloatVector d = FloatVector.broadcast(FLOATS, half(a));
        for (int i = 0; i < 32; i += LANES) {
          ByteVector q = ByteVector.fromMemorySegment(BYTES, ALL, a + 2 + i, LITTLE);
          FloatVector w = ((FloatVector) q.castShape(FLOATS, 0)).mul(d);
          sum = w.fma(FloatVector.fromArray(FLOATS, x, k + i), sum);
        }
      }
      out[oo + r] = VectorTiles.addLanes(sum);
    }
  }

  private static void q41(long a, int rows, int columns, float[] x, int xo, float[] out, int oo) {
    for (int r = 0; r < rows; r++) {
      FloatVector sum = FloatVector.zero(FLOATS);
      for (int k = xo; k < xo + columns; k += 32, a += 20) {
        FloatVector d = FloatVector.broadcast(FLOATS, half(a));
        FloatVector m = FloatVector.broadcast(FLOATS, half(a + 2));
        for (int i = 0; i < 16; i += LANES) {
          ByteVector q = ByteVector.fromMemorySegment(BYTES, ALL, a + 4 + i, LITTLE);
          IntVector wide = (IntVector) q.convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
          FloatVector w = ((FloatVector) wide.and(15).castShape(FLOATS, 0)).fma(d, m);
          sum = w.fma(FloatVector.fromArray(FLOATS, x, k + i), sum);
        }
        for (int i = 0; i < 16; i += LANES) {
          ByteVector q = ByteVector.fromMemorySegment(BYTES, ALL, a + 4 + i, LITTLE);
          IntVector wide = (IntVector) q.convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
          FloatVector w =
              ((FloatVector) wide.lanewise(VectorOperators.LSHR, 4).castShape(FLOATS, 0)).fma(d, m);
          sum = w.fma(FloatVector.fromArray(FLOATS, x, k + 16 + i), sum);
        }
      }
      out[oo + r] = VectorTiles.addLanes(sum);
    }
  }

  private static void q40(long a, int rows, int columns, float[] x, int xo, float[] out, int oo) {
    for (int r = 0; r < rows; r++) {
      FloatVector sum = FloatVector.zero(FLOATS);
      for (int k = xo; k < xo + columns; k += 32, a += 18) {
        FloatVector d = FloatVector.broadcast(FLOATS, half(a));
        for (int i = 0; i < 16; i += LANES) {
          ByteVector q = ByteVector.fromMemorySegment(BYTES, ALL, a + 2 + i, LITTLE);
          IntVector wide = (IntVector) q.convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
          FloatVector w = ((FloatVector) wide.and(15).sub(8).castShape(FLOATS, 0)).mul(d);
          sum = w.fma(FloatVector.fromArray(FLOATS, x, k + i), sum);
        }
        for (int i = 0; i < 16; i += LANES) {
          ByteVector q = ByteVector.fromMemorySegment(BYTES, ALL, a + 2 + i, LITTLE);
          IntVector wide = (IntVector) q.convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
          FloatVector w =
              ((FloatVector) wide.lanewise(VectorOperators.LSHR, 4).sub(8).castShape(FLOATS, 0))
                  .mul(d);
          sum = w.fma(FloatVector.fromArray(FLOATS, x, k + 16 + i), sum);
        }
      }
      out[oo + r] = VectorTiles.addLanes(sum);
    }
  }

  private static void int4(long a, int rows, int columns, float[] x, int xo, float[] out, int oo) {
    for (int r = 0; r < rows; r++) {
      FloatVector sum = FloatVector.zero(FLOATS);
      for (int k = xo; k < xo + columns; k += 32, a += 21) {
        FloatVector d = FloatVector.broadcast(FLOATS, ALL.get(Memory.FLOAT, a));
        int zero = signedByte(a + 4);
        for (int i = 0; i < 16; i += LANES) {
          ByteVector q = ByteVector.fromMemorySegment(BYTES, ALL, a + 5 + i, LITTLE);
          IntVector wide = (IntVector) q.convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
          FloatVector w = ((FloatVector) wide.and(15).sub(zero).castShape(FLOATS, 0)).mul(d);
          sum = w.fma(FloatVector.fromArray(FLOATS, x, k + i), sum);
        }
        for (int i = 0; i < 16; i += LANES) {
          ByteVector q = ByteVector.fromMemorySegment(BYTES, ALL, a + 5 + i, LITTLE);
          IntVector wide = (IntVector) q.convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
          FloatVector w =
              ((FloatVector) wide.lanewise(VectorOperators.LSHR, 4).sub(zero).castShape(FLOATS, 0))
                  .mul(d);
          sum = w.fma(FloatVector.fromArray(FLOATS, x, k + 16 + i), sum);
        }
      }
      out[oo + r] = VectorTiles.addLanes(sum);
    }
  }

  private static void mxfp4(long a, int rows, int columns, float[] x, int xo, float[] out, int oo) {
    for (int r = 0; r < rows; r++) {
      FloatVector sum = FloatVector.zero(FLOATS);
      for (int k = xo; k < xo + columns; k += 32, a += 17) {
        FloatVector d = FloatVector.broadcast(FLOATS, 0.5f * Memory.e8m0(unsignedByte(a)));
        for (int i = 0; i < 16; i += LANES) {
          ByteVector q = ByteVector.fromMemorySegment(BYTES, ALL, a + 1 + i, LITTLE);
          IntVector wide = (IntVector) q.convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
          IntVector code = wide;
          IntVector shift = code.and(6).lanewise(VectorOperators.LSHR, 1).max(1).sub(1);
          IntVector value =
              code.and(6).min(2).or(code.and(1)).lanewise(VectorOperators.LSHL, shift);
          IntVector sign =
              code.lanewise(VectorOperators.LSHL, 28).lanewise(VectorOperators.ASHR, 31);
          FloatVector w =
              ((FloatVector)
                      value.lanewise(VectorOperators.XOR, sign).sub(sign).castShape(FLOATS, 0))
                  .mul(d);
          sum = w.fma(FloatVector.fromArray(FLOATS, x, k + i), sum);
        }
        for (int i = 0; i < 16; i += LANES) {
          ByteVector q = ByteVector.fromMemorySegment(BYTES, ALL, a + 1 + i, LITTLE);
          IntVector wide = (IntVector) q.convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
          IntVector code = wide.lanewise(VectorOperators.LSHR, 4);
          IntVector shift = code.and(6).lanewise(VectorOperators.LSHR, 1).max(1).sub(1);
          IntVector value =
              code.and(6).min(2).or(code.and(1)).lanewise(VectorOperators.LSHL, shift);
          IntVector sign =
              code.lanewise(VectorOperators.LSHL, 28).lanewise(VectorOperators.ASHR, 31);
          FloatVector w =
              ((FloatVector)
                      value.lanewise(VectorOperators.XOR, sign).sub(sign).castShape(FLOATS, 0))
                  .mul(d);
          sum = w.fma(FloatVector.fromArray(FLOATS, x, k + 16 + i), sum);
        }
      }
      out[oo + r] = VectorTiles.addLanes(sum);
    }
  }
}
