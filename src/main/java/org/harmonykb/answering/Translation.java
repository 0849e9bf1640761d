package org.harmonykb.answering;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.harmonykb.retrieval.Language;
import org.harmonykb.retrieval.SimplifiedChinese;

/**
 * A question put into the other language word by word, to search and rank documents in that
 * language: no sentence that anybody would say, but its words, names, numbers and codes.
 *
 * @param language of the translation
 * @param text first translations, in the order of the question; names and codes as they are
 * @param units what was translated, and how else it can be
 * @param share of the question's words that count and could be translated, 0 to 1
 */
record Translation(String language, String text, List<Unit> units, double share) {

  /** Below this share too little of a question is left to search for. */
  private static final double LEAST_SHARE = 0.5;

  /**
   * Words of the question.
   *
   * @param terms as {@link Terms} has them
   * @param ways to say them in the other language, the first in the text
   */
  record Unit(Set<String> terms, List<String> ways) {}

  static Translation of(String question) {
    return Language.of(question).equals(Language.CHINESE)
        ? english(SimplifiedChinese.of(question))
        : chinese(question);
  }

  /** Whether enough of the question is in it to look for. */
  boolean isUsable() {
    return share >= LEAST_SHARE && units.stream().anyMatch(unit -> !unit.ways.isEmpty());
  }

  /** Other ways to say what the translation says. */
  List<Glossary.Concept> alternatives() {
    return units.stream()
        .map(
            unit ->
                new Glossary.Concept(
                    Glossary.Phrase.of(unit.ways.getFirst()).terms(),
                    phrases(unit.ways.subList(1, unit.ways.size()))))
        .filter(concept -> !concept.others().isEmpty())
        .toList();
  }

  /** Single characters and small words are in every text and tell nothing. */
  private static List<Glossary.Phrase> phrases(List<String> ways) {
    return ways.stream()
        .map(Glossary.Phrase::of)
        .filter(phrase -> !phrase.terms().isEmpty())
        .toList();
  }

  /** For each thing that it says the other ways to say it, for {@code Query.related}. */
  List<List<String>> related() {
    List<List<String>> related = new ArrayList<>();
    units.stream()
        .filter(unit -> unit.ways.size() > 1)
        .forEach(unit -> related.add(unit.ways.subList(1, unit.ways.size())));
    related.addAll(Glossary.BUILT_IN.related(text));
    return related;
  }

  private static Translation english(String question) {
    Builder builder = new Builder();
    List<Terms.Word> words = Terms.words(question);
    for (int i = 0; i < words.size(); ) {
      if (!words.get(i).isHan()) {
        builder.keep(question, words.get(i));
        i++;
        continue;
      }
      int length = Math.min(Dictionary.LONGEST_CHINESE, words.size() - i);
      List<String> ways = null;
      while (length > 0 && ways == null) {
        ways = isRun(words, i, length) ? Dictionary.BUILT_IN.english(text(words, i, length)) : null;
        length -= ways == null ? 1 : 0;
      }
      if (ways == null) {
        builder.missing(0.5); // half a word
        i++;
      } else {
        builder.add(terms(words, i, length), ways, Math.max(1, length / 2.0));
        i += length;
      }
    }
    return builder.build(Language.ENGLISH);
  }

  private static Translation chinese(String question) {
    Builder builder = new Builder();
    List<Terms.Word> words = Terms.words(question);
    for (int i = 0; i < words.size(); ) {
      int length = Math.min(Dictionary.LONGEST_ENGLISH, words.size() - i);
      List<String> ways = null;
      while (length > 0 && ways == null) {
        ways = Dictionary.BUILT_IN.chinese(words.subList(i, i + length));
        length -= ways == null ? 1 : 0;
      }
      Terms.Word word = words.get(i);
      if (ways != null) {
        Set<String> terms = new LinkedHashSet<>();
        words.subList(i, i + length).stream()
            .filter(Terms.Word::counts)
            .map(Terms.Word::stem)
            .forEach(terms::add);
        builder.add(terms, ways, terms.size());
        i += length;
      } else if (word.isHan() || isName(question, word)) {
        builder.keep(question, word);
        i++;
      } else {
        builder.missing(word.counts() ? 1 : 0);
        i++;
      }
    }
    return builder.build(Language.CHINESE);
  }

  /** With a digit, or with a capital that is not the question's first letter. */
  private static boolean isName(String question, Terms.Word word) {
    int start = word.end() - word.text().length();
    String written = question.substring(Math.max(0, start), word.end());
    return written.codePoints().anyMatch(Character::isDigit)
        || written.codePoints().skip(1).anyMatch(Character::isUpperCase)
        || start > 0 && Character.isUpperCase(written.codePointAt(0));
  }

  private static boolean isRun(List<Terms.Word> words, int from, int length) {
    for (int i = from; i < from + length; i++) {
      if (!words.get(i).isHan() || i > from && !words.get(i - 1).isPairWith(words.get(i))) {
        return false;
      }
    }
    return true;
  }

  private static String text(List<Terms.Word> words, int from, int length) {
    StringBuilder text = new StringBuilder();
    words.subList(from, from + length).forEach(word -> text.append(word.text()));
    return text.toString();
  }

  /** Pairs of the characters, those that reach over the edges too. */
  private static Set<String> terms(List<Terms.Word> words, int from, int length) {
    Set<String> terms = new HashSet<>();
    for (int i = from; i + 1 < from + length; i++) {
      terms.add(words.get(i).text() + words.get(i + 1).text());
    }
    return terms;
  }

  /** Puts the words together. */
  private static final class Builder {
    private final List<String> texts = new ArrayList<>();
    private final List<Unit> units = new ArrayList<>();
    private double counted;
    private double known;
    private int keptUntil = -1;

    /** As it is written; parts of a code stay together. */
    void keep(String question, Terms.Word word) {
      int start = Math.max(0, word.end() - word.text().length());
      String written = question.substring(start, word.end());
      if (keptUntil >= 0 && start == keptUntil + 1 && question.charAt(keptUntil) != ' ') {
        texts.add(texts.removeLast() + question.charAt(keptUntil) + written);
      } else {
        texts.add(written);
      }
      keptUntil = word.end();
      counted += word.counts() ? 1 : 0;
      known += word.counts() ? 1 : 0;
    }

    /**
     * @param ways none for words that the other language does without
     */
    void add(Set<String> terms, List<String> ways, double words) {
      keptUntil = -1;
      if (!ways.isEmpty()) {
        texts.add(ways.getFirst());
        units.add(new Unit(terms, ways));
        counted += words;
        known += words;
      }
    }

    void missing(double words) {
      counted += words;
    }

    Translation build(String language) {
      return new Translation(
          language,
          String.join(" ", texts),
          List.copyOf(units),
          counted == 0 ? 0 : known / counted);
    }
  }
}
