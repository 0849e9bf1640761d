package org.harmonykb.engine.kernel;

import org.harmonykb.engine.format.TensorType;

/** The kernels without vectors: the oracle in tests, and the path of machines without them. */
final class ScalarKernel implements Kernel {

  @Override
  public String describe() {
    return "scalar";
  }

  @Override
  public void dequantize(TensorType type, long address, float[] out, int outOffset, int count) {
    ScalarDequantizer.dequantize(type, address, out, outOffset, count);
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
    for (int t = 0; t < tokens; t++) {
      for (int r = 0; r < rows; r++) {
        float sum = 0;
        for (int k = 0; k < columns; k++) {
          sum =
              Math.fma(weights[weightsOffset + r * columns + k], x[xOffset + t * columns + k], sum);
        }
        out[outOffset + t * outStride + r] = sum;
      }
    }
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
    return false;
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
    return false;
  }

  @Override
  public boolean isFasterRounded(TensorType type) {
    return false;
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
    ScalarRounded.round(x, xOffset, values, valuesOffset, scales, scalesOffset, count);
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
    ScalarRounded.multiply(
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
    ScalarPacked.pack(x, xOffset, columns, tokens, to, scales, scalesOffset);
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
    ScalarPacked.multiply(
        address, rows, columns, x, scales, scalesOffset, tokens, out, outOffset, outStride);
  }

  @Override
  public void rmsNorm(
      float[] x, int xOffset, float[] weight, float epsilon, float[] out, int outOffset, int size) {
    float sum = 0;
    for (int i = 0; i < size; i++) {
      sum += x[xOffset + i] * x[xOffset + i];
    }
    float scale = (float) (1 / Math.sqrt(sum / size + epsilon));
    for (int i = 0; i < size; i++) {
      out[outOffset + i] = x[xOffset + i] * scale * weight[i];
    }
  }

  @Override
  public void add(float[] x, int xOffset, float[] y, int yOffset, int size) {
    for (int i = 0; i < size; i++) {
      x[xOffset + i] += y[yOffset + i];
    }
  }

  @Override
  public void addScaled(float[] x, int xOffset, float factor, float[] y, int yOffset, int size) {
    for (int i = 0; i < size; i++) {
      x[xOffset + i] = Math.fma(factor, y[yOffset + i], x[xOffset + i]);
    }
  }

  @Override
  public void swiglu(float[] gate, int gateOffset, float[] up, int upOffset, int size) {
    for (int i = 0; i < size; i++) {
      float g = gate[gateOffset + i];
      gate[gateOffset + i] = g / (1 + (float) Math.exp(-g)) * up[upOffset + i];
    }
  }

  @Override
  public void clampedSwiglu(float[] gate, int gateOffset, float[] up, int upOffset, int size) {
    for (int i = 0; i < size; i++) {
      float g = Math.min(gate[gateOffset + i], 7);
      float u = Math.clamp(up[upOffset + i], -7f, 7f);
      gate[gateOffset + i] = g / (1 + (float) Math.exp(-1.702f * g)) * (u + 1);
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
    for (int p = 0; p < KvLayout.BLOCK_TOKENS; p++) {
      float sum = 0;
      for (int d = 0; d < headSize; d++) {
        sum =
            Math.fma(
                query[queryOffset + d], load(keys, d * KvLayout.BLOCK_TOKENS + p, layout), sum);
      }
      scores[scoresOffset + p] = sum * scale;
    }
  }

  @Override
  public void softmax(float[] scores, int offset, int size, float sink) {
    float max = sink;
    for (int i = 0; i < size; i++) {
      max = Math.max(max, scores[offset + i]);
    }
    float sum = (float) Math.exp(sink - max);
    for (int i = 0; i < size; i++) {
      float p = (float) Math.exp(scores[offset + i] - max);
      scores[offset + i] = p;
      sum += p;
    }
    for (int i = 0; i < size; i++) {
      scores[offset + i] /= sum;
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
    for (int p = from; p < to; p++) {
      float weight = probabilities[probabilitiesOffset + p];
      for (int d = 0; d < headSize; d++) {
        out[outOffset + d] =
            Math.fma(weight, load(values, p * headSize + d, layout), out[outOffset + d]);
      }
    }
  }

  static float load(long address, int index, KvLayout layout) {
    return layout == KvLayout.F32
        ? Memory.ALL.get(Memory.FLOAT, address + 4L * index)
        : Memory.half(address + 2L * index);
  }

  @Override
  public void scaleCandidates(float[] x, int o, float[] weights, int w, float base, float[] sums) {
    ScaleSearch.scalar(x, o, weights, w, base, sums);
  }
}
