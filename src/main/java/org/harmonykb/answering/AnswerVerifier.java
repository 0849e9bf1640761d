package org.harmonykb.answering;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.harmonykb.retrieval.Passage;

/**
 * Checks each sentence of an answer against its passages without asking a model: each number, date,
 * amount, percentage, section id and quoted text in it must occur in a cited passage, however it is
 * written, and most of its words too. A sentence that cites nothing gets the passage that bears it
 * out best, if one does; the bar is never lowered to find one.
 */
final class AnswerVerifier {

  /** Share of a sentence's words that its passage must hold. */
  static final double MIN_OVERLAP = 0.6;

  private static final Pattern CITATION = Pattern.compile("\\s*\\[(\\d+)]");

  /** A capital letter inside a sentence. */
  private static final Pattern NAME = Pattern.compile("(?<=[\\p{L}\\p{N},;)] )\\p{Lu}[\\p{L}-]+");

  private AnswerVerifier() {}

  /**
   * A checked answer.
   *
   * @param text with a citation after each supported sentence
   * @param cited numbers of the passages that are cited, from 1
   * @param supported how many sentences are borne out
   * @param unsupported the others
   */
  record Verified(String text, List<Integer> cited, int supported, List<String> unsupported) {

    /** Whether so much of it is borne out that it may be shown as an answer. */
    boolean isTrustworthy() {
      return supported > 0 && supported >= 2 * unsupported.size();
    }
  }

  static Verified verify(String answer, List<Passage> passages) {
    StringBuilder text = new StringBuilder();
    List<Integer> cited = new ArrayList<>();
    List<String> unsupported = new ArrayList<>();
    int supported = 0;
    for (String sentence : Sentences.of(answer)) {
      String plain = CITATION.matcher(sentence).replaceAll("").strip();
      if (plain.isEmpty()) {
        continue;
      }
      int n = support(sentence, plain, passages);
      text.append(text.isEmpty() ? "" : Sentences.endsChinese(text) ? "" : " ").append(plain);
      if (n > 0) {
        text.append(" [").append(n).append(']');
        supported++;
        if (!cited.contains(n)) {
          cited.add(n);
        }
      } else {
        unsupported.add(plain);
      }
    }
    return new Verified(text.toString(), cited, supported, unsupported);
  }

  /** The number of the passage that bears a sentence out, or 0. */
  private static int support(String sentence, String plain, List<Passage> passages) {
    if (plain.contains("<<<") || plain.contains(">>>") || plain.indexOf('\uFFFD') >= 0) {
      return 0; // the prompt's own marks: the model repeats it instead of answering
    }
    Set<String> terms = Terms.of(plain);
    Set<String> facts = Facts.of(plain);
    Set<String> quotes = Facts.quotes(plain);
    Matcher citations = CITATION.matcher(sentence);
    while (citations.find()) {
      int n = Integer.parseInt(citations.group(1));
      if (n >= 1
          && n <= passages.size()
          && overlap(plain, terms, facts, quotes, passages.get(n - 1)) >= MIN_OVERLAP) {
        return n;
      }
    }
    int best = 0;
    double bestOverlap = MIN_OVERLAP;
    for (int i = 0; i < passages.size(); i++) {
      double overlap = overlap(plain, terms, facts, quotes, passages.get(i));
      if (overlap > bestOverlap || overlap == bestOverlap && best == 0) {
        best = i + 1;
        bestOverlap = overlap;
      }
    }
    return best;
  }

  /** A name that the passage does not hold is made up, however well the other words fit. */
  private static boolean holdsNames(String sentence, String source) {
    String lower = source.toLowerCase(Locale.ROOT);
    return NAME.matcher(sentence)
        .results()
        .allMatch(name -> lower.contains(name.group().toLowerCase(Locale.ROOT)));
  }

  private static double overlap(
      String plain, Set<String> terms, Set<String> facts, Set<String> quotes, Passage passage) {
    String source = passage.title() + "\n" + passage.section() + "\n" + passage.text();
    boolean holdsFacts =
        Facts.heldBy(source).containsAll(facts)
            && holdsNames(plain, source)
            && quotes.stream().allMatch(Facts.plain(source)::contains);
    return holdsFacts ? Terms.coverage(terms, Terms.of(source)) : 0;
  }
}
