package org.harmonykb.engine.kernel;

import static org.harmonykb.engine.kernel.VectorSpeciesChoice.FLOATS;
import static org.harmonykb.engine.kernel.VectorSpeciesChoice.HAS_NARROW_BYTES;
import static org.harmonykb.engine.kernel.VectorSpeciesChoice.INTS;
import static org.harmonykb.engine.kernel.VectorSpeciesChoice.LANES;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import org.harmonykb.engine.format.TensorType;

/** The kernels on the Vector API. */
final class VectorKernel implements Kernel {

  /** exp(x) = 2^n * exp(r): ln 2 in two parts so that the reduction is exact enough. */
  private static final float LOG2_E = 1.44269504f;

  private static final float LN2_HIGH = 0.693359375f;
  private static final float LN2_LOW = -2.12194440e-4f;

  private final ScalarKernel scalar = new ScalarKernel();

  @Override
  public String describe() {
    return "Vector API, " + FLOATS.vectorBitSize() + " bits";
  }

  @Override
  public void dequantize(TensorType type, long address, float[] out, int outOffset, int count) {
    if (HAS_NARROW_BYTES) {
      VectorDequantizer.dequantize(type, address, out, outOffset, count);
    } else {
      ScalarDequantizer.dequantize(type, address, out, outOffset, count);
    }
  }

  @Override
  public void multiply(
      float[] weights,
      int weightsOffset,
      int columns,
      float[] x,
      int xOffset,
      int tokens,
      float[] out,
      int outOffset,
      int outStride,
      int rows) {
    VectorTiles.multiply(
        weights, weightsOffset, columns, x, xOffset, tokens, out, outOffset, outStride, rows);
  }

  @Override
  public boolean multiplyOne(
      TensorType type,
      long address,
      int rows,
      int columns,
      float[] x,
      int xOffset,
      float[] out,
      int outOffset) {
    return HAS_NARROW_BYTES
        && VectorGemv.multiply(type, address, rows, columns, x, xOffset, out, outOffset);
  }

  @Override
  public boolean multiplyFew(
      TensorType type,
      long address,
      int rows,
      int columns,
      float[] x,
      int xOffset,
      int tokens,
      float[] out,
      int outOffset,
      int outStride) {
    if (!HAS_NARROW_BYTES || type != TensorType.Q8_0 || tokens > VectorFew.MOST_TOKENS) {
      return false;
    }
    VectorFew.q80(address, rows, columns, x, xOffset, tokens, out, outOffset, outStride);
    return true;
  }

  @Override
  public boolean isFasterRounded(TensorType type) {
    return LANES == 8 && type == TensorType.MXFP4;
  }

  @Override
  public void round(
      float[] x,
      int xOffset,
      short[] values,
      int valuesOffset,
      float[] scales,
      int scalesOffset,
      int count) {
    VectorRounded.round(x, xOffset, values, valuesOffset, scales, scalesOffset, count);
  }

  @Override
  public void multiplyRounded(
      long address,
      int rows,
      int columns,
      short[] x,
      int xOffset,
      float[] scales,
      int scalesOffset,
      int tokens,
      float[] out,
      int outOffset,
      int outStride) {
    VectorRounded.multiply(
        address,
        rows,
        columns,
        x,
        xOffset,
        scales,
        scalesOffset,
        tokens,
        out,
        outOffset,
        outStride);
  }

  @Override
  public void pack(
      float[] x, int xOffset, int columns, int tokens, long to, float[] scales, int scalesOffset) {
    VectorPacked.pack(x, xOffset, columns, tokens, to, scales, scalesOffset);
  }

  @Override
  public void multiplyPacked(
      long address,
      int rows,
      int columns,
      long x,
      float[] scales,
      int scalesOffset,
      int tokens,
      PackedScratch scratch,
      float[] out,
      int outOffset,
      int outStride) {
    VectorPacked.multiply(
        address,
        rows,
        columns,
        x,
        scales,
        scalesOffset,
        tokens,
        scratch,
        out,
        outOffset,
        outStride);
  }

  @Override
  public void rmsNorm(
      float[] x, int xOffset, float[] weight, float epsilon, float[] out, int outOffset, int size) {
    FloatVector squares = FloatVector.zero(FLOATS);
    int limit = FLOATS.loopBound(size);
    for (int i = 0; i < limit; i += LANES) {
      FloatVector v = FloatVector.fromArray(FLOATS, x, xOffset + i);
      squares = v.fma(v, squares);
    }
    float sum = sum(squares.toArray());
    for (int i = limit; i < size; i++) {
      sum += x[xOffset + i] * x[xOffset + i];
    }
    float scale = (float) (1 / Math.sqrt(sum / size + epsilon));
    for (int i = 0; i < limit; i += LANES) {
      FloatVector.fromArray(FLOATS, x, xOffset + i)
          .mul(scale)
          .mul(FloatVector.fromArray(FLOATS, weight, i))
          .intoArray(out, outOffset + i);
    }
    for (int i = limit; i < size; i++) {
      out[outOffset + i] = x[xOffset + i] * scale * weight[i];
    }
  }

  /** In a fixed order; that of {@code reduceLanes} is left open. */
  private static float sum(float[] lanes) {
    float sum = 0;
    for (float lane : lanes) {
      sum += lane;
    }
    return sum;
  }

  @Override
  public void add(float[] x, int xOffset, float[] y, int yOffset, int size) {
    scalar.add(x, xOffset, y, yOffset, size); // C2 turns this loop into vectors by itself
  }

  @Override
  public void addScaled(float[] x, int xOffset, float factor, float[] y, int yOffset, int size) {
    int limit = FLOATS.loopBound(size);
    for (int i = 0; i < limit; i += LANES) {
      FloatVector.fromArray(FLOATS, y, yOffset + i)
          .fma(FloatVector.broadcast(FLOATS, factor), FloatVector.fromArray(FLOATS, x, xOffset + i))
          .intoArray(x, xOffset + i);
    }
    if (limit < size) {
      scalar.addScaled(x, xOffset + limit, factor, y, yOffset + limit, size - limit);
    }
  }

  @Override
  public void swiglu(float[] gate, int gateOffset, float[] up, int upOffset, int size) {
    int limit = FLOATS.loopBound(size);
    for (int i = 0; i < limit; i += LANES) {
      FloatVector g = FloatVector.fromArray(FLOATS, gate, gateOffset + i);
      FloatVector u = FloatVector.fromArray(FLOATS, up, upOffset + i);
      FloatVector x = g.neg().max(-87f).min(87f);
      FloatVector n = x.mul(LOG2_E).add(12582912f).sub(12582912f);
      FloatVector r =
          n.fma(
              FloatVector.broadcast(FLOATS, -LN2_LOW),
              n.fma(FloatVector.broadcast(FLOATS, -LN2_HIGH), x));
      FloatVector p = FloatVector.broadcast(FLOATS, 1.9875691500e-4f);
      p = p.fma(r, FloatVector.broadcast(FLOATS, 1.3981999507e-3f));
      p = p.fma(r, FloatVector.broadcast(FLOATS, 8.3334519073e-3f));
      p = p.fma(r, FloatVector.broadcast(FLOATS, 4.1665795894e-2f));
      p = p.fma(r, FloatVector.broadcast(FLOATS, 1.6666665459e-1f));
      p = p.fma(r, FloatVector.broadcast(FLOATS, 5.0000001201e-1f));
      p = p.fma(r.mul(r), r.add(1f));
      IntVector power = ((IntVector) n.convertShape(VectorOperators.F2I, INTS, 0)).add(127);
      FloatVector exp = p.mul(power.lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats());
      g.div(exp.add(1f)).mul(u).intoArray(gate, gateOffset + i);
    }
    if (limit < size) {
      scalar.swiglu(gate, gateOffset + limit, up, upOffset + limit, size - limit);
    }
  }

  @Override
  public void clampedSwiglu(float[] gate, int gateOffset, float[] up, int upOffset, int size) {
    int limit = FLOATS.loopBound(size);
    for (int i = 0; i < limit; i += LANES) {
      FloatVector g = FloatVector.fromArray(FLOATS, gate, gateOffset + i).min(7f);
      FloatVector u = FloatVector.fromArray(FLOATS, up, upOffset + i).min(7f).max(-7f);
      FloatVector x = g.mul(-1.702f).max(-87f).min(87f);
      FloatVector n = x.mul(LOG2_E).add(12582912f).sub(12582912f);
      FloatVector r =
          n.fma(
              FloatVector.broadcast(FLOATS, -LN2_LOW),
              n.fma(FloatVector.broadcast(FLOATS, -LN2_HIGH), x));
      FloatVector p = FloatVector.broadcast(FLOATS, 1.9875691500e-4f);
      p = p.fma(r, FloatVector.broadcast(FLOATS, 1.3981999507e-3f));
      p = p.fma(r, FloatVector.broadcast(FLOATS, 8.3334519073e-3f));
      p = p.fma(r, FloatVector.broadcast(FLOATS, 4.1665795894e-2f));
      p = p.fma(r, FloatVector.broadcast(FLOATS, 1.6666665459e-1f));
      p = p.fma(r, FloatVector.broadcast(FLOATS, 5.0000001201e-1f));
      p = p.fma(r.mul(r), r.add(1f));
      IntVector power = ((IntVector) n.convertShape(VectorOperators.F2I, INTS, 0)).add(127);
      FloatVector exp = p.mul(power.lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats());
      g.div(exp.add(1f)).mul(u.add(1f)).intoArray(gate, gateOffset + i);
    }
    if (limit < size) {
      scalar.clampedSwiglu(gate, gateOffset + limit, up, upOffset + limit, size - limit);
    }
  }

  @Override
  public void scores(
      float[] query,
      int queryOffset,
      int headSize,
      float scale,
      long keys,
      KvLayout layout,
      float[] scores,
      int scoresOffset) {
    if (layout == KvLayout.F16) {
      VectorHalfAttention.scores(query, queryOffset, headSize, scale, keys, scores, scoresOffset);
      return;
    }
    int step = 4 * LANES;
    for (int p = 0; p < KvLayout.BLOCK_TOKENS; p += step) {
      FloatVector s0 = FloatVector.zero(FLOATS);
      FloatVector s1 = FloatVector.zero(FLOATS);
      FloatVector s2 = FloatVector.zero(FLOATS);
      FloatVector s3 = FloatVector.zero(FLOATS);
      for (int d = 0; d < headSize; d++) {
        long row = keys + 4L * (d * KvLayout.BLOCK_TOKENS + p);
        FloatVector q = FloatVector.broadcast(FLOATS, query[queryOffset + d]);
        s0 =
            q.fma(
                FloatVector.fromMemorySegment(FLOATS, Memory.ALL, row, ByteOrder.LITTLE_ENDIAN),
                s0);
        s1 =
            q.fma(
                FloatVector.fromMemorySegment(
                    FLOATS, Memory.ALL, row + 4L * LANES, ByteOrder.LITTLE_ENDIAN),
                s1);
        s2 =
            q.fma(
                FloatVector.fromMemorySegment(
                    FLOATS, Memory.ALL, row + 8L * LANES, ByteOrder.LITTLE_ENDIAN),
                s2);
        s3 =
            q.fma(
                FloatVector.fromMemorySegment(
                    FLOATS, Memory.ALL, row + 12L * LANES, ByteOrder.LITTLE_ENDIAN),
                s3);
      }
      s0.mul(scale).intoArray(scores, scoresOffset + p);
      s1.mul(scale).intoArray(scores, scoresOffset + p + LANES);
      s2.mul(scale).intoArray(scores, scoresOffset + p + 2 * LANES);
      s3.mul(scale).intoArray(scores, scoresOffset + p + 3 * LANES);
    }
  }

  @Override
  public void softmax(float[] scores, int offset, int size, float sink) {
    FloatVector maxima = FloatVector.broadcast(FLOATS, sink);
    for (int i = 0; i < size; i += LANES) {
      maxima = maxima.max(FloatVector.fromArray(FLOATS, scores, offset + i));
    }
    float max = maxima.reduceLanes(VectorOperators.MAX);
    FloatVector sums = FloatVector.zero(FLOATS);
    for (int i = 0; i < size; i += LANES) {
      FloatVector x = FloatVector.fromArray(FLOATS, scores, offset + i).sub(max).max(-104f);
      FloatVector n = x.mul(LOG2_E).add(12582912f).sub(12582912f).max(-126f);
      FloatVector r =
          n.fma(
              FloatVector.broadcast(FLOATS, -LN2_LOW),
              n.fma(FloatVector.broadcast(FLOATS, -LN2_HIGH), x));
      FloatVector p = FloatVector.broadcast(FLOATS, 1.9875691500e-4f);
      p = p.fma(r, FloatVector.broadcast(FLOATS, 1.3981999507e-3f));
      p = p.fma(r, FloatVector.broadcast(FLOATS, 8.3334519073e-3f));
      p = p.fma(r, FloatVector.broadcast(FLOATS, 4.1665795894e-2f));
      p = p.fma(r, FloatVector.broadcast(FLOATS, 1.6666665459e-1f));
      p = p.fma(r, FloatVector.broadcast(FLOATS, 5.0000001201e-1f));
      p = p.fma(r.mul(r), r.add(1f));
      IntVector power = ((IntVector) n.convertShape(VectorOperators.F2I, INTS, 0)).add(127);
      FloatVector exp = p.mul(power.lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats());
      // Below e^-87 nothing counts; it also keeps masked positions at exactly zero.
      exp = exp.blend(0f, x.compare(VectorOperators.LT, -87f));
      exp.intoArray(scores, offset + i);
      sums = sums.add(exp);
    }
    float sum = sum(sums.toArray()) + (float) Math.exp(sink - max);
    float factor = 1 / sum;
    for (int i = 0; i < size; i += LANES) {
      FloatVector.fromArray(FLOATS, scores, offset + i).mul(factor).intoArray(scores, offset + i);
    }
  }

  @Override
  public void weightedSum(
      float[] probabilities,
      int probabilitiesOffset,
      int from,
      int to,
      long values,
      KvLayout layout,
      int headSize,
      float[] out,
      int outOffset) {
    if (layout == KvLayout.F16) {
      VectorHalfAttention.weightedSum(
          probabilities, probabilitiesOffset, from, to, values, headSize, out, outOffset);
      return;
    }
    int step = 4 * LANES;
    int d = 0;
    for (; d + step <= headSize; d += step) {
      FloatVector s0 = FloatVector.fromArray(FLOATS, out, outOffset + d);
      FloatVector s1 = FloatVector.fromArray(FLOATS, out, outOffset + d + LANES);
      FloatVector s2 = FloatVector.fromArray(FLOATS, out, outOffset + d + 2 * LANES);
      FloatVector s3 = FloatVector.fromArray(FLOATS, out, outOffset + d + 3 * LANES);
      for (int i = from; i < to; i++) {
        long row = values + 4L * (i * headSize + d);
        FloatVector p = FloatVector.broadcast(FLOATS, probabilities[probabilitiesOffset + i]);
        s0 =
            p.fma(
                FloatVector.fromMemorySegment(FLOATS, Memory.ALL, row, ByteOrder.LITTLE_ENDIAN),
                s0);
        s1 =
            p.fma(
                FloatVector.fromMemorySegment(
                    FLOATS, Memory.ALL, row + 4L * LANES, ByteOrder.LITTLE_ENDIAN),
                s1);
        s2 =
            p.fma(
                FloatVector.fromMemorySegment(
                    FLOATS, Memory.ALL, row + 8L * LANES, ByteOrder.LITTLE_ENDIAN),
                s2);
        s3 =
            p.fma(
                FloatVector.fromMemorySegment(
                    FLOATS, Memory.ALL, row + 12L * LANES, ByteOrder.LITTLE_ENDIAN),
                s3);
      }
      s0.intoArray(out, outOffset + d);
      s1.intoArray(out, outOffset + d + LANES);
      s2.intoArray(out, outOffset + d + 2 * LANES);
      s3.intoArray(out, outOffset + d + 3 * LANES);
    }
    for (; d < headSize; d++) {
      float sum = out[outOffset + d];
      for (int i = from; i < to; i++) {
        sum =
            Math.fma(
                probabilities[probabilitiesOffset + i],
                Memory.ALL.get(Memory.FLOAT, values + 4L * (i * headSize + d)),
                sum);
      }
      out[outOffset + d] = sum;
    }
  }

  @Override
  public void scaleCandidates(float[] x, int o, float[] weights, int w, float base, float[] sums) {
    VectorScaleSearch.run(x, o, weights, w, base, sums);
  }
}
