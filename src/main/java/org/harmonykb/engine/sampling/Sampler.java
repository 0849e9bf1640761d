package org.harmonykb.engine.sampling;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.harmonykb.engine.GenerationEvent.Alternative;
import org.harmonykb.engine.LogitsMask;
import org.harmonykb.engine.SamplingOptions;
import org.jspecify.annotations.Nullable;

/**
 * Chooses tokens for one generation, in the order that {@link SamplingOptions} tells. Same options,
 * seed and logits give the same tokens. Used by one thread.
 */
public final class Sampler {

  /** Tokens that the repetition penalty looks back on. */
  private static final int PENALTY_WINDOW = 64;

  private final SamplingOptions options;
  private final @Nullable LogitsMask mask;
  private final SplittableRandom random;
  private final int alternativeCount;
  private long[] candidates = {};
  private float logProbability;
  private List<Alternative> alternatives = List.of();

  public Sampler(SamplingOptions options, @Nullable LogitsMask mask) {
    this(options, mask, 0);
  }

  /**
   * @param alternativeCount how many likely tokens are told beside each chosen one
   */
  public Sampler(SamplingOptions options, @Nullable LogitsMask mask, int alternativeCount) {
    this.options = options;
    this.mask = mask;
    this.alternativeCount = alternativeCount;
    this.random = new SplittableRandom(options.seed());
  }

  /**
   * Chooses the next token.
   *
   * @param logits one per vocabulary entry; changed in place
   * @param recent tokens of prompt and answer so far, for the repetition penalty
   * @param recentCount how many of them are valid
   * @param generated tokens sampled so far, for the mask
   * @param generatedCount how many of them are valid
   */
  public int sample(
      float[] logits, int[] recent, int recentCount, int[] generated, int generatedCount) {
    double norm = logSumExp(logits);
    int token = choose(logits.clone(), recent, recentCount, generated, generatedCount);
    logProbability = (float) (logits[token] - norm);
    alternatives = alternativeCount == 0 ? List.of() : mostLikely(logits, norm);
    return token;
  }

  /** The most likely tokens under the unchanged logits of the last choice, the likeliest first. */
  public List<Alternative> alternatives() {
    return alternatives;
  }

  private List<Alternative> mostLikely(float[] logits, double norm) {
    List<Alternative> best = new ArrayList<>();
    for (int id = 0; id < logits.length; id++) {
      float own = (float) (logits[id] - norm);
      if (best.size() < alternativeCount || own > best.getLast().logProbability()) {
        int place = best.size();
        while (place > 0 && best.get(place - 1).logProbability() < own) {
          place--;
        }
        best.add(place, new Alternative(id, own));
        if (best.size() > alternativeCount) {
          best.removeLast();
        }
      }
    }
    return best;
  }

  /** Natural logarithm of the last chosen token's probability under the unchanged logits. */
  public float logProbability() {
    return logProbability;
  }

  private int choose(
      float[] logits, int[] recent, int recentCount, int[] generated, int generatedCount) {
    penalizeRepetition(logits, recent, recentCount);
    if (mask != null) {
      mask.apply(generated, generatedCount, logits);
    }
    return options.temperature() == 0 ? mostLikely(logits) : draw(logits);
  }

  private void penalizeRepetition(float[] logits, int[] recent, int count) {
    double penalty = options.repetitionPenalty();
    if (penalty == 1) {
      return;
    }
    int from = Math.max(0, count - PENALTY_WINDOW);
    for (int i = from; i < count; i++) {
      if (!contains(recent, from, i, recent[i])) {
        float logit = logits[recent[i]];
        logits[recent[i]] = (float) (logit > 0 ? logit / penalty : logit * penalty);
      }
    }
  }

  private static boolean contains(int[] tokens, int from, int to, int token) {
    for (int i = from; i < to; i++) {
      if (tokens[i] == token) {
        return true;
      }
    }
    return false;
  }

  /** The lowest id among the most likely. */
  private static int mostLikely(float[] logits) {
    int best = 0;
    for (int i = 1; i < logits.length; i++) {
      if (logits[i] > logits[best]) {
        best = i;
      }
    }
    return best;
  }

  private int draw(float[] logits) {
    // A candidate is its logit in the upper half, made sortable, and its id in the lower.
    if (candidates.length < logits.length) {
      candidates = new long[logits.length];
    }
    float max = logits[mostLikely(logits)];
    // Below e^-30 of the best, nothing is ever drawn at temperatures up to 1.
    float floor = (float) (max - 30 * Math.max(1, options.temperature()));
    int count = 0;
    for (int id = 0; id < logits.length; id++) {
      if (logits[id] >= floor) {
        int bits = Float.floatToIntBits(max - logits[id]); // not negative, so bits sort as values
        candidates[count++] = (long) bits << 32 | id;
      }
    }
    Arrays.sort(candidates, 0, count);
    if (options.topK() > 0) {
      count = Math.min(count, options.topK());
    }
    double total = 0;
    double[] weights = new double[count];
    for (int i = 0; i < count; i++) {
      float below = Float.intBitsToFloat((int) (candidates[i] >>> 32));
      weights[i] = Math.exp(-below / options.temperature());
      total += weights[i];
    }
    int kept = 0;
    double mass = 0;
    while (kept < count && (kept == 0 || mass < options.topP() * total)) {
      mass += weights[kept++];
    }
    while (kept > 1 && weights[kept - 1] < options.minP() * weights[0]) {
      mass -= weights[--kept];
    }
    double target = random.nextDouble() * mass;
    for (int i = 0; i < kept; i++) {
      target -= weights[i];
      if (target < 0) {
        return (int) candidates[i];
      }
    }
    return (int) candidates[kept - 1];
  }

  private static double logSumExp(float[] logits) {
    float max = logits[mostLikely(logits)];
    double sum = 0;
    for (float logit : logits) {
      if (logit > max - 40) {
        sum += Math.exp(logit - max);
      }
    }
    return max + Math.log(sum);
  }
}
