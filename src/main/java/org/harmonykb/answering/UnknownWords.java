package org.harmonykb.answering;

import java.util.List;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * How much of a question no document speaks of at all, in these words or in others of the {@link
 * Glossary}: what nobody wrote about cannot be answered.
 */
final class UnknownWords {

  /** A name or a code: a capital inside the sentence or the word, or a digit beside a letter. */
  private static final Pattern NAME =
      Pattern.compile(
          "(?<=[\\p{L}\\p{N},;:'’)] )\\p{Lu}\\p{L}+|\\b\\p{L}*(?:\\p{Ll}\\p{Lu}|\\p{Lu}{2}|\\p{L}\\p{N}|\\p{N}\\p{L})[\\p{L}\\p{N}]*|(?<=\\p{IsHan})[A-Za-z]{2,}");

  private static final Pattern TIME =
      Pattern.compile(
          "(?i)january|february|march|april|may|june|july|august|september|october|november|december|(mon|tues|wednes|thurs|fri|satur|sun)days?|am|pm");

  private UnknownWords() {}

  /**
   * What no document speaks of.
   *
   * @param share of the question's words, 0 to 1
   * @param hasNames whether a name or a code is among them
   */
  record Unknown(double share, boolean hasNames) {

    static final Unknown NOTHING = new Unknown(0, false);
  }

  /**
   * @param isKnown whether a word or a pair of Han characters occurs anywhere
   */
  static Unknown in(String question, Predicate<String> isKnown) {
    boolean hasNames =
        NAME.matcher(question)
            .results()
            .map(MatchResult::group)
            .anyMatch(name -> !TIME.matcher(name).matches() && !isKnown.test(name));
    return new Unknown(share(question, isKnown), hasNames);
  }

  /** A Han character is known if it is with one of its neighbours. */
  private static double share(String question, Predicate<String> isKnown) {
    List<Terms.Word> words = Terms.words(Terms.withoutAsking(question));
    List<Glossary.Concept> concepts = Glossary.BUILT_IN.in(question);
    int asked = 0;
    int unknown = 0;
    for (int i = 0; i < words.size(); i++) {
      Terms.Word word = words.get(i);
      if (!word.counts() || word.isHan() && !isPair(words, i - 1) && !isPair(words, i)) {
        continue;
      }
      asked++;
      boolean known =
          word.isHan()
              ? isPairKnown(words, i - 1, isKnown) || isPairKnown(words, i, isKnown)
              : isKnown.test(word.text());
      unknown += known || isSaidOtherwise(words, i, concepts, isKnown) ? 0 : 1;
    }
    return asked == 0 ? 0 : (double) unknown / asked;
  }

  private static boolean isPairKnown(List<Terms.Word> words, int i, Predicate<String> isKnown) {
    return isPair(words, i) && isKnown.test(words.get(i).text() + words.get(i + 1).text());
  }

  private static boolean isPair(List<Terms.Word> words, int i) {
    return i >= 0 && i + 1 < words.size() && words.get(i).isPairWith(words.get(i + 1));
  }

  private static boolean isSaidOtherwise(
      List<Terms.Word> words, int i, List<Glossary.Concept> concepts, Predicate<String> isKnown) {
    Terms.Word word = words.get(i);
    for (Glossary.Concept concept : concepts) {
      boolean isOf =
          word.isHan()
              ? isOf(concept, words, i - 1) || isOf(concept, words, i)
              : concept.terms().contains(word.stem());
      if (isOf
          && concept.others().stream()
              .anyMatch(other -> other.words().stream().allMatch(isKnown))) {
        return true;
      }
    }
    return false;
  }

  private static boolean isOf(Glossary.Concept concept, List<Terms.Word> words, int i) {
    return isPair(words, i)
        && concept.terms().contains(words.get(i).text() + words.get(i + 1).text());
  }
}
