package org.harmonykb.engine.kernel;

import static org.harmonykb.engine.kernel.Memory.ALL;
import static org.harmonykb.engine.kernel.PackedActivations.BLOCK;
import static org.harmonykb.engine.kernel.PackedActivations.GROUP;
import static org.harmonykb.engine.kernel.PackedActivations.LARGEST;
import static org.harmonykb.engine.kernel.PackedActivations.UNIT_BYTES;
import static org.harmonykb.engine.kernel.VectorRounded.CODES;
import static org.harmonykb.engine.kernel.VectorRounded.ROUNDING;

import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * MXFP4 rows times {@link PackedActivations}. A lane of 32 bits is a token: it holds two columns'
 * products, four of which are added before they are widened, so that 16 multiplications take two
 * instructions and a half, where floats take two for 8. Blocks are added in order, in floats, each
 * by itself: a token's result depends neither on its neighbours nor on how columns are cut.
 *
 * <p>Always 256 bits wide: wider machines are faster with floats.
 */
final class VectorPacked {

  private static final ByteOrder LITTLE = ByteOrder.LITTLE_ENDIAN;
  private static final VectorSpecies<Byte> BYTES = ByteVector.SPECIES_128;
  private static final VectorSpecies<Short> SHORTS = ShortVector.SPECIES_256;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_256;
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_256;

  /** Rows whose weights are unpacked together, and blocks of each. */
  private static final int STRIP = 32;

  private static final int CHUNK = 30;

  private VectorPacked() {}

  /** Packs up to 8 tokens. */
  static void pack(
      float[] x, int xo, int columns, int tokens, long to, float[] scales, int scalesOffset) {
    int[] pairs = new int[16 * GROUP]; // [token][pair]
    for (int b = 0; b < columns / BLOCK; b++) {
      for (int t = 0; t < tokens; t++) {
        int from = xo + t * columns + b * BLOCK;
        FloatVector x0 = FloatVector.fromArray(FLOATS, x, from);
        FloatVector x1 = FloatVector.fromArray(FLOATS, x, from + 8);
        FloatVector x2 = FloatVector.fromArray(FLOATS, x, from + 16);
        FloatVector x3 = FloatVector.fromArray(FLOATS, x, from + 24);
        float max =
            x0.abs().max(x1.abs()).max(x2.abs().max(x3.abs())).reduceLanes(VectorOperators.MAX);
        float factor = ScalarRounded.factor(max, LARGEST);
        scales[scalesOffset + b * GROUP + t] = ScalarRounded.scale(max, LARGEST);
        x0 = x0.mul(factor).add(ROUNDING).sub(ROUNDING);
        x1 = x1.mul(factor).add(ROUNDING).sub(ROUNDING);
        x2 = x2.mul(factor).add(ROUNDING).sub(ROUNDING);
        x3 = x3.mul(factor).add(ROUNDING).sub(ROUNDING);
        IntVector high0 = (IntVector) x2.castShape(INTS, 0);
        IntVector high1 = (IntVector) x3.castShape(INTS, 0);
        ((IntVector) x0.castShape(INTS, 0))
            .and(0xffff)
            .or(high0.lanewise(VectorOperators.LSHL, 16))
            .intoArray(pairs, 16 * t);
        ((IntVector) x1.castShape(INTS, 0))
            .and(0xffff)
            .or(high1.lanewise(VectorOperators.LSHL, 16))
            .intoArray(pairs, 16 * t + 8);
      }
      Arrays.fill(scales, scalesOffset + b * GROUP + tokens, scalesOffset + (b + 1) * GROUP, 0);
      long unit = to + (long) b * UNIT_BYTES;
      for (int i = 0; i < 16; i++) {
        for (int t = 0; t < GROUP; t++) {
          ALL.set(
              Memory.INT, unit + 4L * (GROUP * i + t), pairs[16 * t + PackedActivations.pair(i)]);
        }
      }
    }
  }

  static void multiply(
      long address,
      int rows,
      int columns,
      long x,
      float[] scales,
      int scalesOffset,
      int tokens,
      PackedScratch scratch,
      float[] out,
      int oo,
      int stride) {
    long rowBytes = columns / BLOCK * 17L;
    for (int r = 0; r < rows; r += STRIP) {
      strip(
          address + r * rowBytes,
          Math.min(STRIP, rows - r),
          columns / BLOCK,
          x,
          scales,
          scalesOffset,
          tokens,
          scratch,
          out,
          oo + r,
          stride);
    }
  }

  private static void strip(
      long address,
      int rows,
      int blocks,
      long x,
      float[] scales,
      int so,
      int tokens,
      PackedScratch s,
      float[] out,
      int oo,
      int stride) {
    s.touched = touch(address, rows * (long) blocks * 17);
    int evenRows = (rows + 1) / 2 * 2; // the last row of an odd number is computed twice
    int groups = PackedActivations.groups(tokens);
    s.ensure(evenRows, CHUNK, groups);
    int groupSums = evenRows * GROUP;
    Arrays.fill(s.sums, 0, groups * groupSums, 0);
    long groupBytes = (long) blocks * UNIT_BYTES;
    for (int b = 0; b < blocks; b += CHUNK) {
      int n = Math.min(CHUNK, blocks - b);
      for (int r = 0; r < evenRows; r++) {
        long block = address + (Math.min(r, rows - 1) * (long) blocks + b) * 17;
        unpack(block, n, s.weights, r * CHUNK * 16, s.weightScales, r * CHUNK);
      }
      for (int g = 0; g < groups; g += 2) {
        long x0 = x + g * groupBytes + (long) b * UNIT_BYTES;
        int s0 = so + (g * blocks + b) * GROUP;
        for (int r = 0; r < evenRows; r += 2) {
          int at = g * groupSums + r * GROUP;
          if (g + 1 < groups) {
            twoGroups(
                s.weights,
                r * CHUNK * 16,
                s.weightScales,
                r * CHUNK,
                CHUNK,
                n,
                x0,
                x0 + groupBytes,
                scales,
                s0,
                s0 + blocks * GROUP,
                s.sums,
                at,
                at + groupSums);
          } else {
            oneGroup(
                s.weights,
                r * CHUNK * 16,
                s.weightScales,
                r * CHUNK,
                CHUNK,
                n,
                x0,
                scales,
                s0,
                s.sums,
                at);
          }
        }
      }
    }
    for (int t = 0; t < tokens; t++) {
      int from = t / GROUP * groupSums + t % GROUP;
      for (int r = 0; r < rows; r++) {
        out[oo + t * stride + r] = s.sums[from + r * GROUP];
      }
    }
  }

  /**
   * Reads weights in the order of memory, as the processor fetches ahead; unpacking some blocks of
   * each row, it would wait for every one (30 GFLOP/s instead of 40 with 8 tokens).
   */
  private static long touch(long address, long bytes) {
    long sum = 0;
    for (long a = address; a < address + bytes; a += 64) {
      sum += Memory.signedByte(a);
    }
    return sum;
  }

  /** Looks up the codes of some blocks: twice their values, two in an int as activations lie. */
  private static void unpack(long a, int blocks, int[] pairs, int to, float[] scales, int so) {
    for (int b = 0; b < blocks; b++, a += 17, to += 16) {
      scales[so + b] = VectorRounded.HALF_SCALES[Memory.unsignedByte(a)];
      ByteVector q = ByteVector.fromMemorySegment(BYTES, ALL, a + 1, LITTLE);
      ShortVector low = (ShortVector) q.selectFrom(CODES).castShape(SHORTS, 0);
      ShortVector high =
          (ShortVector)
              q.reinterpretAsInts()
                  .lanewise(VectorOperators.LSHR, 4)
                  .reinterpretAsBytes()
                  .selectFrom(CODES)
                  .castShape(SHORTS, 0);
      IntVector lows = low.reinterpretAsInts();
      IntVector highs = high.reinterpretAsInts();
      lows.and(0xffff).or(highs.lanewise(VectorOperators.LSHL, 16)).intoArray(pairs, to);
      lows.lanewise(VectorOperators.LSHR, 16).or(highs.and(0xffff << 16)).intoArray(pairs, to + 8);
    }
  }

  private static void twoGroups(
      int[] w,
      int w0,
      float[] d,
      int d0,
      int stride,
      int blocks,
      long x0,
      long x1,
      float[] scales,
      int s0,
      int s1,
      float[] sums,
      int at0,
      int at1) {
    int w1 = w0 + 16 * stride;
    int d1 = d0 + stride;
    for (int b = 0; b != blocks; b++) {
      IntVector t00 = IntVector.zero(INTS);
      IntVector t01 = IntVector.zero(INTS);
      IntVector t10 = IntVector.zero(INTS);
      IntVector t11 = IntVector.zero(INTS);
      for (int i = 0; i != 16; i += 4, w0 += 4, w1 += 4, x0 += 128, x1 += 128) {
        ShortVector x00 = ShortVector.fromMemorySegment(SHORTS, ALL, x0 + 0, LITTLE);
        ShortVector x10 = ShortVector.fromMemorySegment(SHORTS, ALL, x1 + 0, LITTLE);
        ShortVector w00 = IntVector.broadcast(INTS, w[w0 + 0]).reinterpretAsShorts();
        ShortVector p00 = w00.mul(x00);
        ShortVector p01 = w00.mul(x10);
        ShortVector w10 = IntVector.broadcast(INTS, w[w1 + 0]).reinterpretAsShorts();
        ShortVector p10 = w10.mul(x00);
        ShortVector p11 = w10.mul(x10);
        ShortVector x01 = ShortVector.fromMemorySegment(SHORTS, ALL, x0 + 32, LITTLE);
        ShortVector x11 = ShortVector.fromMemorySegment(SHORTS, ALL, x1 + 32, LITTLE);
        ShortVector w01 = IntVector.broadcast(INTS, w[w0 + 1]).reinterpretAsShorts();
        p00 = p00.add(w01.mul(x01));
        p01 = p01.add(w01.mul(x11));
        ShortVector w11 = IntVector.broadcast(INTS, w[w1 + 1]).reinterpretAsShorts();
        p10 = p10.add(w11.mul(x01));
        p11 = p11.add(w11.mul(x11));
        ShortVector x02 = ShortVector.fromMemorySegment(SHORTS, ALL, x0 + 64, LITTLE);
        ShortVector x12 = ShortVector.fromMemorySegment(SHORTS, ALL, x1 + 64, LITTLE);
        ShortVector w02 = IntVector.broadcast(INTS, w[w0 + 2]).reinterpretAsShorts();
        p00 = p00.add(w02.mul(x02));
        p01 = p01.add(w02.mul(x12));
        ShortVector w12 = IntVector.broadcast(INTS, w[w1 + 2]).reinterpretAsShorts();
        p10 = p10.add(w12.mul(x02));
        p11 = p11.add(w12.mul(x12));
        ShortVector x03 = ShortVector.fromMemorySegment(SHORTS, ALL, x0 + 96, LITTLE);
        ShortVector x13 = ShortVector.fromMemorySegment(SHORTS, ALL, x1 + 96, LITTLE);
        ShortVector w03 = IntVector.broadcast(INTS, w[w0 + 3]).reinterpretAsShorts();
        p00 = p00.add(w03.mul(x03));
        p01 = p01.add(w03.mul(x13));
        ShortVector w13 = IntVector.broadcast(INTS, w[w1 + 3]).reinterpretAsShorts();
        p10 = p10.add(w13.mul(x03));
        p11 = p11.add(w13.mul(x13));
        IntVector i00 = p00.reinterpretAsInts();
        t00 =
            t00.add(i00.lanewise(VectorOperators.ASHR, 16))
                .add(i00.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16));
        IntVector i01 = p01.reinterpretAsInts();
        t01 =
            t01.add(i01.lanewise(VectorOperators.ASHR, 16))
                .add(i01.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16));
        IntVector i10 = p10.reinterpretAsInts();
        t10 =
            t10.add(i10.lanewise(VectorOperators.ASHR, 16))
                .add(i10.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16));
        IntVector i11 = p11.reinterpretAsInts();
        t11 =
            t11.add(i11.lanewise(VectorOperators.ASHR, 16))
                .add(i11.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16));
      }
      FloatVector e0 = FloatVector.broadcast(FLOATS, d[d0 + b]);
      FloatVector e1 = FloatVector.broadcast(FLOATS, d[d1 + b]);
      FloatVector y0 = FloatVector.fromArray(FLOATS, scales, s0 + 8 * b);
      FloatVector y1 = FloatVector.fromArray(FLOATS, scales, s1 + 8 * b);
      ((FloatVector) t00.castShape(FLOATS, 0))
          .mul(e0)
          .fma(y0, FloatVector.fromArray(FLOATS, sums, at0))
          .intoArray(sums, at0);
      ((FloatVector) t01.castShape(FLOATS, 0))
          .mul(e0)
          .fma(y1, FloatVector.fromArray(FLOATS, sums, at1))
          .intoArray(sums, at1);
      ((FloatVector) t10.castShape(FLOATS, 0))
          .mul(e1)
          .fma(y0, FloatVector.fromArray(FLOATS, sums, at0 + 8))
          .intoArray(sums, at0 + 8);
      ((FloatVector) t11.castShape(FLOATS, 0))
          .mul(e1)
          .fma(y1, FloatVector.fromArray(FLOATS, sums, at1 + 8))
          .intoArray(sums, at1 + 8);
    }
  }

  private static void oneGroup(
      int[] w,
      int w0,
      float[] d,
      int d0,
      int stride,
      int blocks,
      long x0,
      float[] scales,
      int s0,
      float[] sums,
      int at0) {
    int w1 = w0 + 16 * stride;
    int d1 = d0 + stride;
    for (int b = 0; b != blocks; b++) {
      IntVector t00 = IntVector.zero(INTS);
      IntVector t10 = IntVector.zero(INTS);
      for (int i = 0; i != 16; i += 4, w0 += 4, w1 += 4, x0 += 128) {
        ShortVector x00 = ShortVector.fromMemorySegment(SHORTS, ALL, x0 + 0, LITTLE);
        ShortVector w00 = IntVector.broadcast(INTS, w[w0 + 0]).reinterpretAsShorts();
        ShortVector p00 = w00.mul(x00);
        ShortVector w10 = IntVector.broadcast(INTS, w[w1 + 0]).reinterpretAsShorts();
        ShortVector p10 = w10.mul(x00);
        ShortVector x01 = ShortVector.fromMemorySegment(SHORTS, ALL, x0 + 32, LITTLE);
        ShortVector w01 = IntVector.broadcast(INTS, w[w0 + 1]).reinterpretAsShorts();
        p00 = p00.add(w01.mul(x01));
        ShortVector w11 = IntVector.broadcast(INTS, w[w1 + 1]).reinterpretAsShorts();
        p10 = p10.add(w11.mul(x01));
        ShortVector x02 = ShortVector.fromMemorySegment(SHORTS, ALL, x0 + 64, LITTLE);
        ShortVector w02 = IntVector.broadcast(INTS, w[w0 + 2]).reinterpretAsShorts();
        p00 = p00.add(w02.mul(x02));
        ShortVector w12 = IntVector.broadcast(INTS, w[w1 + 2]).reinterpretAsShorts();
        p10 = p10.add(w12.mul(x02));
        ShortVector x03 = ShortVector.fromMemorySegment(SHORTS, ALL, x0 + 96, LITTLE);
        ShortVector w03 = IntVector.broadcast(INTS, w[w0 + 3]).reinterpretAsShorts();
        p00 = p00.add(w03.mul(x03));
        ShortVector w13 = IntVector.broadcast(INTS, w[w1 + 3]).reinterpretAsShorts();
        p10 = p10.add(w13.mul(x03));
        IntVector i00 = p00.reinterpretAsInts();
        t00 =
            t00.add(i00.lanewise(VectorOperators.ASHR, 16))
                .add(i00.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16));
        IntVector i10 = p10.reinterpretAsInts();
        t10 =
            t10.add(i10.lanewise(VectorOperators.ASHR, 16))
                .add(i10.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16));
      }
      FloatVector e0 = FloatVector.broadcast(FLOATS, d[d0 + b]);
      FloatVector e1 = FloatVector.broadcast(FLOATS, d[d1 + b]);
      FloatVector y0 = FloatVector.fromArray(FLOATS, scales, s0 + 8 * b);
      ((FloatVector) t00.castShape(FLOATS, 0))
          .mul(e0)
          .fma(y0, FloatVector.fromArray(FLOATS, sums, at0))
          .intoArray(sums, at0);
      ((FloatVector) t10.castShape(FLOATS, 0))
          .mul(e1)
          .fma(y0, FloatVector.fromArray(FLOATS, sums, at0 + 8))
          .intoArray(sums, at0 + 8);
    }
  }
}
