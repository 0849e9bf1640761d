package org.harmonykb.engine.kernel;

import java.util.List;
import org.harmonykb.engine.format.Tensor;
import org.harmonykb.engine.format.TensorType;
import org.jspecify.annotations.Nullable;

/**
 * Products of quantised matrices and tokens. Rows of weights are de-quantised once into a small
 * scratch and multiplied with all tokens before the next rows follow; several products share one
 * parallel region, which is how the experts of a layer run side by side.
 */
final class MatMul {

  /** Values of de-quantised rows per thread while many tokens use them: half of a 2 MB L2. */
  private static final int SCRATCH_VALUES = 128 * 1024;

  /** Tokens multiplied before moving on to the next rows, so that their activations stay in L2. */
  private static final int TOKEN_VALUES = 192 * 1024;

  private MatMul() {}

  /**
   * One product: {@code out[t][r] = weights[r] · x[t] + bias[r]}.
   *
   * @param address of the matrix's first block
   * @param rows rows of the matrix, which is the width of the output
   * @param columns values of a row
   * @param x activations, token t at {@code xOffset + t * columns}
   * @param out results, token t at {@code outOffset + t * rows}
   * @param bias one value per row from {@code biasOffset}, or null
   */
  record Job(
      TensorType type,
      long address,
      int rows,
      int columns,
      float[] x,
      int xOffset,
      int tokens,
      float[] out,
      int outOffset,
      float @Nullable [] bias,
      int biasOffset) {

    static Job of(
        Tensor weights,
        int matrix,
        float[] x,
        int xOffset,
        int tokens,
        float[] out,
        int outOffset,
        float @Nullable [] bias) {
      long bytes = weights.type().bytes((long) weights.columns() * weights.rows());
      return new Job(
          weights.type(),
          weights.data().address() + matrix * bytes,
          weights.rows(),
          weights.columns(),
          x,
          xOffset,
          tokens,
          out,
          outOffset,
          bias,
          matrix * weights.rows());
    }
  }

  static void run(Kernel kernel, WorkerPool pool, float[][] scratch, List<Job> jobs) {
    int[] firstTask = new int[jobs.size() + 1];
    int[] rowsPerTask = new int[jobs.size()];
    for (int j = 0; j < jobs.size(); j++) {
      Job job = jobs.get(j);
      rowsPerTask[j] = rowsPerTask(job, pool.threads());
      firstTask[j + 1] = firstTask[j] + (job.rows + rowsPerTask[j] - 1) / rowsPerTask[j];
    }
    pool.run(
        firstTask[jobs.size()],
        (task, worker) -> {
          int j = 0;
          while (task >= firstTask[j + 1]) {
            j++;
          }
          Job job = jobs.get(j);
          int from = (task - firstTask[j]) * rowsPerTask[j];
          multiplyRows(
              kernel, scratch, worker, job, from, Math.min(job.rows, from + rowsPerTask[j]));
        });
  }

  /** Few tasks for a single token, whose rows stream through; many for a prompt, to balance. */
  private static int rowsPerTask(Job job, int threads) {
    if (job.tokens > 4) {
      return Math.clamp(SCRATCH_VALUES / job.columns / 4 * 4, 4, 32);
    }
    int share = (job.rows / (threads * 4) + 3) / 4 * 4;
    return Math.clamp(share, 8, 512);
  }

  private static void multiplyRows(
      Kernel kernel, float[][] scratches, int worker, Job job, int from, int to) {
    int columns = job.columns;
    long rowBytes = job.type.bytes(columns);
    boolean isDone =
        job.tokens == 1
            && kernel.multiplyOne(
                job.type,
                job.address + from * rowBytes,
                to - from,
                columns,
                job.x,
                job.xOffset,
                job.out,
                job.outOffset + from);
    if (!isDone) {
      multiplyDequantized(kernel, scratches, worker, job, from, to);
    }
    if (job.bias != null) {
      for (int t = 0; t < job.tokens; t++) {
        int at = job.outOffset + t * job.rows;
        for (int r = from; r < to; r++) {
          job.out[at + r] += job.bias[job.biasOffset + r];
        }
      }
    }
  }

  private static void multiplyDequantized(
      Kernel kernel, float[][] scratches, int worker, Job job, int from, int to) {
    int columns = job.columns;
    long rowBytes = job.type.bytes(columns);
    int group = job.tokens > 4 ? to - from : Kernel.TILE_ROWS;
    int needed = (group + Kernel.TILE_ROWS) * columns;
    if (scratches[worker].length < needed) {
      scratches[worker] = new float[needed];
    }
    float[] scratch = scratches[worker];
    int tokenStep = Math.max(6, TOKEN_VALUES / columns / 6 * 6);
    for (int row = from; row < to; row += group) {
      int rows = Math.min(group, to - row);
      kernel.dequantize(job.type, job.address + row * rowBytes, scratch, 0, rows * columns);
      for (int t = 0; t < job.tokens; t += tokenStep) {
        int tokens = Math.min(tokenStep, job.tokens - t);
        for (int r = 0; r < rows; r += Kernel.TILE_ROWS) {
          kernel.multiply(
              scratch,
              r * columns,
              columns,
              job.x,
              job.xOffset + t * columns,
              tokens,
              job.out,
              job.outOffset + t * job.rows + row + r,
              job.rows,
              Math.min(Kernel.TILE_ROWS, rows - r));
        }
      }
    }
  }
}
