package org.harmonykb.answering;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.harmonykb.retrieval.Language;
import org.harmonykb.retrieval.Passage;

/**
 * Gives an answer the form that its assistant promises, whoever wrote it and however well: quotes
 * with their places, or points, basis, advice and limits. All of it comes from the passages but the
 * labels and the assistant's own words on its limits. Immutable.
 */
final class AnswerForms {

  /** A sentence that tells what to do. */
  private static final Pattern ADVICE =
      Pattern.compile(
          "(?i)\\b(should|must|recommend\\w*|advis\\w+|never|always|immediately|call|contact|see"
              + " a|consult|avoid|do not)\\b|应|须|請|请|必须|建议|立即|不得|禁止|避免|尽快");

  private static final int MOST_ADVICE = 2;

  /** Quotes below what a small model wrote: the answer is said above, so there may be more. */
  private static final int MORE = 2;

  private static final Map<String, List<String>> LABELS =
      Map.of(
          Language.ENGLISH,
          List.of("Points", "Basis", "Advice", "Limits"),
          Language.CHINESE,
          List.of("要点", "依据", "建议", "说明"));

  private final boolean quotesEvidence;

  /**
   * @param quotesEvidence whether what a small model wrote is followed by the sentences it rests on
   */
  AnswerForms(boolean quotesEvidence) {
    this.quotesEvidence = quotesEvidence;
  }

  /** An answer of quotes alone. */
  Draft quotes(Assistant assistant, String language, Evidence evidence, List<Passage> passages) {
    List<Evidence.Sentence> chosen = Extractive.choose(evidence);
    return switch (assistant.form()) {
      case PLAIN -> Extractive.quote(chosen);
      case QUOTES -> Extractive.quote(chosen, passages);
      case POINTS -> {
        Draft points = new Draft();
        for (Evidence.Sentence sentence : chosen) {
          points.add(points.isEmpty() ? "- " : "\n- ");
          add(sentence, points);
        }
        yield points(assistant, language, points, evidence, passages);
      }
    };
  }

  /**
   * An answer that the model wrote and the verifier checked.
   *
   * @param isSmall whether the model is one whose words alone are not enough
   */
  Draft written(
      Assistant assistant,
      String language,
      Draft written,
      Evidence evidence,
      List<Passage> passages,
      boolean isSmall) {
    if (assistant.form() == Assistant.Form.POINTS) {
      return points(assistant, language, written, evidence, passages);
    }
    boolean mustQuote = assistant.form() == Assistant.Form.QUOTES && !quotes(written, passages);
    List<Evidence.Sentence> basis =
        Extractive.choose(evidence, isSmall ? MORE : 0).stream()
            .filter(sentence -> !written.text().contains(sentence.text()))
            .toList();
    if (!(mustQuote || isSmall && quotesEvidence) || basis.isEmpty()) {
      return written;
    }
    Draft draft = new Draft();
    draft.add(written);
    draft.add("\n\n");
    draft.add(Extractive.quote(basis, mustQuote ? passages : List.of()));
    return draft;
  }

  /** Whether a text quotes its passages, word by word and at some length. */
  private static boolean quotes(Draft written, List<Passage> passages) {
    return Facts.quotes(written.text()).stream()
        .filter(quote -> quote.codePointCount(0, quote.length()) >= 8)
        .anyMatch(quote -> passages.stream().anyMatch(p -> Facts.plain(p.text()).contains(quote)));
  }

  private static Draft points(
      Assistant assistant,
      String language,
      Draft points,
      Evidence evidence,
      List<Passage> passages) {
    List<String> labels =
        LABELS.getOrDefault(language, LABELS.getOrDefault(Language.ENGLISH, List.of()));
    Draft draft = new Draft();
    draft.add("**" + labels.get(0) + "**\n\n");
    draft.add(points);
    draft.add("\n\n**" + labels.get(1) + "**\n\n");
    Set<Integer> cited = new TreeSet<>();
    points.sentences().forEach(s -> cited.add(s.n() == null ? 0 : s.n()));
    cited.remove(0);
    List<String> basis = new ArrayList<>();
    for (int n : cited) {
      Passage passage = passages.get(n - 1);
      basis.add(
          "- "
              + passage.title()
              + (passage.section().isEmpty() ? "" : ", " + passage.section())
              + (language.equals(Language.CHINESE) ? "，版本 " : ", revision ")
              + passage.revision()
              + " ["
              + n
              + "]");
    }
    draft.add(String.join("\n", basis));
    draft.add("\n\n**" + labels.get(2) + "**\n\n");
    List<Evidence.Sentence> advice =
        evidence.sentences().stream()
            .filter(s -> cited.contains(s.passage()) && ADVICE.matcher(s.text()).find())
            .filter(s -> !points.text().contains(s.text()))
            .limit(MOST_ADVICE)
            .toList();
    for (int i = 0; i < advice.size(); i++) {
      draft.add(i == 0 ? "- " : "\n- ");
      add(advice.get(i), draft);
    }
    if (advice.isEmpty()) {
      draft.add(
          language.equals(Language.CHINESE)
              ? "- 文件中没有其他建议；请咨询" + assistant.contact(language) + "。"
              : "- The documents give no further advice; ask " + assistant.contact(language) + ".");
    }
    draft.add("\n\n**" + labels.get(3) + "**\n\n" + assistant.limits(language));
    return draft;
  }

  private static void add(Evidence.Sentence sentence, Draft draft) {
    draft.supported(
        sentence.text(),
        sentence.passage(),
        1,
        null,
        new Answer.Span(sentence.piece().start(), sentence.piece().end()));
    draft.marker(sentence.passage());
  }
}
