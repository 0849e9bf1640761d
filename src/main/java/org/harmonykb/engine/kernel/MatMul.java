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
   * @param rounded which of the tokens are rounded or packed first, and not multiplied as floats
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
      TokenKinds rounded,
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
        TokenKinds rounded,
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
          rounded,
          out,
          outOffset,
          bias,
          matrix * weights.rows());
    }

    /** Whether it multiplies the same tokens as another. */
    private boolean hasActivationsOf(Job other) {
      return other.x == x
          && other.xOffset == xOffset
          && other.rounded.equals(rounded)
          && other.columns == columns;
    }

    private int inIntegers() {
      return rounded.generated() + rounded.prompt();
    }

    /** The tokens whose activations stay floats. */
    Job rest() {
      int done = inIntegers();
      return new Job(
          type,
          address,
          rows,
          columns,
          x,
          xOffset + done * columns,
          tokens - done,
          TokenKinds.PLAIN,
          out,
          outOffset + done * rows,
          bias,
          biasOffset);
    }
  }

  static void run(
      Kernel kernel,
      WorkerPool pool,
      float[][] scratch,
      PackedScratch[] packedScratch,
      RoundedActivations rounded,
      PackedActivations packed,
      List<Job> jobs) {
    int[] roundedAt = round(kernel, rounded, jobs);
    int[] packedAt = pack(kernel, pool, packed, jobs);
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
          int to = Math.min(job.rows, from + rowsPerTask[j]);
          if (job.rounded.generated() > 0) {
            multiplyRounded(kernel, rounded, roundedAt[j], job, from, to);
          }
          if (job.rounded.prompt() > 0) {
            multiplyPacked(kernel, packed, packedAt[j], packedScratch[worker], job, from, to);
          }
          if (job.inIntegers() < job.tokens) {
            Job rest = job.inIntegers() == 0 ? job : job.rest();
            multiplyRows(kernel, scratch, worker, rest, from, to);
          }
          addBias(job, from, to);
        });
  }

  /** Where each job's rounded activations begin; neighbours often share theirs. */
  private static int[] round(Kernel kernel, RoundedActivations rounded, List<Job> jobs) {
    int[] at = new int[jobs.size()];
    rounded.clear();
    for (int j = 0; j < jobs.size(); j++) {
      Job job = jobs.get(j);
      if (j > 0 && job.hasActivationsOf(jobs.get(j - 1))) {
        at[j] = at[j - 1];
      } else if (job.rounded.generated() > 0) {
        at[j] = rounded.add(kernel, job.x, job.xOffset, job.rounded.generated() * job.columns);
      }
    }
    return at;
  }

  /** The first unit of each job's packed activations. */
  private static int[] pack(
      Kernel kernel, WorkerPool pool, PackedActivations packed, List<Job> jobs) {
    int[] at = new int[jobs.size()];
    int[] firstGroup = new int[jobs.size() + 1];
    packed.clear();
    for (int j = 0; j < jobs.size(); j++) {
      Job job = jobs.get(j);
      firstGroup[j + 1] = firstGroup[j];
      if (j > 0 && job.hasActivationsOf(jobs.get(j - 1))) {
        at[j] = at[j - 1];
      } else if (job.rounded.prompt() > 0) {
        at[j] = packed.reserve(job.rounded.prompt(), job.columns);
        firstGroup[j + 1] += PackedActivations.groups(job.rounded.prompt());
      }
    }
    if (firstGroup[jobs.size()] > 0) {
      packed.allocate();
      pool.run(
          firstGroup[jobs.size()],
          (task, _) -> {
            int j = 0;
            while (task >= firstGroup[j + 1]) {
              j++;
            }
            pack(kernel, packed, at[j], jobs.get(j), task - firstGroup[j]);
          });
    }
    return at;
  }

  private static void pack(Kernel kernel, PackedActivations packed, int at, Job job, int group) {
    int first = group * PackedActivations.GROUP;
    int unit = at + group * (job.columns / PackedActivations.BLOCK);
    kernel.pack(
        job.x,
        job.xOffset + (job.rounded.generated() + first) * job.columns,
        job.columns,
        Math.min(PackedActivations.GROUP, job.rounded.prompt() - first),
        packed.address(unit),
        packed.scales(),
        unit * PackedActivations.GROUP);
  }

  private static void multiplyPacked(
      Kernel kernel,
      PackedActivations packed,
      int at,
      PackedScratch scratch,
      Job job,
      int from,
      int to) {
    kernel.multiplyPacked(
        job.address + from * job.type.bytes(job.columns),
        to - from,
        job.columns,
        packed.address(at),
        packed.scales(),
        at * PackedActivations.GROUP,
        job.rounded.prompt(),
        scratch,
        job.out,
        job.outOffset + job.rounded.generated() * job.rows + from,
        job.rows);
  }

  private static void multiplyRounded(
      Kernel kernel, RoundedActivations rounded, int at, Job job, int from, int to) {
    kernel.multiplyRounded(
        job.address + from * job.type.bytes(job.columns),
        to - from,
        job.columns,
        rounded.values,
        at,
        rounded.scales,
        at / RoundedActivations.BLOCK,
        job.rounded.generated(),
        job.out,
        job.outOffset + from,
        job.rows);
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
    long address = job.address + from * rowBytes;
    int at = job.outOffset + from;
    boolean isDone =
        job.tokens == 1
            ? kernel.multiplyOne(
                job.type, address, to - from, columns, job.x, job.xOffset, job.out, at)
            : kernel.multiplyFew(
                job.type,
                address,
                to - from,
                columns,
                job.x,
                job.xOffset,
                job.tokens,
                job.out,
                at,
                job.rows);
    if (!isDone) {
      multiplyDequantized(kernel, scratches, worker, job, from, to);
    }
  }

  private static void addBias(Job job, int from, int to) {
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
