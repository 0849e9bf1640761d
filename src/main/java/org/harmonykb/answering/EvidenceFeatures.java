package org.harmonykb.answering;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
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
  private final List<Passage> all;
  private final @Nullable Pattern unit;
  private final List<Glossary.Concept> concepts;
  private final Set<Places.Place> askedPlaces;
  private final boolean isJourney;
  private final List<Set<Places.Place>> sectionPlaces = new ArrayList<>();
  private final List<Set<Places.Place>> documentPlaces = new ArrayList<>();
  private double weightOfAll;

  /** Of all passages, to a question in their language. */
  EvidenceFeatures(String question, List<Passage> passages) {
    this(question, List.of(), passages, _ -> true, Scopes.NONE);
  }

  /**
   * @param otherWays to say what the question says, besides those of the glossary
   * @param counts which of the passages are looked at; the others keep their numbers
   * @param scopes where the passages' documents apply
   */
  EvidenceFeatures(
      String question,
      List<Glossary.Concept> otherWays,
      List<Passage> passages,
      Predicate<Passage> counts,
      Scopes scopes) {
    this.question = question;
    this.passages = passages.stream().filter(counts).toList();
    this.all = passages;
    this.type = AnswerType.of(question);
    this.unit = AnswerUnit.of(question);
    this.concepts = new ArrayList<>(Glossary.BUILT_IN.in(question));
    this.concepts.addAll(otherWays);
    this.askedPlaces = Places.BUILT_IN.in(question);
    this.isJourney = Places.isJourney(question);
    this.askedSet = Terms.ofQuestion(question);
    this.asked = List.copyOf(askedSet);
    Matcher names = ENTITY.matcher(question);
    while (names.find()) {
      entities.addAll(Terms.of(names.group()));
    }
    for (int i = 0; i < passages.size(); i++) {
      Passage passage = passages.get(i);
      String scope = scopes.of(passage);
      Set<String> heading =
          Terms.of(passage.title() + "\n" + passage.section() + "\n" + placesIn(scope));
      Set<String> all = new HashSet<>(heading);
      sectionPlaces.add(Places.BUILT_IN.in(passage.section()));
      documentPlaces.add(Places.BUILT_IN.in(passage.title() + "\n" + scope));
      if (!counts.test(passage)) {
        passageTerms.add(Set.of());
        headingTerms.add(Set.of());
        continue;
      }
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
    return all.get(sentence.passage - 1);
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

  /** Whether a sentence says no more than its title and section do. */
  boolean repeatsHeading(Sentence sentence) {
    Passage passage = passage(sentence);
    return Terms.of(passage.title() + "\n" + passage.section()).containsAll(sentence.terms);
  }

  Set<String> headingTerms(Sentence sentence) {
    return headingTerms.get(sentence.passage - 1);
  }

  /** A scope as far as it names places, which is what is compared. */
  private static String placesIn(String scope) {
    return Places.BUILT_IN.in(scope).isEmpty() ? "" : scope;
  }

  /**
   * Whether a sentence holds for the place that is asked about: 1 if its section or document says
   * so, -1 if they tell of another place only, 0 if nothing tells. Where somebody goes is no place
   * whose rules are asked for, so a question about a journey knows no -1.
   */
  int place(Sentence sentence) {
    if (askedPlaces.isEmpty()) {
      return 0;
    }
    Set<Places.Place> ofSection = sectionPlaces.get(sentence.passage - 1);
    Set<Places.Place> ofDocument = documentPlaces.get(sentence.passage - 1);
    Set<Places.Place> own = Places.BUILT_IN.in(sentence.text());
    int fits = place(own, ofSection, ofDocument);
    return isJourney ? Math.max(0, fits) : fits;
  }

  /** Whether a sentence's document is of another place than the one asked about. */
  boolean isOfOtherPlace(Sentence sentence) {
    Set<Places.Place> ofDocument = documentPlaces.get(sentence.passage - 1);
    return !isJourney
        && !askedPlaces.isEmpty()
        && !ofDocument.isEmpty()
        && !Places.agree(ofDocument, askedPlaces);
  }

  /** The nearest that names a place decides, unless what is around it names another. */
  private int place(
      Set<Places.Place> own, Set<Places.Place> ofSection, Set<Places.Place> ofDocument) {
    boolean isDocument = ofDocument.isEmpty() || Places.agree(ofDocument, askedPlaces);
    boolean isSection = ofSection.isEmpty() || Places.agree(ofSection, askedPlaces);
    if (ofSection.isEmpty() && ofDocument.isEmpty()) {
      return 0;
    }
    if (Places.agree(own, askedPlaces)) {
      return isDocument && isSection ? 1 : 0;
    }
    if (!ofSection.isEmpty()) {
      boolean isMixed = isSection != isDocument && !ofDocument.isEmpty() && ofDocument.size() < 2;
      return isMixed ? 0 : isSection ? 1 : -1;
    }
    return isDocument ? 1 : -1;
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
