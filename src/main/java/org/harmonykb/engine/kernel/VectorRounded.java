package org.harmonykb.engine.kernel;

import static org.harmonykb.engine.kernel.Memory.ALL;

import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * MXFP4 rows times some tokens of {@link RoundedActivations}, 32 weights in 16 lanes of 16 bits:
 * with 256 bits that takes two thirds of the instructions that floats take. Each row's codes are
 * looked up once for up to four tokens; a token's result is the same beside any others.
 *
 * <p>Always 256 bits wide: wider machines are faster with floats.
 */
final class VectorRounded {

  private static final ByteOrder LITTLE = ByteOrder.LITTLE_ENDIAN;
  private static final VectorSpecies<Byte> BYTES = ByteVector.SPECIES_128;
  private static final VectorSpecies<Short> SHORTS = ShortVector.SPECIES_256;
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_256;

  /** Twice the codes' values. */
  static final ByteVector CODES = ByteVector.fromArray(BYTES, Mxfp4Table.CODES, 0);

  static final float[] HALF_SCALES = new float[256];

  private static final VectorShuffle<Float> SWAP_4 = VectorShuffle.fromOp(FLOATS, i -> i ^ 4);
  private static final VectorShuffle<Float> SWAP_2 = VectorShuffle.fromOp(FLOATS, i -> i ^ 2);
  private static final VectorShuffle<Float> SWAP_1 = VectorShuffle.fromOp(FLOATS, i -> i ^ 1);

  /** Added and subtracted again, it leaves the nearest integer, the even one of two. */
  static final float ROUNDING = 12582912f;

  static {
    for (int i = 0; i < 256; i++) {
      HALF_SCALES[i] = 0.5f * Memory.e8m0(i);
    }
  }

  private VectorRounded() {}

  static void round(float[] x, int xo, short[] values, int vo, float[] scales, int so, int count) {
    for (int i = 0; i < count; i += 32) {
      FloatVector x0 = FloatVector.fromArray(FLOATS, x, xo + i);
      FloatVector x1 = FloatVector.fromArray(FLOATS, x, xo + i + 8);
      FloatVector x2 = FloatVector.fromArray(FLOATS, x, xo + i + 16);
      FloatVector x3 = FloatVector.fromArray(FLOATS, x, xo + i + 24);
      float max =
          x0.abs().max(x1.abs()).max(x2.abs().max(x3.abs())).reduceLanes(VectorOperators.MAX);
      float factor = ScalarRounded.factor(max, RoundedActivations.LARGEST);
      scales[so + i / 32] = ScalarRounded.scale(max, RoundedActivations.LARGEST);
      ((ShortVector)
              x0.mul(factor).add(ROUNDING).sub(ROUNDING).castShape(ShortVector.SPECIES_128, 0))
          .intoArray(values, vo + i);
      ((ShortVector)
              x1.mul(factor).add(ROUNDING).sub(ROUNDING).castShape(ShortVector.SPECIES_128, 0))
          .intoArray(values, vo + i + 8);
      ((ShortVector)
              x2.mul(factor).add(ROUNDING).sub(ROUNDING).castShape(ShortVector.SPECIES_128, 0))
          .intoArray(values, vo + i + 16);
      ((ShortVector)
              x3.mul(factor).add(ROUNDING).sub(ROUNDING).castShape(ShortVector.SPECIES_128, 0))
          .intoArray(values, vo + i + 24);
    }
  }

  static void multiply(
      long a,
      int rows,
      int columns,
      short[] x,
      int xo,
      float[] scales,
      int so,
      int tokens,
      float[] out,
      int oo,
      int stride) {
    int blocks = columns / 32;
    for (int r = 0; r < rows; r++, a += blocks * 17L) {
      int t = 0;
      for (; t + 4 <= tokens; t += 4) {
        four(
            a,
            blocks,
            x,
            xo + t * columns,
            scales,
            so + t * blocks,
            out,
            oo + t * stride + r,
            stride);
      }
      for (; t + 2 <= tokens; t += 2) {
        two(
            a,
            blocks,
            x,
            xo + t * columns,
            scales,
            so + t * blocks,
            out,
            oo + t * stride + r,
            stride);
      }
      if (t < tokens) {
        one(a, blocks, x, xo + t * columns, scales, so + t * blocks, out, oo + t * stride + r);
      }
    }
  }

  private static void one(
      long a, int blocks, short[] x, int xo, float[] scales, int so, float[] out, int at) {
    FloatVector sum0 = FloatVector.zero(FLOATS);
    for (int b = 0; b < blocks; b++, a += 17) {
      ByteVector q = ByteVector.fromMemorySegment(BYTES, ALL, a + 1, LITTLE);
      ShortVector low = (ShortVector) q.selectFrom(CODES).castShape(SHORTS, 0);
      ShortVector high =
          (ShortVector)
              q.reinterpretAsInts()
                  .lanewise(VectorOperators.LSHR, 4)
                  .reinterpretAsBytes()
                  .selectFrom(CODES)
                  .castShape(SHORTS, 0);
      float d = HALF_SCALES[Memory.unsignedByte(a)];
      IntVector pairs0 =
          low.mul(ShortVector.fromArray(SHORTS, x, xo + 32 * b))
              .add(high.mul(ShortVector.fromArray(SHORTS, x, xo + 32 * b + 16)))
              .reinterpretAsInts();
      IntVector fours0 =
          pairs0
              .lanewise(VectorOperators.LSHL, 16)
              .lanewise(VectorOperators.ASHR, 16)
              .add(pairs0.lanewise(VectorOperators.ASHR, 16));
      sum0 =
          ((FloatVector) fours0.castShape(FLOATS, 0))
              .fma(FloatVector.broadcast(FLOATS, d * scales[so + b]), sum0);
    }
    sum0 = sum0.add(sum0.rearrange(SWAP_4));
    sum0 = sum0.add(sum0.rearrange(SWAP_2));
    out[at] = sum0.add(sum0.rearrange(SWAP_1)).lane(0);
  }

  private static void two(
      long a,
      int blocks,
      short[] x,
      int xo,
      float[] scales,
      int so,
      float[] out,
      int at,
      int stride) {
    int columns = 32 * blocks;
    FloatVector sum0 = FloatVector.zero(FLOATS);
    FloatVector sum1 = FloatVector.zero(FLOATS);
    for (int b = 0; b < blocks; b++, a += 17) {
      ByteVector q = ByteVector.fromMemorySegment(BYTES, ALL, a + 1, LITTLE);
      ShortVector low = (ShortVector) q.selectFrom(CODES).castShape(SHORTS, 0);
      ShortVector high =
          (ShortVector)
              q.reinterpretAsInts()
                  .lanewise(VectorOperators.LSHR, 4)
                  .reinterpretAsBytes()
                  .selectFrom(CODES)
                  .castShape(SHORTS, 0);
      float d = HALF_SCALES[Memory.unsignedByte(a)];
      IntVector pairs0 =
          low.mul(ShortVector.fromArray(SHORTS, x, xo + 32 * b))
              .add(high.mul(ShortVector.fromArray(SHORTS, x, xo + 32 * b + 16)))
              .reinterpretAsInts();
      IntVector fours0 =
          pairs0
              .lanewise(VectorOperators.LSHL, 16)
              .lanewise(VectorOperators.ASHR, 16)
              .add(pairs0.lanewise(VectorOperators.ASHR, 16));
      sum0 =
          ((FloatVector) fours0.castShape(FLOATS, 0))
              .fma(FloatVector.broadcast(FLOATS, d * scales[so + b]), sum0);
      IntVector pairs1 =
          low.mul(ShortVector.fromArray(SHORTS, x, xo + columns + 32 * b))
              .add(high.mul(ShortVector.fromArray(SHORTS, x, xo + columns + 32 * b + 16)))
              .reinterpretAsInts();
      IntVector fours1 =
          pairs1
              .lanewise(VectorOperators.LSHL, 16)
              .lanewise(VectorOperators.ASHR, 16)
              .add(pairs1.lanewise(VectorOperators.ASHR, 16));
      sum1 =
          ((FloatVector) fours1.castShape(FLOATS, 0))
              .fma(FloatVector.broadcast(FLOATS, d * scales[so + blocks + b]), sum1);
    }
    sum0 = sum0.add(sum0.rearrange(SWAP_4));
    sum0 = sum0.add(sum0.rearrange(SWAP_2));
    out[at] = sum0.add(sum0.rearrange(SWAP_1)).lane(0);
    sum1 = sum1.add(sum1.rearrange(SWAP_4));
    sum1 = sum1.add(sum1.rearrange(SWAP_2));
    out[at + stride] = sum1.add(sum1.rearrange(SWAP_1)).lane(0);
  }

  private static void four(
      long a,
      int blocks,
      short[] x,
      int xo,
      float[] scales,
      int so,
      float[] out,
      int at,
      int stride) {
    int columns = 32 * blocks;
    FloatVector sum0 = FloatVector.zero(FLOATS);
    FloatVector sum1 = FloatVector.zero(FLOATS);
    FloatVector sum2 = FloatVector.zero(FLOATS);
    FloatVector sum3 = FloatVector.zero(FLOATS);
    for (int b = 0; b < blocks; b++, a += 17) {
      ByteVector q = ByteVector.fromMemorySegment(BYTES, ALL, a + 1, LITTLE);
      ShortVector low = (ShortVector) q.selectFrom(CODES).castShape(SHORTS, 0);
      ShortVector high =
          (ShortVector)
              q.reinterpretAsInts()
                  .lanewise(VectorOperators.LSHR, 4)
                  .reinterpretAsBytes()
                  .selectFrom(CODES)
                  .castShape(SHORTS, 0);
      float d = HALF_SCALES[Memory.unsignedByte(a)];
      IntVector pairs0 =
          low.mul(ShortVector.fromArray(SHORTS, x, xo + 32 * b))
              .add(high.mul(ShortVector.fromArray(SHORTS, x, xo + 32 * b + 16)))
              .reinterpretAsInts();
      IntVector fours0 =
          pairs0
              .lanewise(VectorOperators.LSHL, 16)
              .lanewise(VectorOperators.ASHR, 16)
              .add(pairs0.lanewise(VectorOperators.ASHR, 16));
      sum0 =
          ((FloatVector) fours0.castShape(FLOATS, 0))
              .fma(FloatVector.broadcast(FLOATS, d * scales[so + b]), sum0);
      IntVector pairs1 =
          low.mul(ShortVector.fromArray(SHORTS, x, xo + columns + 32 * b))
              .add(high.mul(ShortVector.fromArray(SHORTS, x, xo + columns + 32 * b + 16)))
              .reinterpretAsInts();
      IntVector fours1 =
          pairs1
              .lanewise(VectorOperators.LSHL, 16)
              .lanewise(VectorOperators.ASHR, 16)
              .add(pairs1.lanewise(VectorOperators.ASHR, 16));
      sum1 =
          ((FloatVector) fours1.castShape(FLOATS, 0))
              .fma(FloatVector.broadcast(FLOATS, d * scales[so + blocks + b]), sum1);
      IntVector pairs2 =
          low.mul(ShortVector.fromArray(SHORTS, x, xo + 2 * columns + 32 * b))
              .add(high.mul(ShortVector.fromArray(SHORTS, x, xo + 2 * columns + 32 * b + 16)))
              .reinterpretAsInts();
      IntVector fours2 =
          pairs2
              .lanewise(VectorOperators.LSHL, 16)
              .lanewise(VectorOperators.ASHR, 16)
              .add(pairs2.lanewise(VectorOperators.ASHR, 16));
      sum2 =
          ((FloatVector) fours2.castShape(FLOATS, 0))
              .fma(FloatVector.broadcast(FLOATS, d * scales[so + 2 * blocks + b]), sum2);
      IntVector pairs3 =
          low.mul(ShortVector.fromArray(SHORTS, x, xo + 3 * columns + 32 * b))
              .add(high.mul(ShortVector.fromArray(SHORTS, x, xo + 3 * columns + 32 * b + 16)))
              .reinterpretAsInts();
      IntVector fours3 =
          pairs3
              .lanewise(VectorOperators.LSHL, 16)
              .lanewise(VectorOperators.ASHR, 16)
              .add(pairs3.lanewise(VectorOperators.ASHR, 16));
      sum3 =
          ((FloatVector) fours3.castShape(FLOATS, 0))
              .fma(FloatVector.broadcast(FLOATS, d * scales[so + 3 * blocks + b]), sum3);
    }
    sum0 = sum0.add(sum0.rearrange(SWAP_4));
    sum0 = sum0.add(sum0.rearrange(SWAP_2));
    out[at] = sum0.add(sum0.rearrange(SWAP_1)).lane(0);
    sum1 = sum1.add(sum1.rearrange(SWAP_4));
    sum1 = sum1.add(sum1.rearrange(SWAP_2));
    out[at + stride] = sum1.add(sum1.rearrange(SWAP_1)).lane(0);
    sum2 = sum2.add(sum2.rearrange(SWAP_4));
    sum2 = sum2.add(sum2.rearrange(SWAP_2));
    out[at + 2 * stride] = sum2.add(sum2.rearrange(SWAP_1)).lane(0);
    sum3 = sum3.add(sum3.rearrange(SWAP_4));
    sum3 = sum3.add(sum3.rearrange(SWAP_2));
    out[at + 3 * stride] = sum3.add(sum3.rearrange(SWAP_1)).lane(0);
  }
}
