package org.harmonykb.engine.quantization;

import java.util.Arrays;
import java.util.function.DoubleConsumer;
import org.harmonykb.engine.EngineException;
import org.harmonykb.engine.format.ModelFile;
import org.harmonykb.engine.format.ModelMetadata;
import org.harmonykb.engine.kernel.Activations;
import org.harmonykb.engine.kernel.Compute;
import org.harmonykb.engine.kernel.KvLayout;
import org.harmonykb.engine.kvcache.KvCache;
import org.harmonykb.engine.kvcache.KvSequence;
import org.harmonykb.engine.model.Architectures;
import org.harmonykb.engine.model.Batch;
import org.harmonykb.engine.model.LoraChoice;
import org.harmonykb.engine.model.ModelConfig;
import org.harmonykb.engine.model.Transformer;
import org.harmonykb.engine.tokenizer.BpeTokenizer;

/**
 * How far one model's next-token distributions are from another's over a text. The text is cut into
 * windows that know nothing of each other; both models read a window side by side in small slices,
 * so that only a slice's logits are held. Used by one thread.
 */
public final class ModelComparison {

  /** Tokens computed at once; with gpt-oss's vocabulary a token's logits take 800 kB. */
  private static final int SLICE = 32;

  /**
   * What was found.
   *
   * @param tokens tokens predicted
   * @param klDivergence mean of KL(A || B) in nats
   * @param klDivergence99 what 99 of 100 positions stay below
   * @param sameTopToken share of positions at which both models find the same token most likely
   * @param perplexityA of the first model over the text
   * @param perplexityB of the second
   */
  public record Result(
      int tokens,
      double klDivergence,
      double klDivergence99,
      double sameTopToken,
      double perplexityA,
      double perplexityB) {}

  private static final String[] TOKENIZER_KEYS = {
    "tokenizer.ggml.model",
    "tokenizer.ggml.pre",
    "tokenizer.ggml.tokens",
    "tokenizer.ggml.token_type",
    "tokenizer.ggml.merges"
  };

  private ModelComparison() {}

  /**
   * Compares two models.
   *
   * @param window tokens of a window, at least 2
   * @param maxTokens where to stop in the text; 0 for its end
   * @param activations what the second model's tokens are multiplied with; the first's are floats
   * @param threads 0 means one per processor of the process
   * @param progress told the share of work done
   * @throws EngineException if the models have different tokenizers or the text is too short
   */
  public static Result run(
      ModelFile a,
      ModelFile b,
      String text,
      int window,
      int maxTokens,
      Activations activations,
      int threads,
      DoubleConsumer progress) {
    if (window < 2) {
      throw new EngineException("a window has two tokens or more, not " + window);
    }
    requireSameTokenizer(a.metadata(), b.metadata());
    int[] tokens = BpeTokenizer.from(a.metadata()).encode(text);
    if (maxTokens > 0 && tokens.length > maxTokens) {
      tokens = Arrays.copyOf(tokens, maxTokens);
    }
    if (tokens.length < 2) {
      throw new EngineException("the text has fewer than two tokens; nothing can be predicted");
    }
    try (Compute compute = new Compute(threads, activations);
        Side left = new Side(a, compute, Activations.F32);
        Side right = new Side(b, compute, activations)) {
      if (left.vocabulary != right.vocabulary) {
        throw new EngineException(
            "the models have %d and %d logits".formatted(left.vocabulary, right.vocabulary));
      }
      Totals totals = new Totals(tokens.length);
      for (int from = 0; from < tokens.length - 1; from += window) {
        int to = Math.min(tokens.length, from + window);
        compareWindow(left, right, Arrays.copyOfRange(tokens, from, to), compute, totals);
        progress.accept((double) to / tokens.length);
      }
      return totals.result();
    }
  }

  private static void compareWindow(
      Side left, Side right, int[] window, Compute compute, Totals totals) {
    left.restart();
    right.restart();
    // The last token of a window is only predicted.
    for (int from = 0; from < window.length - 1; from += SLICE) {
      int to = Math.min(window.length - 1, from + SLICE);
      int first = from;
      left.forward(window, from, to);
      right.forward(window, from, to);
      int base = totals.claim(to - from);
      compute.forEach(
          to - from,
          i ->
              totals.add(
                  base + i,
                  left.logits,
                  right.logits,
                  i * left.vocabulary,
                  left.vocabulary,
                  window[first + i + 1]));
    }
  }

  private static void requireSameTokenizer(ModelMetadata a, ModelMetadata b) {
    for (String key : TOKENIZER_KEYS) {
      // deepEquals compares arrays by what they hold.
      if (!Arrays.deepEquals(new Object[] {a.raw(key)}, new Object[] {b.raw(key)})) {
        throw new EngineException(
            "%s and %s have different tokenizers (%s); only models that cut a text into the same tokens can be compared"
                .formatted(a.file(), b.file(), key));
      }
    }
  }

  /** A model with the window it reads. */
  private static final class Side implements AutoCloseable {

    private final Transformer transformer;
    private final KvCache cache;
    private final Batch batch = new Batch();
    private final int vocabulary;
    private final float[] logits; // [SLICE][vocabulary]
    private final KvSequence sequence;

    private final Activations activations;

    Side(ModelFile file, Compute compute, Activations activations) {
      this.activations = activations;
      transformer = Architectures.build(file, compute, KvLayout.F32);
      ModelConfig config = transformer.config();
      vocabulary = transformer.vocabularySize();
      logits = new float[SLICE * vocabulary];
      cache =
          new KvCache(
              new KvCache.Shape(
                  config.blockCount(), config.headCountKv(), config.keyLength(), KvLayout.F32),
              1);
      sequence = cache.acquire(new int[1]);
    }

    void restart() {
      sequence.truncate(0);
    }

    void forward(int[] window, int from, int to) {
      batch.clear();
      for (int i = from; i < to; i++) {
        batch.addAs(activations, sequence, window[i], true, LoraChoice.NONE);
      }
      transformer.forward(batch, logits);
    }

    @Override
    public void close() {
      cache.close();
    }
  }

  /** Sums over positions; each position is written by one thread, the sums are taken at the end. */
  private static final class Totals {

    private final double[] divergences;
    private final double[] lossesA;
    private final double[] lossesB;
    private final boolean[] same;
    private int count;

    Totals(int tokens) {
      divergences = new double[tokens];
      lossesA = new double[tokens];
      lossesB = new double[tokens];
      same = new boolean[tokens];
    }

    int claim(int positions) {
      count += positions;
      return count - positions;
    }

    void add(int position, float[] a, float[] b, int offset, int size, int next) {
      int topA = top(a, offset, size);
      int topB = top(b, offset, size);
      double normA = logSumExp(a, offset, size, a[offset + topA]);
      double normB = logSumExp(b, offset, size, b[offset + topB]);
      double divergence = 0;
      for (int i = offset; i < offset + size; i++) {
        double log = a[i] - normA;
        divergence += Math.exp(log) * (log - (b[i] - normB));
      }
      divergences[position] = divergence;
      lossesA[position] = normA - a[offset + next];
      lossesB[position] = normB - b[offset + next];
      same[position] = topA == topB;
    }

    Result result() {
      double[] sorted = Arrays.copyOf(divergences, count);
      Arrays.sort(sorted);
      int agreeing = 0;
      for (int i = 0; i < count; i++) {
        agreeing += same[i] ? 1 : 0;
      }
      return new Result(
          count,
          Arrays.stream(divergences, 0, count).average().orElse(0),
          sorted[(int) (0.99 * (count - 1))],
          (double) agreeing / count,
          Math.exp(Arrays.stream(lossesA, 0, count).average().orElse(0)),
          Math.exp(Arrays.stream(lossesB, 0, count).average().orElse(0)));
    }

    private static int top(float[] x, int offset, int size) {
      int best = 0;
      for (int i = 1; i < size; i++) {
        if (x[offset + i] > x[offset + best]) {
          best = i;
        }
      }
      return best;
    }

    private static double logSumExp(float[] x, int offset, int size, double max) {
      double sum = 0;
      for (int i = 0; i < size; i++) {
        sum += Math.exp(x[offset + i] - max);
      }
      return max + Math.log(sum);
    }
  }
}
