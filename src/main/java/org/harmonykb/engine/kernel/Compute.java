package org.harmonykb.engine.kernel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import org.harmonykb.engine.format.Tensor;
import org.harmonykb.engine.format.TensorType;
import org.jspecify.annotations.Nullable;

/**
 * What models compute with: the kernels over a pool of threads. One model, one thread at a time;
 * the pool's threads take part inside each call. Arrays hold tokens one after another, {@code
 * [tokens][size]}.
 */
public final class Compute implements AutoCloseable {

  private final Kernel kernel;
  private final WorkerPool pool;
  private final float[][] scratch;
  private final float[][] scores;
  private final RoundedActivations rounded = new RoundedActivations();
  private final Activations activations;
  private final PackedActivations packed = new PackedActivations();
  private final PackedScratch[] packedScratch; // by thread
  private TokenKinds kinds = TokenKinds.PLAIN;
  private final List<MatMul.Job> jobs = new ArrayList<>();
  private final List<float[]> gathered = new ArrayList<>(); // by job, for reordered columns

  /**
   * @param threads threads in all; 0 means one per processor of the process
   */
  public Compute(int threads) {
    this(threads, Activations.F32);
  }

  /**
   * @param threads threads in all; 0 means one per processor of the process
   * @param activations how they enter a product
   */
  public Compute(int threads, Activations activations) {
    this(Kernels.BEST, threads, activations);
  }

  Compute(Kernel kernel, int threads, Activations activations) {
    this.kernel = kernel;
    this.activations = activations;
    this.pool = new WorkerPool(threads);
    this.scratch = new float[pool.threads()][0];
    this.scores = new float[pool.threads()][0];
    this.packedScratch = new PackedScratch[pool.threads()];
    Arrays.setAll(packedScratch, _ -> new PackedScratch());
  }

  /** Which kernels run, for logs and pages. */
  public String describe() {
    return kernel.describe() + ", " + pool.threads() + " threads";
  }

  /** What decides the last bits of a result: other kernels or vectors round elsewhere. */
  public String numerics() {
    return kernel.describe() + (packsActivations(TensorType.MXFP4) ? ", prompts of 10 bits" : "");
  }

  /**
   * Says which of a batch's tokens may be computed in another way than with floats. Which way that
   * is depends on the option and a token's kind alone, never on the other tokens.
   */
  public void setKinds(TokenKinds tokens) {
    kinds = tokens;
  }

  /** The kinds of the batch's tokens. */
  public TokenKinds kinds() {
    return kinds;
  }

  /** Whether products with such weights differ between generated tokens and a prompt's. */
  public boolean roundsActivations(TensorType type) {
    return activations != Activations.F32 && kernel.isFasterRounded(type);
  }

  private boolean packsActivations(TensorType type) {
    return activations == Activations.INT10 && kernel.isFasterRounded(type);
  }

  /** Adds a product to the next {@link #run}; {@code out} has the matrix's rows per token. */
  public Compute product(
      Tensor weights, float[] x, int tokens, float[] out, float @Nullable [] bias) {
    return product(weights, 0, x, 0, tokens, kinds.first(tokens), out, 0, bias);
  }

  /**
   * Adds a product with one of a tensor's stacked matrices, whose biases are stacked alike.
   *
   * @param kinds of these tokens
   */
  public Compute product(
      Tensor weights,
      int matrix,
      float[] x,
      int xOffset,
      int tokens,
      TokenKinds kinds,
      float[] out,
      int outOffset,
      float @Nullable [] bias) {
    int[] order = weights.columnOrder();
    if (order != null) {
      x = gather(order, x, xOffset, tokens);
      xOffset = 0;
    }
    TokenKinds rounded =
        new TokenKinds(
            roundsActivations(weights.type()) ? kinds.generated() : 0,
            packsActivations(weights.type()) ? kinds.prompt() : 0);
    jobs.add(MatMul.Job.of(weights, matrix, x, xOffset, tokens, rounded, out, outOffset, bias));
    return this;
  }

  /** Activations in the order of a matrix's stored columns, in a buffer of the next job's own. */
  private float[] gather(int[] order, float[] x, int xOffset, int tokens) {
    int columns = order.length;
    int job = jobs.size();
    while (gathered.size() <= job) {
      gathered.add(new float[0]);
    }
    if (gathered.get(job).length < tokens * columns) {
      gathered.set(job, new float[tokens * columns]);
    }
    float[] sorted = gathered.get(job);
    forEach(
        tokens,
        t -> {
          int from = xOffset + t * columns;
          int to = t * columns;
          for (int c = 0; c < columns; c++) {
            sorted[to + c] = x[from + order[c]];
          }
        });
    return sorted;
  }

  /** Computes all added products in one parallel region. */
  public void run() {
    try {
      MatMul.run(kernel, pool, scratch, packedScratch, rounded, packed, jobs);
    } finally {
      jobs.clear();
    }
  }

  /** De-quantises one row of a matrix whose columns lie in order. */
  public void row(Tensor weights, int row, float[] out, int outOffset) {
    kernel.dequantize(
        weights.type(),
        weights.data().address() + row * weights.rowBytes(),
        out,
        outOffset,
        weights.columns());
  }

  /** All values of a small tensor, such as a norm or a bias. */
  public float[] values(Tensor tensor) {
    float[] values = new float[Math.toIntExact(tensor.elements())];
    kernel.dequantize(tensor.type(), tensor.data().address(), values, 0, values.length);
    return values;
  }

  /** Whether weights of this type can be computed with. */
  public static boolean supports(TensorType type) {
    return switch (type) {
      case I8, I16, I32, I64, F64 -> false;
      default -> true;
    };
  }

  public void rmsNorm(float[] x, float[] weight, float epsilon, float[] out, int tokens) {
    int size = weight.length;
    forEach(tokens, t -> kernel.rmsNorm(x, t * size, weight, epsilon, out, t * size, size));
  }

  public void add(float[] x, float[] y, int tokens, int size) {
    forEach(tokens, t -> kernel.add(x, t * size, y, t * size, size));
  }

  public void addScaled(float[] x, int xOffset, float factor, float[] y, int yOffset, int size) {
    kernel.addScaled(x, xOffset, factor, y, yOffset, size);
  }

  public void swiglu(float[] gate, float[] up, int tokens, int size) {
    forEach(tokens, t -> kernel.swiglu(gate, t * size, up, t * size, size));
  }

  public void clampedSwiglu(float[] gate, float[] up, int tokens, int size) {
    forEach(tokens, t -> kernel.clampedSwiglu(gate, t * size, up, t * size, size));
  }

  /** Runs a body for each token, in parallel where there are many. */
  public void forEach(int tokens, IntConsumer body) {
    if (tokens < 8) {
      for (int t = 0; t < tokens; t++) {
        body.accept(t);
      }
    } else {
      int chunk = Math.max(1, tokens / (4 * pool.threads()));
      pool.run(
          (tokens + chunk - 1) / chunk,
          (task, worker) -> {
            for (int t = task * chunk; t < Math.min(tokens, (task + 1) * chunk); t++) {
              body.accept(t);
            }
          });
    }
  }

  /**
   * The address of keys and values of one layer and head: block b's keys are {@code
   * [headSize][BLOCK_TOKENS]}, its values {@code [BLOCK_TOKENS][headSize]}.
   */
  public interface KvView {
    long keys(int block, int headKv);

    long values(int block, int headKv);
  }

  /**
   * Attention of some tokens, each over its own sequence.
   *
   * @param queries {@code [tokens][heads][headSize]}, rotated already
   * @param views where each token's keys and values are, its own included
   * @param positions each token's place in its sequence
   * @param window positions a token sees, itself included; 0 means all
   * @param sinks one logit per head that joins the softmax, or null
   * @param out {@code [tokens][heads][headSize]}
   */
  public void attention(
      float[] queries,
      KvView[] views,
      int[] positions,
      int tokens,
      int heads,
      int headsKv,
      int headSize,
      int window,
      float @Nullable [] sinks,
      KvLayout layout,
      float[] out) {
    int group = heads / headsKv;
    float scale = (float) (1 / Math.sqrt(headSize));
    pool.run(
        tokens * headsKv,
        (task, worker) -> {
          // Neighbouring tasks share a head's keys, so that they stay in the cache.
          int headKv = task / tokens;
          int t = task % tokens;
          int position = positions[t];
          int first = window > 0 ? Math.max(0, position - window + 1) : 0;
          int firstBlock = first / KvLayout.BLOCK_TOKENS;
          int lastBlock = position / KvLayout.BLOCK_TOKENS;
          int size = (lastBlock - firstBlock + 1) * KvLayout.BLOCK_TOKENS;
          if (scores[worker].length < size * group) {
            scores[worker] = new float[2 * size * group];
          }
          float[] s = scores[worker];
          for (int b = firstBlock; b <= lastBlock; b++) {
            long keys = views[t].keys(b, headKv);
            for (int g = 0; g < group; g++) {
              int head = headKv * group + g;
              kernel.scores(
                  queries,
                  (t * heads + head) * headSize,
                  headSize,
                  scale,
                  keys,
                  layout,
                  s,
                  g * size + (b - firstBlock) * KvLayout.BLOCK_TOKENS);
            }
          }
          int base = firstBlock * KvLayout.BLOCK_TOKENS;
          for (int g = 0; g < group; g++) {
            int head = headKv * group + g;
            Arrays.fill(s, g * size, g * size + first - base, Float.NEGATIVE_INFINITY);
            Arrays.fill(s, g * size + position + 1 - base, (g + 1) * size, Float.NEGATIVE_INFINITY);
            kernel.softmax(
                s, g * size, size, sinks == null ? Float.NEGATIVE_INFINITY : sinks[head]);
            int at = (t * heads + head) * headSize;
            Arrays.fill(out, at, at + headSize, 0);
          }
          for (int b = firstBlock; b <= lastBlock; b++) {
            int blockStart = b * KvLayout.BLOCK_TOKENS;
            int from = Math.max(first - blockStart, 0);
            int to = Math.min(position + 1 - blockStart, KvLayout.BLOCK_TOKENS);
            long values = views[t].values(b, headKv);
            for (int g = 0; g < group; g++) {
              int head = headKv * group + g;
              kernel.weightedSum(
                  s,
                  g * size + blockStart - base,
                  from,
                  to,
                  values,
                  layout,
                  headSize,
                  out,
                  (t * heads + head) * headSize);
            }
          }
        });
  }

  @Override
  public void close() {
    pool.close();
    packed.close();
  }
}
