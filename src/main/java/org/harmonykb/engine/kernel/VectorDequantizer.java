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
 * De-quantises the common types with vectors; the others go to {@link ScalarDequantizer}. Bytes are
 * widened to ints first, because C2 does not turn shifts of byte lanes into single instructions.
 * Each method is one loop without helpers that take or return vectors: C2 would box them.
 */
final class VectorDequantizer {

  private static final ByteOrder LITTLE = ByteOrder.LITTLE_ENDIAN;

  private VectorDequantizer() {}

  static void dequantize(TensorType type, long address, float[] out, int offset, int count) {
    switch (type) {
      case F32 ->
          java.lang.foreign.MemorySegment.copy(ALL, Memory.FLOAT, address, out, offset, count);
      case F16 -> f16(address, out, offset, count);
      case BF16 -> bf16(address, out, offset, count);
      case Q8_0 -> q80(address, out, offset, count);
      case Q4_0 -> q40(address, out, offset, count);
      case Q4_1 -> q41(address, out, offset, count);
      case INT4 -> int4(address, out, offset, count);
      case MXFP4 -> mxfp4(address, out, offset, count);
      case Q4_K -> q4k(address, out, offset, count);
      case Q5_K -> q5k(address, out, offset, count);
      case Q6_K -> q6k(address, out, offset, count);
      default -> ScalarDequantizer.dequantize(type, address, out, offset, count);
    }
  }

  private static void f16(long a, float[] out, int o, int count) {
    for (int i = 0; i < count; i++) {
      out[o + i] = Float.float16ToFloat(ALL.get(Memory.SHORT, a + 2L * i));
    }
  }

  private static void bf16(long a, float[] out, int o, int count) {
    for (int i = 0; i < count; i++) {
      out[o + i] = Float.intBitsToFloat(ALL.get(Memory.SHORT, a + 2L * i) << 16);
    }
  }

  private static void q80(long a, float[] out, int o, int count) {
    for (int end = o + count; o < end; o += 32, a += 34) {
      FloatVector d = FloatVector.broadcast(FLOATS, half(a));
      for (int i = 0; i < 32; i += LANES) {
        ByteVector q = ByteVector.fromMemorySegment(BYTES, ALL, a + 2 + i, LITTLE);
        ((FloatVector) q.castShape(FLOATS, 0)).mul(d).intoArray(out, o + i);
      }
    }
  }

  private static void q40(long a, float[] out, int o, int count) {
    for (int end = o + count; o < end; o += 32, a += 18) {
      FloatVector d = FloatVector.broadcast(FLOATS, half(a));
      for (int i = 0; i < 16; i += LANES) {
        ByteVector q = ByteVector.fromMemorySegment(BYTES, ALL, a + 2 + i, LITTLE);
        IntVector wide = (IntVector) q.convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
        FloatVector low = (FloatVector) wide.and(15).sub(8).castShape(FLOATS, 0);
        FloatVector high =
            (FloatVector) wide.lanewise(VectorOperators.LSHR, 4).sub(8).castShape(FLOATS, 0);
        low.mul(d).intoArray(out, o + i);
        high.mul(d).intoArray(out, o + 16 + i);
      }
    }
  }

  private static void int4(long a, float[] out, int o, int count) {
    for (int end = o + count; o < end; o += 32, a += 21) {
      FloatVector d = FloatVector.broadcast(FLOATS, ALL.get(Memory.FLOAT, a));
      int zero = signedByte(a + 4);
      for (int i = 0; i < 16; i += LANES) {
        ByteVector q = ByteVector.fromMemorySegment(BYTES, ALL, a + 5 + i, LITTLE);
        IntVector wide = (IntVector) q.convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
        FloatVector low = (FloatVector) wide.and(15).sub(zero).castShape(FLOATS, 0);
        FloatVector high =
            (FloatVector) wide.lanewise(VectorOperators.LSHR, 4).sub(zero).castShape(FLOATS, 0);
        low.mul(d).intoArray(out, o + i);
        high.mul(d).intoArray(out, o + 16 + i);
      }
    }
  }

  private static void q41(long a, float[] out, int o, int count) {
    for (int end = o + count; o < end; o += 32, a += 20) {
      FloatVector d = FloatVector.broadcast(FLOATS, half(a));
      FloatVector m = FloatVector.broadcast(FLOATS, half(a + 2));
      for (int i = 0; i < 16; i += LANES) {
        ByteVector q = ByteVector.fromMemorySegment(BYTES, ALL, a + 4 + i, LITTLE);
        IntVector wide = (IntVector) q.convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
        FloatVector low = (FloatVector) wide.and(15).castShape(FLOATS, 0);
        FloatVector high =
            (FloatVector) wide.lanewise(VectorOperators.LSHR, 4).castShape(FLOATS, 0);
        low.fma(d, m).intoArray(out, o + i);
        high.fma(d, m).intoArray(out, o + 16 + i);
      }
    }
  }

  private static void mxfp4(long a, float[] out, int o, int count) {
    IntVector table = Mxfp4Table.DOUBLED;
    for (int end = o + count; o < end; o += 32, a += 17) {
      FloatVector d = FloatVector.broadcast(FLOATS, Memory.halfE8m0(a));
      for (int i = 0; i < 16; i += LANES) {
        ByteVector q = ByteVector.fromMemorySegment(BYTES, ALL, a + 1 + i, LITTLE);
        IntVector wide = (IntVector) q.convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
        IntVector low = wide.selectFrom(table);
        IntVector high = wide.lanewise(VectorOperators.LSHR, 4).selectFrom(table);
        if (LANES < 16) {
          low =
              low.lanewise(
                  VectorOperators.XOR, wide.lanewise(VectorOperators.LSHL, 28).and(1 << 31));
          high =
              high.lanewise(
                  VectorOperators.XOR, wide.lanewise(VectorOperators.LSHL, 24).and(1 << 31));
        }
        low.reinterpretAsFloats().mul(d).intoArray(out, o + i);
        high.reinterpretAsFloats().mul(d).intoArray(out, o + 16 + i);
      }
    }
  }

  private static void q4k(long a, float[] out, int o, int count) {
    for (int end = o + count; o < end; o += 256, a += 144) {
      float d = half(a);
      float dMin = half(a + 2);
      for (int pair = 0; pair < 4; pair++) {
        FloatVector d0 =
            FloatVector.broadcast(FLOATS, d * ScalarDequantizer.scaleK(a + 4, 2 * pair));
        FloatVector m0 =
            FloatVector.broadcast(FLOATS, -dMin * ScalarDequantizer.minK(a + 4, 2 * pair));
        FloatVector d1 =
            FloatVector.broadcast(FLOATS, d * ScalarDequantizer.scaleK(a + 4, 2 * pair + 1));
        FloatVector m1 =
            FloatVector.broadcast(FLOATS, -dMin * ScalarDequantizer.minK(a + 4, 2 * pair + 1));
        int base = o + 64 * pair;
        for (int i = 0; i < 32; i += LANES) {
          ByteVector q = ByteVector.fromMemorySegment(BYTES, ALL, a + 16 + 32 * pair + i, LITTLE);
          IntVector wide = (IntVector) q.convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
          FloatVector low = (FloatVector) wide.and(15).castShape(FLOATS, 0);
          FloatVector high =
              (FloatVector) wide.lanewise(VectorOperators.LSHR, 4).castShape(FLOATS, 0);
          low.fma(d0, m0).intoArray(out, base + i);
          high.fma(d1, m1).intoArray(out, base + 32 + i);
        }
      }
    }
  }

  private static void q5k(long a, float[] out, int o, int count) {
    for (int end = o + count; o < end; o += 256, a += 176) {
      float d = half(a);
      float dMin = half(a + 2);
      for (int pair = 0; pair < 4; pair++) {
        FloatVector d0 =
            FloatVector.broadcast(FLOATS, d * ScalarDequantizer.scaleK(a + 4, 2 * pair));
        FloatVector m0 =
            FloatVector.broadcast(FLOATS, -dMin * ScalarDequantizer.minK(a + 4, 2 * pair));
        FloatVector d1 =
            FloatVector.broadcast(FLOATS, d * ScalarDequantizer.scaleK(a + 4, 2 * pair + 1));
        FloatVector m1 =
            FloatVector.broadcast(FLOATS, -dMin * ScalarDequantizer.minK(a + 4, 2 * pair + 1));
        int base = o + 64 * pair;
        for (int i = 0; i < 32; i += LANES) {
          ByteVector q = ByteVector.fromMemorySegment(BYTES, ALL, a + 48 + 32 * pair + i, LITTLE);
          ByteVector h = ByteVector.fromMemorySegment(BYTES, ALL, a + 16 + i, LITTLE);
          IntVector wide = (IntVector) q.convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
          IntVector bits =
              ((IntVector) h.convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0))
                  .lanewise(VectorOperators.LSHR, 2 * pair);
          IntVector lowInt = wide.and(15).or(bits.and(1).lanewise(VectorOperators.LSHL, 4));
          IntVector highInt =
              wide.lanewise(VectorOperators.LSHR, 4)
                  .or(bits.and(2).lanewise(VectorOperators.LSHL, 3));
          ((FloatVector) lowInt.castShape(FLOATS, 0)).fma(d0, m0).intoArray(out, base + i);
          ((FloatVector) highInt.castShape(FLOATS, 0)).fma(d1, m1).intoArray(out, base + 32 + i);
        }
      }
    }
  }

  private static void q6k(long a, float[] out, int o, int count) {
    for (int end = o + count; o < end; o += 256, a += 210) {
      float d = half(a + 208);
      for (int half = 0; half < 2; half++) {
        for (int i = 0; i < 32; i += LANES) {
          long scales = a + 192 + 8 * half + i / 16;
          ByteVector q0 = ByteVector.fromMemorySegment(BYTES, ALL, a + 64 * half + i, LITTLE);
          ByteVector q1 = ByteVector.fromMemorySegment(BYTES, ALL, a + 64 * half + 32 + i, LITTLE);
          ByteVector h = ByteVector.fromMemorySegment(BYTES, ALL, a + 128 + 32 * half + i, LITTLE);
          IntVector w0 = (IntVector) q0.convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
          IntVector w1 = (IntVector) q1.convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
          IntVector bits = (IntVector) h.convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
          IntVector v0 = w0.and(15).or(bits.and(3).lanewise(VectorOperators.LSHL, 4)).sub(32);
          IntVector v1 = w1.and(15).or(bits.and(12).lanewise(VectorOperators.LSHL, 2)).sub(32);
          IntVector v2 = w0.lanewise(VectorOperators.LSHR, 4).or(bits.and(48)).sub(32);
          IntVector v3 =
              w1.lanewise(VectorOperators.LSHR, 4)
                  .or(bits.and(192).lanewise(VectorOperators.LSHR, 2))
                  .sub(32);
          int base = o + 128 * half + i;
          ((FloatVector) v0.castShape(FLOATS, 0)).mul(d * signedByte(scales)).intoArray(out, base);
          ((FloatVector) v1.castShape(FLOATS, 0))
              .mul(d * signedByte(scales + 2))
              .intoArray(out, base + 32);
          ((FloatVector) v2.castShape(FLOATS, 0))
              .mul(d * signedByte(scales + 4))
              .intoArray(out, base + 64);
          ((FloatVector) v3.castShape(FLOATS, 0))
              .mul(d * signedByte(scales + 6))
              .intoArray(out, base + 96);
        }
      }
    }
  }
}
