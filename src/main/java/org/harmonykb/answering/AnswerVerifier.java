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
 * out best, if one does; the bar is never lowered to find one. Line breaks, lists and headings stay
 * as they were written; code is checked as a whole and carries its marker behind it.
 */
final class AnswerVerifier {

  /** Share of a sentence's words that its passage must hold. */
  static final double MIN_OVERLAP = 0.6;

  /** Code between single back-ticks, or a marker outside of it. */
  private static final Pattern MARKER = Pattern.compile("`[^`\\n]*`|\\s*\\[(\\d+)]");

  private static final Pattern FENCE = Pattern.compile("(?ms)^```.*?(?:^```[ \\t]*$|\\z)");

  /** Headings and labels say nothing that could be false. */
  private static final Pattern LABEL =
      Pattern.compile("#{1,6}\\s.*|\\*\\*[^*]{1,60}\\*\\*[:：]?|[^.!?。！？]{1,40}[:：]|[-*>]+");

  /** What stands before a list's item or a quote. */
  private static final Pattern BULLET = Pattern.compile("^(?:[-*>]|\\d{1,2}[.)、])\\s+");

  /** A capital letter inside a sentence. */
  private static final Pattern NAME = Pattern.compile("(?<=[\\p{L}\\p{N},;)] )\\p{Lu}[\\p{L}-]+");

  private AnswerVerifier() {}

  /**
   * A checked answer.
   *
   * @param draft with a citation after each supported sentence
   */
  record Verified(Draft draft) {

    String text() {
      return draft.text();
    }

    /** Numbers of the passages that are cited, from 1. */
    List<Integer> cited() {
      return draft.sentences().stream()
          .filter(Answer.Sentence::supported)
          .map(Answer.Sentence::n)
          .distinct()
          .toList();
    }

    int supported() {
      return draft.supportedCount();
    }

    List<String> unsupported() {
      return draft.unsupportedTexts();
    }

    /** Whether so much of it is borne out that it may be shown as an answer. */
    boolean isTrustworthy() {
      return supported() > 0 && supported() >= 2 * unsupported().size();
    }
  }

  /** The passage that bears a sentence out, from 1, and how well; 0 if none does. */
  private record Support(int n, double overlap) {}

  static Verified verify(String answer, List<Passage> passages) {
    Draft draft = new Draft();
    int at = 0;
    for (Sentences.Piece unit : units(answer)) {
      draft.add(gap(answer.substring(at, unit.start()), draft));
      at = unit.end();
      boolean isCode = unit.text().startsWith("```");
      String plain = isCode ? unit.text() : withoutMarkers(unit.text());
      if (plain.isEmpty()) {
        continue;
      }
      if (!isCode && LABEL.matcher(plain).matches()) {
        draft.add(plain);
        continue;
      }
      check(unit.text(), plain, isCode, passages, draft);
    }
    return new Verified(draft);
  }

  private static void check(
      String written, String plain, boolean isCode, List<Passage> passages, Draft draft) {
    Matcher bullet = BULLET.matcher(plain);
    String sentence = plain;
    if (!isCode && bullet.find()) {
      draft.add(bullet.group());
      sentence = plain.substring(bullet.end());
    }
    Support support = support(written, sentence, passages);
    if (support.n == 0) {
      draft.unsupported(sentence);
      return;
    }
    draft.supported(
        sentence,
        support.n,
        support.overlap,
        null,
        place(sentence, passages.get(support.n - 1).text()));
    if (isCode) {
      draft.add("\n[" + support.n + "]");
    } else {
      draft.marker(support.n);
    }
  }

  /** What stood between two sentences: line breaks stay, other space is one or none. */
  private static String gap(String between, Draft draft) {
    if (draft.isEmpty()) {
      return "";
    }
    if (between.indexOf('\n') >= 0) {
      boolean isParagraph = between.indexOf('\n') != between.lastIndexOf('\n');
      return isParagraph ? "\n\n" : "\n";
    }
    return draft.endsChinese() ? "" : " ";
  }

  /** Sentences, and blocks of code as a whole. */
  private static List<Sentences.Piece> units(String answer) {
    List<Sentences.Piece> units = new ArrayList<>();
    Matcher fence = FENCE.matcher(answer);
    int from = 0;
    while (fence.find()) {
      units.addAll(Sentences.in(answer.substring(from, fence.start()), from));
      units.add(new Sentences.Piece(fence.group().stripTrailing(), fence.start(), fence.end()));
      from = fence.end();
    }
    units.addAll(Sentences.in(answer.substring(from), from));
    return units;
  }

  private static String withoutMarkers(String sentence) {
    return MARKER
        .matcher(sentence)
        .replaceAll(m -> m.group(1) == null ? Matcher.quoteReplacement(m.group()) : "")
        .strip();
  }

  private static Support support(String written, String plain, List<Passage> passages) {
    if (plain.contains("<<<") || plain.contains(">>>") || plain.indexOf('\uFFFD') >= 0) {
      return new Support(0, 0); // the prompt's own marks: the model repeats it, answers nothing
    }
    Set<String> terms = Terms.of(plain);
    Set<String> facts = Facts.of(plain);
    Set<String> quotes = Facts.quotes(plain);
    Matcher markers = MARKER.matcher(written);
    while (markers.find()) {
      int n = markers.group(1) == null ? 0 : number(markers.group(1));
      if (n >= 1 && n <= passages.size()) {
        double overlap = overlap(plain, terms, facts, quotes, passages.get(n - 1));
        if (overlap >= MIN_OVERLAP) {
          return new Support(n, overlap);
        }
      }
    }
    Support best = new Support(0, MIN_OVERLAP);
    for (int i = 0; i < passages.size(); i++) {
      double overlap = overlap(plain, terms, facts, quotes, passages.get(i));
      if (overlap > best.overlap || overlap == best.overlap && best.n == 0) {
        best = new Support(i + 1, overlap);
      }
    }
    return best;
  }

  private static int number(String digits) {
    return digits.length() > 4 ? 0 : Integer.parseInt(digits);
  }

  /** Where in a passage a sentence has its words from. */
  private static Answer.Span place(String sentence, String source) {
    int verbatim = source.indexOf(sentence);
    if (verbatim >= 0) {
      return new Answer.Span(verbatim, verbatim + sentence.length());
    }
    Set<String> terms = Terms.of(sentence);
    Set<String> facts = Facts.of(sentence);
    Answer.Span best = new Answer.Span(0, source.length());
    double most = 0;
    for (Sentences.Piece piece : Sentences.ofPassage(source)) {
      double held = Terms.coverage(terms, Terms.of(piece.text()));
      held += !facts.isEmpty() && Facts.heldBy(piece.text()).containsAll(facts) ? 0.5 : 0;
      if (held > most) {
        most = held;
        best = new Answer.Span(piece.start(), piece.end());
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
    return holdsFacts ? Math.round(1000 * Terms.coverage(terms, Terms.of(source))) / 1000.0 : 0;
  }
}
