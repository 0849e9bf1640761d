package org.harmonykb.answering;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Words of a company's everyday that mean much the same, in English and Chinese, so that a question
 * about vacation finds the rule on annual leave. Read from {@code answering/glossary.txt}, a group
 * of phrases a line. Immutable.
 */
final class Glossary {

  static final Glossary BUILT_IN =
      new Glossary(WordList.read("/answering/glossary.txt"), Places.BUILT_IN.names());

  /** Longest phrase, in words or Han characters, that is looked up. */
  private static final int LONGEST = 6;

  /**
   * Groups by phrase; a phrase is its stems with a space between, or Han characters as they are.
   */
  private final Map<String, List<Group>> groups = new HashMap<>();

  /**
   * A way to say something.
   *
   * @param words those of it that count, as they are written; pairs of Han characters
   */
  record Phrase(String text, Set<String> terms, List<String> words) {

    static Phrase of(String text) {
      List<Terms.Word> words = Terms.words(text);
      return new Phrase(text.strip(), Glossary.terms(words), texts(words));
    }
  }

  /** The ways to say one thing, or to name one place. */
  private record Group(List<Phrase> phrases) {}

  /**
   * What a question says in other words than a document may.
   *
   * @param terms the words by which the question says it
   * @param others the other ways to say it
   */
  record Concept(Set<String> terms, List<Phrase> others) {

    /** Whether some words say it in one of the other ways. */
    boolean isIn(Set<String> held) {
      return others.stream().anyMatch(other -> held.containsAll(other.terms));
    }
  }

  private Glossary(List<String> lines, List<List<String>> names) {
    lines.forEach(line -> add(List.of(line.split("\\|"))));
    names.forEach(this::add);
  }

  private void add(List<String> ways) {
    List<Phrase> phrases = new ArrayList<>();
    Group group = new Group(phrases);
    for (String phrase : ways) {
      Phrase way = Phrase.of(phrase);
      if (!way.terms.isEmpty()) {
        phrases.add(way);
        groups.computeIfAbsent(key(Terms.words(phrase)), _ -> new ArrayList<>()).add(group);
      }
    }
  }

  private static String key(List<Terms.Word> words) {
    return words.stream().map(Terms.Word::stem).collect(Collectors.joining(" "));
  }

  /** What a question says that could be said otherwise; long phrases before those in them. */
  List<Concept> in(String question) {
    List<Terms.Word> words = Terms.words(question);
    List<Concept> concepts = new ArrayList<>();
    Set<Group> seen = new HashSet<>();
    for (int length = LONGEST; length > 0; length--) {
      for (int i = 0; i + length <= words.size(); i++) {
        List<Terms.Word> phrase = words.subList(i, i + length);
        for (Group group : groups.getOrDefault(key(phrase), List.of())) {
          if (seen.add(group)) {
            Set<String> own = terms(phrase);
            concepts.add(
                new Concept(
                    own,
                    group.phrases.stream().filter(other -> !other.terms.equals(own)).toList()));
          }
        }
      }
    }
    return concepts;
  }

  /** For each thing that a question says the other ways to say it, for {@code Query.related}. */
  List<List<String>> related(String question) {
    return in(question).stream()
        .map(concept -> concept.others.stream().map(Phrase::text).toList())
        .toList();
  }

  private static List<String> texts(List<Terms.Word> words) {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < words.size(); i++) {
      Terms.Word word = words.get(i);
      if (!word.isHan() && word.counts()) {
        texts.add(word.text());
      } else if (i + 1 < words.size() && word.isPairWith(words.get(i + 1))) {
        texts.add(word.text() + words.get(i + 1).text());
      }
    }
    return texts;
  }

  /** As {@link Terms#of}. */
  private static Set<String> terms(List<Terms.Word> words) {
    Set<String> terms = new HashSet<>();
    for (int i = 0; i < words.size(); i++) {
      Terms.Word word = words.get(i);
      if (!word.isHan() && word.counts()) {
        terms.add(word.stem());
      } else if (i + 1 < words.size() && word.isPairWith(words.get(i + 1))) {
        terms.add(word.stem() + words.get(i + 1).stem());
      }
    }
    return terms;
  }
}
