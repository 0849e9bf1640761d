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
   * @param earlier the conversation's questions, oldest first
   */
  static String condense(String question, List<String> earlier) {
    if (earlier.isEmpty()) {
      return question;
    }
    Set<String> terms = Terms.of(question);
    int few = Language.of(question).equals(Language.CHINESE) ? 4 : 2;
    boolean leans = LEANS_ON_CONTEXT.matcher(question.strip()).find() && terms.size() <= 3 * few;
    return leans || terms.size() <= few ? earlier.getLast() + " " + question : question;
  }
}
