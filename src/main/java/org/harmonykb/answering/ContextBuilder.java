package org.harmonykb.answering;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.ToIntFunction;
import org.harmonykb.retrieval.Passage;

/** Chooses what goes into the prompt: no duplicates, the policy in force, within the budget. */
final class ContextBuilder {

  private ContextBuilder() {}

  static List<Passage> choose(
      List<Passage> found,
      int limit,
      int tokenBudget,
      ToIntFunction<String> tokens,
      LocalDate today) {
    Map<String, LocalDate> inForce = new HashMap<>();
    for (Passage passage : found) {
      LocalDate from = passage.effectiveFrom();
      if (from != null && !from.isAfter(today)) {
        inForce.merge(policy(passage), from, (a, b) -> a.isAfter(b) ? a : b);
      }
    }
    List<Passage> chosen = new ArrayList<>();
    Set<String> texts = new HashSet<>();
    int used = 0;
    for (Passage passage : found) {
      LocalDate latest = inForce.get(policy(passage));
      boolean superseded =
          latest != null
              && passage.effectiveFrom() != null
              && !passage.effectiveFrom().equals(latest);
      if (superseded || !texts.add(passage.text())) {
        continue;
      }
      int size = tokens.applyAsInt(passage.text()) + 30; // with its header line
      if (chosen.size() == limit || !chosen.isEmpty() && used + size > tokenBudget) {
        break;
      }
      chosen.add(passage);
      used += size;
    }
    return chosen;
  }

  /** Titles of two revisions of a policy differ in the year or revision at most. */
  private static String policy(Passage passage) {
    return passage.collection()
        + "/"
        + passage
            .title()
            .toLowerCase(Locale.ROOT)
            .replaceAll(
                "(?i)revision\\s*\\d+|rev\\.?\\s*\\d+|v\\d+(\\.\\d+)*|修订版?|第\\S版|\\d{4}年?版?|[\\s()（）,，_-]+",
                "");
  }

  /**
   * The user message: delimited, numbered data, and the question last.
   *
   * @param numbers the passages that are shown, from 1
   */
  static String userMessage(List<Passage> passages, Set<Integer> numbers, String question) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < passages.size(); i++) {
      if (!numbers.contains(i + 1)) {
        continue;
      }
      Passage passage = passages.get(i);
      text.append('[').append(i + 1).append("] ").append(passage.title());
      if (!passage.section().isEmpty()) {
        text.append(" > ").append(passage.section());
      }
      text.append(" (revision ").append(passage.revision());
      if (passage.effectiveFrom() != null) {
        text.append(", effective ").append(passage.effectiveFrom());
      }
      text.append(")\n<<<\n").append(passage.text()).append("\n>>>\n");
    }
    return text.append("\n").append(question).toString();
  }
}
