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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.harmonykb.retrieval.Passage;

/** Chooses what goes into the prompt: no duplicates, the policy in force, within the budget. */
final class ContextBuilder {

  private static final Pattern CONTROL_TOKEN = Pattern.compile("<(\\|[^|>\\n]{1,40}\\|)>");

  private ContextBuilder() {}

  /** Why a passage goes into the prompt or stays out of it. */
  enum Verdict {
    CHOSEN,
    /** A later revision of the policy is in force, or this one is not yet. */
    SUPERSEDED,
    /** A better passage has the same text. */
    DUPLICATE,
    /** The passages before fill the prompt. */
    NO_ROOM
  }

  static List<Passage> choose(
      List<Passage> found,
      int limit,
      int tokenBudget,
      ToIntFunction<String> tokens,
      LocalDate today) {
    List<Verdict> verdicts = judge(found, limit, tokenBudget, tokens, today);
    return IntStream.range(0, found.size())
        .filter(i -> verdicts.get(i) == Verdict.CHOSEN)
        .mapToObj(found::get)
        .toList();
  }

  /** A verdict on each passage, in their order. */
  static List<Verdict> judge(
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
    List<Verdict> verdicts = new ArrayList<>();
    int chosen = 0;
    boolean full = false;
    Set<String> texts = new HashSet<>();
    int used = 0;
    for (Passage passage : found) {
      LocalDate latest = inForce.get(policy(passage));
      boolean superseded =
          latest != null
              && passage.effectiveFrom() != null
              && !passage.effectiveFrom().equals(latest);
      int size = tokens.applyAsInt(passage.text()) + 30; // with its header line
      if (superseded) {
        verdicts.add(Verdict.SUPERSEDED);
      } else if (!texts.add(letters(passage.text()))) {
        verdicts.add(Verdict.DUPLICATE);
      } else if (full || chosen == limit || chosen > 0 && used + size > tokenBudget) {
        full = true;
        verdicts.add(Verdict.NO_ROOM);
      } else {
        verdicts.add(Verdict.CHOSEN);
        chosen++;
        used += size;
      }
    }
    return verdicts;
  }

  /** A text by its letters and digits alone, since copies differ in their line breaks. */
  private static String letters(String text) {
    return text.replaceAll("[^\\p{L}\\p{N}]+", "").toLowerCase(Locale.ROOT);
  }

  /** Whether some of the passages are of policies that later ones, among the others, replaced. */
  static boolean holdsReplaced(List<Passage> then, List<Passage> now) {
    return then.stream().anyMatch(old -> now.stream().anyMatch(later -> replaces(later, old)));
  }

  private static boolean replaces(Passage later, Passage old) {
    LocalDate from = old.effectiveFrom();
    LocalDate to = later.effectiveFrom();
    return from != null && to != null && to.isAfter(from) && policy(later).equals(policy(old));
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
      text.append('[').append(i + 1).append("] ").append(asData(passage.title()));
      if (!passage.section().isEmpty()) {
        text.append(" > ").append(asData(passage.section()));
      }
      text.append(" (revision ").append(passage.revision());
      if (passage.effectiveFrom() != null) {
        text.append(", effective ").append(passage.effectiveFrom());
      }
      text.append(")\n<<<\n").append(asData(passage.text())).append("\n>>>\n");
    }
    return text.append("\n").append(question).toString();
  }

  /** A text that cannot leave its delimiters or look like one of the prompt's own marks. */
  static String asData(String text) {
    return CONTROL_TOKEN
        .matcher(text.replace("<<<", "‹‹‹").replace(">>>", "›››"))
        .replaceAll(match -> Matcher.quoteReplacement("‹" + match.group(1) + "›"));
  }
}
