package org.harmonykb.answering;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.harmonykb.engine.LogitsMask;
import org.harmonykb.engine.Tokenizer;

/**
 * Lets a model write nothing but whole sentences of the evidence: it chooses which, and in which
 * order, with the ranker's scores as its prior. For models too small to be trusted with words of
 * their own. Made for one question; keeps no state between calls.
 */
final class CopyMask implements LogitsMask {

  /** Logits for a point of the ranker: alone a small model often begins with the wrong sentence. */
  private static final double PRIOR = 4;

  private final List<int[]> first = new ArrayList<>();
  private final List<int[]> next = new ArrayList<>();
  private final double[] prior;
  private final Set<Integer> stopTokens;
  private final int most;

  /**
   * @param most sentences that may be copied
   */
  CopyMask(
      List<Evidence.Sentence> sentences, Tokenizer tokenizer, Set<Integer> stopTokens, int most) {
    this.prior = sentences.stream().mapToDouble(s -> PRIOR * s.score()).toArray();
    this.stopTokens = stopTokens;
    this.most = Math.min(most, sentences.size());
    for (Evidence.Sentence sentence : sentences) {
      first.add(tokenizer.encode(sentence.text()));
      next.add(tokenizer.encode(" " + sentence.text()));
    }
  }

  /** A way to read what was written: whole sentences, then a part of another. */
  private record Reading(List<Integer> done, int sentence, int position) {}

  @Override
  public void apply(int[] generated, int count, float[] logits) {
    TreeMap<Integer, Double> allowed = new TreeMap<>(); // token -> best prior
    for (Reading reading : readings(generated, count)) {
      if (reading.sentence >= 0) {
        int token = tokens(reading)[reading.position];
        allowed.merge(token, prior[reading.sentence], Math::max);
      } else {
        stopTokens.forEach(token -> allowed.put(token, 0.0));
      }
    }
    if (allowed.isEmpty()) {
      stopTokens.forEach(token -> allowed.put(token, 0.0));
    }
    float[] kept = new float[allowed.size()];
    int i = 0;
    for (var choice : allowed.entrySet()) {
      kept[i++] = logits[choice.getKey()] + choice.getValue().floatValue();
    }
    Arrays.fill(logits, Float.NEGATIVE_INFINITY);
    i = 0;
    for (int token : allowed.keySet()) {
      logits[token] = kept[i++];
    }
  }

  private int[] tokens(Reading reading) {
    return (reading.done.isEmpty() ? first : next).get(reading.sentence);
  }

  private List<Reading> readings(int[] generated, int count) {
    List<Reading> readings = starts(List.of());
    for (int i = 0; i < count; i++) {
      List<Reading> longer = new ArrayList<>();
      for (Reading reading : readings) {
        if (reading.sentence < 0 || tokens(reading)[reading.position] != generated[i]) {
          continue;
        }
        if (reading.position + 1 < tokens(reading).length) {
          longer.add(new Reading(reading.done, reading.sentence, reading.position + 1));
        } else {
          List<Integer> done = new ArrayList<>(reading.done);
          done.add(reading.sentence);
          longer.addAll(starts(done));
        }
      }
      readings = longer;
    }
    return readings;
  }

  /** What may follow some whole sentences: the end, or another sentence. */
  private List<Reading> starts(List<Integer> done) {
    List<Reading> starts = new ArrayList<>();
    if (!done.isEmpty()) {
      starts.add(new Reading(done, -1, 0));
    }
    for (int i = 0; i < first.size() && done.size() < most; i++) {
      if (!done.contains(i)) {
        starts.add(new Reading(done, i, 0));
      }
    }
    return starts;
  }
}
