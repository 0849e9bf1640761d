package org.harmonykb.answering;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.harmonykb.retrieval.Language;

/**
 * Makes a follow-up question self-contained for the search by putting the question before in front
 * of it. A question that stands on its own stays as it is.
 */
final class QuestionCondenser {

  private static final Pattern LEANS_ON_CONTEXT =
      Pattern.compile(
          "(?i)^(and|but|also|what about|how about|then|so)\\b|\\b(it|its|they|them|their|that|those|these|this|there|he|she|one|same)\\b|^(那|那么|还有|另外|以及|它|他|她|这|此)|(它|这个|那个|这些|那些|其中|呢[?？]?$)");

  private QuestionCondenser() {}

  /**
   * @param text the question as it is searched for
   * @param reason why it was rewritten or left as it is, for people to read
   */
  record Condensed(String text, boolean rewritten, String reason) {}

  /**
   * @param earlier the conversation's questions, oldest first
   */
  static String condense(String question, List<String> earlier) {
    return explain(question, earlier).text();
  }

  /** {@link #condense}, and why. */
  static Condensed explain(String question, List<String> earlier) {
    if (earlier.isEmpty()) {
      return new Condensed(question, false, "it is the first question");
    }
    Set<String> terms = Terms.of(question);
    int few = Language.of(question).equals(Language.CHINESE) ? 4 : 2;
    boolean leans = LEANS_ON_CONTEXT.matcher(question.strip()).find() && terms.size() <= 3 * few;
    if (leans || terms.size() <= few) {
      String reason = leans ? "it refers to what was said before" : "it has few words of its own";
      return new Condensed(earlier.getLast() + " " + question, true, reason);
    }
    return new Condensed(question, false, "it stands on its own");
  }
}
