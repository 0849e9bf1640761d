package org.harmonykb.answering;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.harmonykb.retrieval.Language;
import org.jspecify.annotations.Nullable;

/**
 * What English words and phrases are in Chinese, and back: {@code answering/dictionary.txt}, the
 * {@link Glossary}'s groups and the {@link Places}. The first translation is the most usual one.
 * Immutable.
 */
final class Dictionary {

  /** Longest phrase in characters. */
  static final int LONGEST_CHINESE = 8;

  /** Longest phrase in words. */
  static final int LONGEST_ENGLISH = 5;

  /** How English words are compared: as they are, without a plural's ending, by their root. */
  private static final List<UnaryOperator<String>> FORMS =
      List.of(UnaryOperator.identity(), Dictionary::singular, Dictionary::root);

  static final Dictionary BUILT_IN =
      new Dictionary(
          WordList.read("/answering/dictionary.txt"),
          WordList.read("/answering/glossary.txt"),
          Places.BUILT_IN.names());

  private final Map<String, Set<String>> toEnglish = new HashMap<>();

  /** One for each of the forms. */
  private final List<Map<String, Set<String>>> toChinese =
      FORMS.stream().<Map<String, Set<String>>>map(_ -> new HashMap<>()).toList();

  private Dictionary(List<String> entries, List<String> groups, List<List<String>> names) {
    for (String entry : entries) {
      String[] sides = entry.split("=", 2);
      add(ways(sides[0]), ways(sides[1]));
    }
    groups.forEach(group -> addGroup(ways(group)));
    names.forEach(this::addGroup);
  }

  private static List<String> ways(String side) {
    List<String> ways = new ArrayList<>();
    for (String way : side.split("\\|")) {
      if (!way.isBlank()) {
        ways.add(way.strip());
      }
    }
    return ways;
  }

  private void addGroup(List<String> ways) {
    Map<Boolean, List<String>> sides =
        ways.stream()
            .collect(
                Collectors.partitioningBy(
                    way -> Language.isHan(way.codePointAt(way.length() - 1))));
    List<String> chinese = sides.getOrDefault(true, List.of());
    List<String> english = sides.getOrDefault(false, List.of());
    if (!chinese.isEmpty() && !english.isEmpty()) {
      add(english, chinese);
    }
  }

  private void add(List<String> english, List<String> chinese) {
    for (String phrase : english) {
      List<Terms.Word> words = Terms.words(phrase);
      for (int i = 0; i < FORMS.size(); i++) {
        toChinese
            .get(i)
            .computeIfAbsent(key(words, FORMS.get(i)), _ -> new LinkedHashSet<>())
            .addAll(chinese);
      }
    }
    for (String phrase : chinese) {
      toEnglish.computeIfAbsent(phrase, _ -> new LinkedHashSet<>()).addAll(english);
    }
  }

  private static String key(List<Terms.Word> words, UnaryOperator<String> form) {
    return words.stream().map(word -> form.apply(word.text())).collect(Collectors.joining(" "));
  }

  private static String singular(String word) {
    if (word.length() < 4 || !word.endsWith("s") || word.matches(".*(?:ss|us|is)")) {
      return word;
    }
    return word.endsWith("ies")
        ? word.substring(0, word.length() - 3) + "y"
        : word.matches(".*(?:ss|x|ch|sh)es")
            ? word.substring(0, word.length() - 2)
            : word.substring(0, word.length() - 1);
  }

  /** Without an ending of a verb, nor an e that some of its forms lose. */
  private static String root(String word) {
    String root = singular(word).replaceFirst("(?<=\\p{L}{3})(?:ing|ed)$", "");
    root = root.replaceFirst("([b-df-hj-np-rtv-xz])\\1$", "$1");
    return root.length() > 3 ? root.replaceFirst("e$", "") : root;
  }

  /** Null if it is not in the list; empty for words that English does without. */
  @Nullable List<String> english(String chinese) {
    Set<String> ways = toEnglish.get(chinese);
    return ways == null ? null : List.copyOf(ways);
  }

  /**
   * Null if it is not in the list; empty for words that Chinese does without. Small words between
   * others may be left out: {@code pay its suppliers}.
   */
  @Nullable List<String> chinese(List<Terms.Word> english) {
    List<String> ways = lookUp(english);
    boolean mayLeaveOut = ways == null && english.getFirst().counts() && english.getLast().counts();
    return mayLeaveOut ? lookUp(english.stream().filter(Terms.Word::counts).toList()) : ways;
  }

  private @Nullable List<String> lookUp(List<Terms.Word> english) {
    for (int i = 0; i < FORMS.size(); i++) {
      Set<String> ways = toChinese.get(i).get(key(english, FORMS.get(i)));
      if (ways != null) {
        return List.copyOf(ways);
      }
    }
    return null;
  }
}
