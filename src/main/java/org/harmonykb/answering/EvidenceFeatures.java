package org.harmonykb.answering;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.harmonykb.retrieval.Passage;
import org.jspecify.annotations.Nullable;

/**
 * What can be counted about the sentences of some passages in the light of a question, before
 * anything is compared by meaning. Words weigh by their rarity among these sentences. One question,
 * one thread.
 */
final class EvidenceFeatures {

  /** Names, numbers and quoted words: what a question is about beyond its common words. */
  private static final Pattern ENTITY =
      Pattern.compile(
          "(?<=[\\s\\p{IsHan}“\"'(《「-])\\p{Lu}[\\p{L}\\p{N}-]*|[\\p{L}-]*\\d[\\p{L}\\p{N}.-]*|[《「“]([^》」”]{1,30})[》」”]|(?<=\\p{IsHan})[A-Za-z][A-Za-z0-9-]+");

  private static final Pattern NEGATION =
      Pattern.compile(
          "(?i)\\b(not|never|no|cannot|without|except|nor|neither)\\b|n't\\b|[不没沒未无無非]");

  private static final double OTHERWISE = 0.8;

  /** A sentence and its place. */
  record Sentence(int passage, int place, Sentences.Piece piece, Set<String> terms) {

    String text() {
      return piece.text();
    }
  }

  private final String question;
  private final AnswerType type;
  private final List<String> asked;
  private final Set<String> askedSet;
  private final Set<String> entities = new LinkedHashSet<>();
  private final List<Sentence> sentences = new ArrayList<>();
  private final List<Set<String>> passageTerms = new ArrayList<>();
  private final List<Set<String>> headingTerms = new ArrayList<>();
  private final Map<String, Double> weights = new HashMap<>();
  private final List<Passage> passages;
  private final @Nullable Pattern unit;
  private final List<Glossary.Concept> concepts;
  private final Set<Glossary.Place> askedPlaces;
  private final Map<Integer, Boolean> elsewhere = new HashMap<>();
  private double weightOfAll;

  EvidenceFeatures(String question, List<Passage> passages) {
    this.question = question;
    this.passages = passages;
    this.type = AnswerType.of(question);
    this.unit = AnswerUnit.of(question);
    this.concepts = Glossary.BUILT_IN.in(question);
    this.askedPlaces = Glossary.BUILT_IN.places(question);
    this.askedSet = Terms.ofQuestion(question);
    this.asked = List.copyOf(askedSet);
    Matcher names = ENTITY.matcher(question);
    while (names.find()) {
      entities.addAll(Terms.of(names.group()));
    }
    for (int i = 0; i < passages.size(); i++) {
      Passage passage = passages.get(i);
      Set<String> heading = Terms.of(passage.title() + " " + passage.section());
      Set<String> all = new HashSet<>(heading);
      for (Sentences.Piece piece : Sentences.ofPassage(passage.text())) {
        Set<String> terms = Terms.of(piece.text());
        if (Instructions.isOne(piece.text())) {
          continue; // it speaks to a machine
        }
        all.addAll(terms);
        sentences.add(new Sentence(i + 1, sentences.size(), piece, terms));
      }
      passageTerms.add(all);
      headingTerms.add(heading);
    }
    for (String term : asked) {
      long holding = sentences.stream().filter(s -> s.terms.contains(term)).count();
      double weight = Math.log(1 + (sentences.size() + 1.0) / (holding + 1.0));
      weights.put(term, weight);
      weightOfAll += weight;
    }
  }

  List<Sentence> sentences() {
    return sentences;
  }

  Passage passage(Sentence sentence) {
    return passages.get(sentence.passage - 1);
  }

  /**
   * Share of the question's weight that a set of words holds; what it says otherwise counts {@value
   * #OTHERWISE}.
   */
  double coverage(Set<String> held) {
    double found = 0;
    for (String term : asked) {
      double share = held.contains(term) ? 1 : isSaidOtherwise(term, held) ? OTHERWISE : 0;
      found += share * weights.getOrDefault(term, 0.0);
    }
    return weightOfAll == 0 ? 0 : found / weightOfAll;
  }

  private boolean isSaidOtherwise(String term, Set<String> held) {
    return concepts.stream().anyMatch(c -> c.terms().contains(term) && c.isIn(held));
  }

  Set<String> headingTerms(Sentence sentence) {
    return headingTerms.get(sentence.passage - 1);
  }

  /**
   * Whether a sentence is from a passage whose heading names another place than the question and
   * that names none of the question's.
   */
  boolean isElsewhere(Sentence sentence) {
    return !askedPlaces.isEmpty()
        && elsewhere.computeIfAbsent(sentence.passage, _ -> isElsewhere(passage(sentence)));
  }

  /** A city is compared with cities only: Leipzig is not elsewhere than Germany. */
  private boolean isElsewhere(Passage passage) {
    Set<Glossary.Place> named =
        Glossary.BUILT_IN.places(passage.title() + "\n" + passage.section());
    boolean isOfOthers =
        named.stream().anyMatch(p -> askedPlaces.stream().anyMatch(a -> a.isCity() == p.isCity()));
    return isOfOthers
        && Collections.disjoint(named, askedPlaces)
        && Collections.disjoint(Glossary.BUILT_IN.places(passage.text()), askedPlaces);
  }

  /** The words of all passages. */
  Set<String> allTerms() {
    Set<String> all = new HashSet<>();
    passageTerms.forEach(all::addAll);
    return all;
  }

  /** How much is asked for: words, 1 from ten on. */
  double asked() {
    return Math.min(1, asked.size() / 10.0);
  }

  /** The sentence with its heading and its neighbours on both sides. */
  Set<String> window(Sentence sentence) {
    Set<String> window = new HashSet<>(headingTerms.get(sentence.passage - 1));
    for (int i = Math.max(0, sentence.place - 1);
        i <= Math.min(sentences.size() - 1, sentence.place + 1);
        i++) {
      if (sentences.get(i).passage == sentence.passage) {
        window.addAll(sentences.get(i).terms);
      }
    }
    return window;
  }

  /** Share of neighbouring pairs of the question's words that are near each other in a sentence. */
  double order(Sentence sentence) {
    if (asked.size() < 2) {
      return 0;
    }
    List<String> held = List.copyOf(sentence.terms);
    int together = 0;
    for (int i = 0; i + 1 < asked.size(); i++) {
      int a = held.indexOf(asked.get(i));
      int b = held.indexOf(asked.get(i + 1));
      together += a >= 0 && b >= 0 && Math.abs(a - b) <= 2 ? 1 : 0;
    }
    return (double) together / (asked.size() - 1);
  }

  boolean holdsType(Sentence sentence) {
    return type.isHeldBy(sentence.text(), question);
  }

  /** Share of the question's names and numbers that are missing; 0 where it has none. */
  double missingEntities(Set<String> held) {
    if (entities.isEmpty()) {
      return 0;
    }
    return (double) entities.stream().filter(e -> !held.contains(e)).count() / entities.size();
  }

  Set<String> passageTerms(Sentence sentence) {
    return passageTerms.get(sentence.passage - 1);
  }

  /** The weight of the rarest missing word, as a share of the largest possible. */
  double heaviestMissing(Set<String> held) {
    double heaviest = 0;
    for (String term : asked) {
      heaviest =
          held.contains(term) ? heaviest : Math.max(heaviest, weights.getOrDefault(term, 0.0));
    }
    return heaviest / Math.log(sentences.size() + 2.0);
  }

  /** How much a sentence says beyond the question: its other words, 1 from twenty on. */
  double novelty(Sentence sentence) {
    long other = sentence.terms.stream().filter(t -> !askedSet.contains(t)).count();
    return Math.min(1, other / 20.0);
  }

  /** How near in meaning the nearest passage is, by the search; 0 for passages that were given. */
  double nearestPassage() {
    return passages.stream().mapToDouble(Passage::similarity).max().orElse(0);
  }

  /** Whether there was a search. */
  boolean isSearched() {
    return passages.stream().anyMatch(passage -> passage.score() > 0);
  }

  /** 1 if a sentence tells a number in the unit that is asked for, 0 if not, ½ without a unit. */
  double holdsUnit(Sentence sentence) {
    return unit == null ? 0.5 : unit.matcher(sentence.text()).find() ? 1 : 0;
  }

  /** How well the search found a passage, as a share of the best; 0 without a search. */
  double relativeScore(Sentence sentence) {
    double best = passages.stream().mapToDouble(Passage::score).max().orElse(0);
    return best <= 0 ? 0 : passage(sentence).score() / best;
  }

  /** How much nearer in meaning the best passage is, 0 or less. */
  double relativeSimilarity(Sentence sentence) {
    double best = passages.stream().mapToDouble(Passage::similarity).max().orElse(0);
    double own = passage(sentence).similarity();
    return best <= 0 ? 0 : own > 0 ? own - best : -0.15;
  }

  /** Share of the question's numbers that are missing; 0 where it has none. */
  double missingNumbers(Set<String> held) {
    long numbers = asked.stream().filter(EvidenceFeatures::hasDigit).count();
    return numbers == 0
        ? 0
        : (double) asked.stream().filter(t -> hasDigit(t) && !held.contains(t)).count() / numbers;
  }

  private static boolean hasDigit(String term) {
    return term.chars().anyMatch(Character::isDigit);
  }

  boolean negationDiffers(Sentence sentence) {
    return NEGATION.matcher(question).find() != NEGATION.matcher(sentence.text()).find();
  }
}
