package org.harmonykb.evaluation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/** Sums of an answer evaluation; docs/answers.md defines each figure. Not thread-safe. */
final class AnswerMetrics {

  /**
   * One answer, judged.
   *
   * @param found share of the expected facts in the answer, 0 if it was refused
   * @param citations cited passages
   * @param rightCitations those that hold the answer
   * @param citesRight share of the expected places that are cited
   * @param sentences sentences of the answer
   * @param unsupported those marked as not supported
   * @param replaced whether quotes stand in for what the model wrote
   * @param generated whether the model wrote something
   */
  record Judged(
      boolean answerable,
      boolean refused,
      double found,
      int citations,
      int rightCitations,
      double citesRight,
      int sentences,
      int unsupported,
      boolean generated,
      boolean replaced,
      double ttftMs,
      double totalMs,
      int promptTokens,
      int cachedTokens,
      int completionTokens,
      int characters) {}

  private final List<Judged> all = new ArrayList<>();

  void add(Judged judged) {
    all.add(judged);
  }

  Map<String, Object> summary(String mode) {
    List<Judged> answerable = all.stream().filter(Judged::answerable).toList();
    List<Judged> answered = all.stream().filter(j -> !j.refused).toList();
    List<Judged> answeredWell = answered.stream().filter(Judged::answerable).toList();
    long unanswerable = all.size() - answerable.size();
    long refused = all.size() - answered.size();
    long refusedRightly = all.stream().filter(j -> j.refused && !j.answerable).count();
    double cited = answeredWell.stream().mapToInt(Judged::citations).sum();
    double right = answeredWell.stream().mapToInt(Judged::rightCitations).sum();
    double sentences = answered.stream().mapToInt(Judged::sentences).sum();
    double unsupported = answered.stream().mapToInt(Judged::unsupported).sum();
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("mode", mode);
    result.put("completeness", mean(answerable.stream().mapToDouble(Judged::found).toArray()));
    result.put("citation_precision", ratio(right, cited));
    result.put(
        "citation_recall", mean(answerable.stream().mapToDouble(Judged::citesRight).toArray()));
    result.put("unsupported_rate", ratio(unsupported, sentences));
    // Without a refusal where one was due nothing was precise.
    result.put(
        "refusal_precision",
        refused == 0 && unanswerable > 0 ? Double.valueOf(0) : ratio(refusedRightly, refused));
    result.put("refusal_recall", ratio(refusedRightly, unanswerable));
    result.put("ttft_ms_p50", percentile(50, answered.stream().mapToDouble(Judged::ttftMs)));
    result.put("total_ms_p50", percentile(50, all.stream().mapToDouble(Judged::totalMs)));
    result.put("ttft_ms_p95", percentile(95, answered.stream().mapToDouble(Judged::ttftMs)));
    result.put("total_ms_p95", percentile(95, all.stream().mapToDouble(Judged::totalMs)));
    result.put("questions", all.size());
    result.put("answerable", answerable.size());
    result.put("refused", refused);
    result.put(
        "completeness_answered", mean(answeredWell.stream().mapToDouble(Judged::found).toArray()));
    result.put("generated", answered.stream().filter(j -> j.generated && !j.replaced).count());
    result.put("replaced_by_quotes", answered.stream().filter(Judged::replaced).count());
    result.put(
        "answer_chars_mean", mean(answered.stream().mapToDouble(Judged::characters).toArray()));
    result.put("prompt_tokens", all.stream().mapToLong(Judged::promptTokens).sum());
    result.put("cached_tokens", all.stream().mapToLong(Judged::cachedTokens).sum());
    result.put("completion_tokens", all.stream().mapToLong(Judged::completionTokens).sum());
    return result;
  }

  private static @Nullable Double ratio(double part, double whole) {
    return whole == 0 ? null : round(part / whole);
  }

  private static @Nullable Double mean(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return ratio(sum, values.length);
  }

  /** The nearest rank, or null without values. */
  private static @Nullable Double percentile(int percent, DoubleStream values) {
    double[] sorted = values.sorted().toArray();
    if (sorted.length == 0) {
      return null;
    }
    int rank = (int) Math.ceil(percent / 100.0 * sorted.length);
    return round(sorted[Math.max(0, rank - 1)]);
  }

  private static double round(double value) {
    return Math.round(value * 1e4) / 1e4;
  }
}
