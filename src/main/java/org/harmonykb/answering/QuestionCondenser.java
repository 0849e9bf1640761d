package org.harmonykb.answering;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.harmonykb.retrieval.Language;

/**
 * Makes a follow-up question self-contained for the search: what it leaves out is put behind it in
 * brackets. A question that stands on its own stays as it is. Rules and counted weights, no
 * language model; how well that works: docs/retrieval.md.
 */
public final class QuestionCondenser {

  /** Turns that are looked at: the first, which often names the topic, and the latest. */
  private static final int TURNS = 12;

  /** Above this an earlier question does not count as one that names its topic. */
  private static final double LEANS = 0.5;

  /** Below this a question stands on its own, whatever was said before. */
  private static final double STANDS = 0.3;

  /** How much a likely topic adds to the probability that it is left out. */
  private static final double TOPIC_WEIGHT = 0.3;

  /** Sum of both from which a question is rewritten. */
  private static final double REWRITE = 0.75;

  private static final double LIKELY_PHRASE = 0.26;
  private static final int PHRASES = 3;

  private QuestionCondenser() {}

  /**
   * @param text the question as it is searched for
   * @param reason why it was rewritten or left as it is, for people to read
   */
  record Condensed(String text, boolean rewritten, String reason) {}

  /**
   * @param earlier the conversation's questions, oldest first
   */
  public static String condense(String question, List<String> earlier) {
    return explain(question, earlier).text();
  }

  /** {@link #condense}, and why. */
  static Condensed explain(String question, List<String> earlier) {
    if (earlier.isEmpty()) {
      return new Condensed(question, false, "it is the first question");
    }
    List<String> turns = new ArrayList<>(earlier);
    if (turns.size() > TURNS) {
      turns.subList(1, turns.size() - TURNS + 1).clear();
    }
    return Language.of(question).equals(Language.CHINESE)
        ? chinese(question, turns)
        : english(question, turns);
  }

  private static Condensed chinese(String question, List<String> earlier) {
    String text =
        ChineseFollowUp.leans(question) ? ChineseFollowUp.condense(question, earlier) : question;
    return text.equals(question)
        ? standsAlone(question)
        : new Condensed(text, true, "it refers to what was asked before");
  }

  private static Condensed english(String question, List<String> earlier) {
    double leans = FollowUp.probability(question, earlier);
    if (leans < STANDS) {
      return standsAlone(question);
    }
    List<Boolean> leaning = new ArrayList<>();
    for (int i = 0; i < earlier.size(); i++) {
      leaning.add(i > 0 && FollowUp.probability(earlier.get(i), earlier.subList(0, i)) > LEANS);
    }
    List<TopicPhrases.Phrase> ranked = TopicPhrases.rank(question, earlier, leaning);
    if (ranked.isEmpty() || leans + TOPIC_WEIGHT * ranked.getFirst().score() <= REWRITE) {
      return standsAlone(question);
    }
    TopicPhrases.Phrase best = ranked.getFirst();
    String added =
        ranked.stream()
            .filter(phrase -> phrase == best || phrase.score() > LIKELY_PHRASE)
            .limit(PHRASES)
            .map(TopicPhrases.Phrase::text)
            .collect(Collectors.joining(", "));
    return new Condensed(question + " (" + added + ")", true, FollowUp.reason(question, earlier));
  }

  private static Condensed standsAlone(String question) {
    return new Condensed(question, false, "it stands on its own");
  }
}
