package org.harmonykb.engine.kernel;

import static org.harmonykb.engine.kernel.VectorSpeciesChoice.FLOATS;
import static org.harmonykb.engine.kernel.VectorSpeciesChoice.LANES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;

/**
 * Register tiles of 4 rows of weights and 6, 2 or 1 tokens. Twenty-four accumulators, four weights
 * and an activation fill the 32 registers of AVX-512 and hide the latency of the multiply-add; with
 * 16 registers the tile of two tokens is the largest that does not spill. All tiles add in the same
 * order, so a token's result is the same in each. Lanes are added by swapping halves: the order of
 * {@code reduceLanes} is left open and differs between the interpreter and compiled code.
 *
 * <p>The small tiles' loops end by {@code !=}, which C2 does not take for a counted loop: it would
 * unroll it fourfold, load four steps ahead and spill the accumulators (42 GFLOP/s on a core with
 * 16 registers, 55 without).
 */
final class VectorTiles {

  private static final boolean WIDE = LANES >= 16;

  private static final VectorShuffle<Float> SWAP_8 = swap(8);
  private static final VectorShuffle<Float> SWAP_4 = swap(4);
  private static final VectorShuffle<Float> SWAP_2 = swap(2);
  private static final VectorShuffle<Float> SWAP_1 = swap(1);

  private VectorTiles() {}

  private static VectorShuffle<Float> swap(int distance) {
    return VectorShuffle.fromOp(FLOATS, lane -> (lane ^ distance) % LANES);
  }

  static void multiply(
      float[] w,
      int wo,
      int columns,
      float[] x,
      int xo,
      int tokens,
      float[] out,
      int oo,
      int stride,
      int rows) {
    int t = 0;
    if (WIDE) {
      for (; t + 6 <= tokens; t += 6) {
        tile6(w, wo, columns, x, xo + t * columns, out, oo + t * stride, stride, rows);
      }
    }
    for (; t + 2 <= tokens; t += 2) {
      tile2(w, wo, columns, x, xo + t * columns, out, oo + t * stride, stride, rows);
    }
    if (t < tokens) {
      tile1(w, wo, columns, x, xo + t * columns, out, oo + t * stride, stride, rows);
    }
  }

  /**
   * The sum of a vector's lanes in the tiles' order. Small enough to be inlined always; the tiles
   * write it out all the same, since a vector that crosses a call is boxed.
   */
  static float addLanes(FloatVector v) {
    FloatVector a = LANES > 8 ? v.add(v.rearrange(SWAP_8)) : v;
    a = LANES > 4 ? a.add(a.rearrange(SWAP_4)) : a;
    a = a.add(a.rearrange(SWAP_2));
    return a.add(a.rearrange(SWAP_1)).lane(0);
  }

  private static void tile6(
      float[] w,
      int wo,
      int columns,
      float[] x,
      int xo,
      float[] out,
      int oo,
      int stride,
      int rows) {
    int w1 = wo + columns;
    int w2 = w1 + columns;
    int w3 = w2 + columns;
    int x0 = xo + 0 * columns;
    int x1 = xo + 1 * columns;
    int x2 = xo + 2 * columns;
    int x3 = xo + 3 * columns;
    int x4 = xo + 4 * columns;
    int x5 = xo + 5 * columns;
    FloatVector a00 = FloatVector.zero(FLOATS);
    FloatVector a01 = FloatVector.zero(FLOATS);
    FloatVector a02 = FloatVector.zero(FLOATS);
    FloatVector a03 = FloatVector.zero(FLOATS);
    FloatVector a10 = FloatVector.zero(FLOATS);
    FloatVector a11 = FloatVector.zero(FLOATS);
    FloatVector a12 = FloatVector.zero(FLOATS);
    FloatVector a13 = FloatVector.zero(FLOATS);
    FloatVector a20 = FloatVector.zero(FLOATS);
    FloatVector a21 = FloatVector.zero(FLOATS);
    FloatVector a22 = FloatVector.zero(FLOATS);
    FloatVector a23 = FloatVector.zero(FLOATS);
    FloatVector a30 = FloatVector.zero(FLOATS);
    FloatVector a31 = FloatVector.zero(FLOATS);
    FloatVector a32 = FloatVector.zero(FLOATS);
    FloatVector a33 = FloatVector.zero(FLOATS);
    FloatVector a40 = FloatVector.zero(FLOATS);
    FloatVector a41 = FloatVector.zero(FLOATS);
    FloatVector a42 = FloatVector.zero(FLOATS);
    FloatVector a43 = FloatVector.zero(FLOATS);
    FloatVector a50 = FloatVector.zero(FLOATS);
    FloatVector a51 = FloatVector.zero(FLOATS);
    FloatVector a52 = FloatVector.zero(FLOATS);
    FloatVector a53 = FloatVector.zero(FLOATS);
    int limit = FLOATS.loopBound(columns);
    for (int k = 0; k < limit; k += LANES) {
      FloatVector v0 = FloatVector.fromArray(FLOATS, w, wo + k);
      FloatVector v1 = FloatVector.fromArray(FLOATS, w, w1 + k);
      FloatVector v2 = FloatVector.fromArray(FLOATS, w, w2 + k);
      FloatVector v3 = FloatVector.fromArray(FLOATS, w, w3 + k);
      FloatVector y0 = FloatVector.fromArray(FLOATS, x, x0 + k);
      a00 = v0.fma(y0, a00);
      a01 = v1.fma(y0, a01);
      a02 = v2.fma(y0, a02);
      a03 = v3.fma(y0, a03);
      FloatVector y1 = FloatVector.fromArray(FLOATS, x, x1 + k);
      a10 = v0.fma(y1, a10);
      a11 = v1.fma(y1, a11);
      a12 = v2.fma(y1, a12);
      a13 = v3.fma(y1, a13);
      FloatVector y2 = FloatVector.fromArray(FLOATS, x, x2 + k);
      a20 = v0.fma(y2, a20);
      a21 = v1.fma(y2, a21);
      a22 = v2.fma(y2, a22);
      a23 = v3.fma(y2, a23);
      FloatVector y3 = FloatVector.fromArray(FLOATS, x, x3 + k);
      a30 = v0.fma(y3, a30);
      a31 = v1.fma(y3, a31);
      a32 = v2.fma(y3, a32);
      a33 = v3.fma(y3, a33);
      FloatVector y4 = FloatVector.fromArray(FLOATS, x, x4 + k);
      a40 = v0.fma(y4, a40);
      a41 = v1.fma(y4, a41);
      a42 = v2.fma(y4, a42);
      a43 = v3.fma(y4, a43);
      FloatVector y5 = FloatVector.fromArray(FLOATS, x, x5 + k);
      a50 = v0.fma(y5, a50);
      a51 = v1.fma(y5, a51);
      a52 = v2.fma(y5, a52);
      a53 = v3.fma(y5, a53);
    }
    a00 = LANES > 8 ? a00.add(a00.rearrange(SWAP_8)) : a00;
    a00 = LANES > 4 ? a00.add(a00.rearrange(SWAP_4)) : a00;
    a00 = a00.add(a00.rearrange(SWAP_2));
    a00 = a00.add(a00.rearrange(SWAP_1));
    a01 = LANES > 8 ? a01.add(a01.rearrange(SWAP_8)) : a01;
    a01 = LANES > 4 ? a01.add(a01.rearrange(SWAP_4)) : a01;
    a01 = a01.add(a01.rearrange(SWAP_2));
    a01 = a01.add(a01.rearrange(SWAP_1));
    a02 = LANES > 8 ? a02.add(a02.rearrange(SWAP_8)) : a02;
    a02 = LANES > 4 ? a02.add(a02.rearrange(SWAP_4)) : a02;
    a02 = a02.add(a02.rearrange(SWAP_2));
    a02 = a02.add(a02.rearrange(SWAP_1));
    a03 = LANES > 8 ? a03.add(a03.rearrange(SWAP_8)) : a03;
    a03 = LANES > 4 ? a03.add(a03.rearrange(SWAP_4)) : a03;
    a03 = a03.add(a03.rearrange(SWAP_2));
    a03 = a03.add(a03.rearrange(SWAP_1));
    store(out, oo + 0 * stride, rows, a00.lane(0), a01.lane(0), a02.lane(0), a03.lane(0));
    a10 = LANES > 8 ? a10.add(a10.rearrange(SWAP_8)) : a10;
    a10 = LANES > 4 ? a10.add(a10.rearrange(SWAP_4)) : a10;
    a10 = a10.add(a10.rearrange(SWAP_2));
    a10 = a10.add(a10.rearrange(SWAP_1));
    a11 = LANES > 8 ? a11.add(a11.rearrange(SWAP_8)) : a11;
    a11 = LANES > 4 ? a11.add(a11.rearrange(SWAP_4)) : a11;
    a11 = a11.add(a11.rearrange(SWAP_2));
    a11 = a11.add(a11.rearrange(SWAP_1));
    a12 = LANES > 8 ? a12.add(a12.rearrange(SWAP_8)) : a12;
    a12 = LANES > 4 ? a12.add(a12.rearrange(SWAP_4)) : a12;
    a12 = a12.add(a12.rearrange(SWAP_2));
    a12 = a12.add(a12.rearrange(SWAP_1));
    a13 = LANES > 8 ? a13.add(a13.rearrange(SWAP_8)) : a13;
    a13 = LANES > 4 ? a13.add(a13.rearrange(SWAP_4)) : a13;
    a13 = a13.add(a13.rearrange(SWAP_2));
    a13 = a13.add(a13.rearrange(SWAP_1));
    store(out, oo + 1 * stride, rows, a10.lane(0), a11.lane(0), a12.lane(0), a13.lane(0));
    a20 = LANES > 8 ? a20.add(a20.rearrange(SWAP_8)) : a20;
    a20 = LANES > 4 ? a20.add(a20.rearrange(SWAP_4)) : a20;
    a20 = a20.add(a20.rearrange(SWAP_2));
    a20 = a20.add(a20.rearrange(SWAP_1));
    a21 = LANES > 8 ? a21.add(a21.rearrange(SWAP_8)) : a21;
    a21 = LANES > 4 ? a21.add(a21.rearrange(SWAP_4)) : a21;
    a21 = a21.add(a21.rearrange(SWAP_2));
    a21 = a21.add(a21.rearrange(SWAP_1));
    a22 = LANES > 8 ? a22.add(a22.rearrange(SWAP_8)) : a22;
    a22 = LANES > 4 ? a22.add(a22.rearrange(SWAP_4)) : a22;
    a22 = a22.add(a22.rearrange(SWAP_2));
    a22 = a22.add(a22.rearrange(SWAP_1));
    a23 = LANES > 8 ? a23.add(a23.rearrange(SWAP_8)) : a23;
    a23 = LANES > 4 ? a23.add(a23.rearrange(SWAP_4)) : a23;
    a23 = a23.add(a23.rearrange(SWAP_2));
    a23 = a23.add(a23.rearrange(SWAP_1));
    store(out, oo + 2 * stride, rows, a20.lane(0), a21.lane(0), a22.lane(0), a23.lane(0));
    a30 = LANES > 8 ? a30.add(a30.rearrange(SWAP_8)) : a30;
    a30 = LANES > 4 ? a30.add(a30.rearrange(SWAP_4)) : a30;
    a30 = a30.add(a30.rearrange(SWAP_2));
    a30 = a30.add(a30.rearrange(SWAP_1));
    a31 = LANES > 8 ? a31.add(a31.rearrange(SWAP_8)) : a31;
    a31 = LANES > 4 ? a31.add(a31.rearrange(SWAP_4)) : a31;
    a31 = a31.add(a31.rearrange(SWAP_2));
    a31 = a31.add(a31.rearrange(SWAP_1));
    a32 = LANES > 8 ? a32.add(a32.rearrange(SWAP_8)) : a32;
    a32 = LANES > 4 ? a32.add(a32.rearrange(SWAP_4)) : a32;
    a32 = a32.add(a32.rearrange(SWAP_2));
    a32 = a32.add(a32.rearrange(SWAP_1));
    a33 = LANES > 8 ? a33.add(a33.rearrange(SWAP_8)) : a33;
    a33 = LANES > 4 ? a33.add(a33.rearrange(SWAP_4)) : a33;
    a33 = a33.add(a33.rearrange(SWAP_2));
    a33 = a33.add(a33.rearrange(SWAP_1));
    store(out, oo + 3 * stride, rows, a30.lane(0), a31.lane(0), a32.lane(0), a33.lane(0));
    a40 = LANES > 8 ? a40.add(a40.rearrange(SWAP_8)) : a40;
    a40 = LANES > 4 ? a40.add(a40.rearrange(SWAP_4)) : a40;
    a40 = a40.add(a40.rearrange(SWAP_2));
    a40 = a40.add(a40.rearrange(SWAP_1));
    a41 = LANES > 8 ? a41.add(a41.rearrange(SWAP_8)) : a41;
    a41 = LANES > 4 ? a41.add(a41.rearrange(SWAP_4)) : a41;
    a41 = a41.add(a41.rearrange(SWAP_2));
    a41 = a41.add(a41.rearrange(SWAP_1));
    a42 = LANES > 8 ? a42.add(a42.rearrange(SWAP_8)) : a42;
    a42 = LANES > 4 ? a42.add(a42.rearrange(SWAP_4)) : a42;
    a42 = a42.add(a42.rearrange(SWAP_2));
    a42 = a42.add(a42.rearrange(SWAP_1));
    a43 = LANES > 8 ? a43.add(a43.rearrange(SWAP_8)) : a43;
    a43 = LANES > 4 ? a43.add(a43.rearrange(SWAP_4)) : a43;
    a43 = a43.add(a43.rearrange(SWAP_2));
    a43 = a43.add(a43.rearrange(SWAP_1));
    store(out, oo + 4 * stride, rows, a40.lane(0), a41.lane(0), a42.lane(0), a43.lane(0));
    a50 = LANES > 8 ? a50.add(a50.rearrange(SWAP_8)) : a50;
    a50 = LANES > 4 ? a50.add(a50.rearrange(SWAP_4)) : a50;
    a50 = a50.add(a50.rearrange(SWAP_2));
    a50 = a50.add(a50.rearrange(SWAP_1));
    a51 = LANES > 8 ? a51.add(a51.rearrange(SWAP_8)) : a51;
    a51 = LANES > 4 ? a51.add(a51.rearrange(SWAP_4)) : a51;
    a51 = a51.add(a51.rearrange(SWAP_2));
    a51 = a51.add(a51.rearrange(SWAP_1));
    a52 = LANES > 8 ? a52.add(a52.rearrange(SWAP_8)) : a52;
    a52 = LANES > 4 ? a52.add(a52.rearrange(SWAP_4)) : a52;
    a52 = a52.add(a52.rearrange(SWAP_2));
    a52 = a52.add(a52.rearrange(SWAP_1));
    a53 = LANES > 8 ? a53.add(a53.rearrange(SWAP_8)) : a53;
    a53 = LANES > 4 ? a53.add(a53.rearrange(SWAP_4)) : a53;
    a53 = a53.add(a53.rearrange(SWAP_2));
    a53 = a53.add(a53.rearrange(SWAP_1));
    store(out, oo + 5 * stride, rows, a50.lane(0), a51.lane(0), a52.lane(0), a53.lane(0));
    if (limit < columns) {
      addTail(w, wo, columns, limit, x, xo, 6, out, oo, stride, rows);
    }
  }

  private static void tile2(
      float[] w,
      int wo,
      int columns,
      float[] x,
      int xo,
      float[] out,
      int oo,
      int stride,
      int rows) {
    int w1 = wo + columns;
    int w2 = w1 + columns;
    int w3 = w2 + columns;
    int x0 = xo + 0 * columns;
    int x1 = xo + 1 * columns;
    FloatVector a00 = FloatVector.zero(FLOATS);
    FloatVector a01 = FloatVector.zero(FLOATS);
    FloatVector a02 = FloatVector.zero(FLOATS);
    FloatVector a03 = FloatVector.zero(FLOATS);
    FloatVector a10 = FloatVector.zero(FLOATS);
    FloatVector a11 = FloatVector.zero(FLOATS);
    FloatVector a12 = FloatVector.zero(FLOATS);
    FloatVector a13 = FloatVector.zero(FLOATS);
    int limit = FLOATS.loopBound(columns);
    for (int k = 0; k != limit; k += LANES) {
      FloatVector v0 = FloatVector.fromArray(FLOATS, w, wo + k);
      FloatVector v1 = FloatVector.fromArray(FLOATS, w, w1 + k);
      FloatVector v2 = FloatVector.fromArray(FLOATS, w, w2 + k);
      FloatVector v3 = FloatVector.fromArray(FLOATS, w, w3 + k);
      FloatVector y0 = FloatVector.fromArray(FLOATS, x, x0 + k);
      a00 = v0.fma(y0, a00);
      a01 = v1.fma(y0, a01);
      a02 = v2.fma(y0, a02);
      a03 = v3.fma(y0, a03);
      FloatVector y1 = FloatVector.fromArray(FLOATS, x, x1 + k);
      a10 = v0.fma(y1, a10);
      a11 = v1.fma(y1, a11);
      a12 = v2.fma(y1, a12);
      a13 = v3.fma(y1, a13);
    }
    a00 = LANES > 8 ? a00.add(a00.rearrange(SWAP_8)) : a00;
    a00 = LANES > 4 ? a00.add(a00.rearrange(SWAP_4)) : a00;
    a00 = a00.add(a00.rearrange(SWAP_2));
    a00 = a00.add(a00.rearrange(SWAP_1));
    a01 = LANES > 8 ? a01.add(a01.rearrange(SWAP_8)) : a01;
    a01 = LANES > 4 ? a01.add(a01.rearrange(SWAP_4)) : a01;
    a01 = a01.add(a01.rearrange(SWAP_2));
    a01 = a01.add(a01.rearrange(SWAP_1));
    a02 = LANES > 8 ? a02.add(a02.rearrange(SWAP_8)) : a02;
    a02 = LANES > 4 ? a02.add(a02.rearrange(SWAP_4)) : a02;
    a02 = a02.add(a02.rearrange(SWAP_2));
    a02 = a02.add(a02.rearrange(SWAP_1));
    a03 = LANES > 8 ? a03.add(a03.rearrange(SWAP_8)) : a03;
    a03 = LANES > 4 ? a03.add(a03.rearrange(SWAP_4)) : a03;
    a03 = a03.add(a03.rearrange(SWAP_2));
    a03 = a03.add(a03.rearrange(SWAP_1));
    store(out, oo + 0 * stride, rows, a00.lane(0), a01.lane(0), a02.lane(0), a03.lane(0));
    a10 = LANES > 8 ? a10.add(a10.rearrange(SWAP_8)) : a10;
    a10 = LANES > 4 ? a10.add(a10.rearrange(SWAP_4)) : a10;
    a10 = a10.add(a10.rearrange(SWAP_2));
    a10 = a10.add(a10.rearrange(SWAP_1));
    a11 = LANES > 8 ? a11.add(a11.rearrange(SWAP_8)) : a11;
    a11 = LANES > 4 ? a11.add(a11.rearrange(SWAP_4)) : a11;
    a11 = a11.add(a11.rearrange(SWAP_2));
    a11 = a11.add(a11.rearrange(SWAP_1));
    a12 = LANES > 8 ? a12.add(a12.rearrange(SWAP_8)) : a12;
    a12 = LANES > 4 ? a12.add(a12.rearrange(SWAP_4)) : a12;
    a12 = a12.add(a12.rearrange(SWAP_2));
    a12 = a12.add(a12.rearrange(SWAP_1));
    a13 = LANES > 8 ? a13.add(a13.rearrange(SWAP_8)) : a13;
    a13 = LANES > 4 ? a13.add(a13.rearrange(SWAP_4)) : a13;
    a13 = a13.add(a13.rearrange(SWAP_2));
    a13 = a13.add(a13.rearrange(SWAP_1));
    store(out, oo + 1 * stride, rows, a10.lane(0), a11.lane(0), a12.lane(0), a13.lane(0));
    if (limit < columns) {
      addTail(w, wo, columns, limit, x, xo, 2, out, oo, stride, rows);
    }
  }

  private static void tile1(
      float[] w,
      int wo,
      int columns,
      float[] x,
      int xo,
      float[] out,
      int oo,
      int stride,
      int rows) {
    int w1 = wo + columns;
    int w2 = w1 + columns;
    int w3 = w2 + columns;
    int x0 = xo + 0 * columns;
    FloatVector a00 = FloatVector.zero(FLOATS);
    FloatVector a01 = FloatVector.zero(FLOATS);
    FloatVector a02 = FloatVector.zero(FLOATS);
    FloatVector a03 = FloatVector.zero(FLOATS);
    int limit = FLOATS.loopBound(columns);
    for (int k = 0; k != limit; k += LANES) {
      FloatVector v0 = FloatVector.fromArray(FLOATS, w, wo + k);
      FloatVector v1 = FloatVector.fromArray(FLOATS, w, w1 + k);
      FloatVector v2 = FloatVector.fromArray(FLOATS, w, w2 + k);
      FloatVector v3 = FloatVector.fromArray(FLOATS, w, w3 + k);
      FloatVector y0 = FloatVector.fromArray(FLOATS, x, x0 + k);
      a00 = v0.fma(y0, a00);
      a01 = v1.fma(y0, a01);
      a02 = v2.fma(y0, a02);
      a03 = v3.fma(y0, a03);
    }
    a00 = LANES > 8 ? a00.add(a00.rearrange(SWAP_8)) : a00;
    a00 = LANES > 4 ? a00.add(a00.rearrange(SWAP_4)) : a00;
    a00 = a00.add(a00.rearrange(SWAP_2));
    a00 = a00.add(a00.rearrange(SWAP_1));
    a01 = LANES > 8 ? a01.add(a01.rearrange(SWAP_8)) : a01;
    a01 = LANES > 4 ? a01.add(a01.rearrange(SWAP_4)) : a01;
    a01 = a01.add(a01.rearrange(SWAP_2));
    a01 = a01.add(a01.rearrange(SWAP_1));
    a02 = LANES > 8 ? a02.add(a02.rearrange(SWAP_8)) : a02;
    a02 = LANES > 4 ? a02.add(a02.rearrange(SWAP_4)) : a02;
    a02 = a02.add(a02.rearrange(SWAP_2));
    a02 = a02.add(a02.rearrange(SWAP_1));
    a03 = LANES > 8 ? a03.add(a03.rearrange(SWAP_8)) : a03;
    a03 = LANES > 4 ? a03.add(a03.rearrange(SWAP_4)) : a03;
    a03 = a03.add(a03.rearrange(SWAP_2));
    a03 = a03.add(a03.rearrange(SWAP_1));
    store(out, oo + 0 * stride, rows, a00.lane(0), a01.lane(0), a02.lane(0), a03.lane(0));
    if (limit < columns) {
      addTail(w, wo, columns, limit, x, xo, 1, out, oo, stride, rows);
    }
  }

  private static void store(float[] out, int at, int rows, float r0, float r1, float r2, float r3) {
    out[at] = r0;
    if (rows > 1) {
      out[at + 1] = r1;
    }
    if (rows > 2) {
      out[at + 2] = r2;
    }
    if (rows > 3) {
      out[at + 3] = r3;
    }
  }

  private static void addTail(
      float[] w,
      int wo,
      int columns,
      int from,
      float[] x,
      int xo,
      int tokens,
      float[] out,
      int oo,
      int stride,
      int rows) {
    for (int t = 0; t < tokens; t++) {
      for (int r = 0; r < rows; r++) {
        float sum = 0;
        for (int k = from; k < columns; k++) {
          sum = Math.fma(w[wo + r * columns + k], x[xo + t * columns + k], sum);
        }
        out[oo + t * stride + r] += sum;
      }
    }
  }
}
