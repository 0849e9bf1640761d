package org.harmonykb.answering;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What earlier English questions were about: their runs of words with meaning, ranked by how likely
 * a later question leaves them out.
 */
final class TopicPhrases {

  private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}][\\p{L}\\p{N}&+'’.-]*");

  private static final Pattern WITH_PREPOSITION =
      Pattern.compile(
          "(?:(?:and|but|or|so|what about|how about) )?(in|for|at|on|with|from|to|by)(?: \\S+){1,3}");

  /** Words that end a phrase: they ask, link, or tell an action that any thing may do. */
  private static final Set<String> NO_TOPIC =
      Set.of(
          "a about above according actually after again all also am an and another any anything are around as ask at be became because become been before begin being best better between both but by call called came can clarify come could definition define defined describe did differ difference different do does doing done don't during each else enough ever every example examples explain few find first for from get give go good got great had happen happened has have having he help her here hi him his how however i i'm if important in instead interested into is isn't it it's its just keep kind know known last learn less like list long look made main make many may me mean means mention mentioned might mind more most much must my name need never next no not now of off ok okay on one ones only or other others our out over own people please popular possible provide really recommend same say see sense she should show similar since so some someone something start started still such sure take talk tell than thank thanks that that's the their them then there these they thing things think this those through time to too two type types under until up us use used useful using very want was way ways we well were what what's when where whether which while who who's whom whose why will with without wonder work works would wouldn't yes you your"
              .split(" "));

  /** Weights of {@link #features}; how they were found: docs/retrieval.md. */
  private static final double[] WEIGHTS = {
    -4.05, 0.05, 0.8, 2.1, 1.25, 0.65, -0.45, 0.65, 0.65, 1.15, 0.2, -1.0, -1.4, 0.6, 0.8, 0.25,
    0.3, 0.05
  };

  private TopicPhrases() {}

  /**
   * @param text as it was first written
   * @param terms its stems
   * @param score how likely it is left out, 0 to 1
   */
  record Phrase(String text, Set<String> terms, double score) {}

  /** One phrase in one question. */
  private record Mention(
      String text, Set<String> terms, int turn, int place, boolean isLast, String lead) {}

  /** Whether a text names something: a capital inside it, or letters with digits. */
  static boolean isNamed(String text) {
    Matcher words = WORD.matcher(text);
    boolean first = true;
    while (words.find()) {
      String word = words.group();
      boolean capital =
          Character.isUpperCase(word.charAt(0)) && !word.equals("I") && !word.startsWith("I'");
      boolean acronym = word.length() > 1 && Character.isUpperCase(word.charAt(1));
      if (capital && !first || acronym || word.chars().anyMatch(Character::isDigit)) {
        return true;
      }
      first = false;
    }
    return false;
  }

  /**
   * Phrases that the question lacks, the likeliest first.
   *
   * @param earlier oldest first, at least one
   * @param leaning for each of them whether it leant on others itself
   */
  static List<Phrase> rank(String question, List<String> earlier, List<Boolean> leaning) {
    List<Mention> mentions = new ArrayList<>();
    for (int turn = 0; turn < earlier.size(); turn++) {
      mentions(earlier.get(turn), turn, mentions);
    }
    int standing = Math.max(0, leaning.lastIndexOf(false));
    Asked asked = Asked.of(question);
    List<Set<String>> turns = earlier.stream().map(Terms::of).toList();
    Map<Set<String>, List<Mention>> byTerms = new LinkedHashMap<>();
    mentions.forEach(m -> byTerms.computeIfAbsent(m.terms, t -> new ArrayList<>()).add(m));
    List<Phrase> phrases = new ArrayList<>();
    byTerms.forEach(
        (terms, same) -> {
          boolean replaced = same.stream().anyMatch(m -> m.lead.equals(asked.preposition));
          if (!replaced && !asked.terms.containsAll(terms)) {
            double score = probability(features(asked, same, turns, standing));
            phrases.add(new Phrase(same.getFirst().text, terms, score));
          }
        });
    phrases.sort((a, b) -> Double.compare(b.score, a.score));
    return phrases;
  }

  private static double probability(double[] features) {
    double sum = 0;
    for (int i = 0; i < features.length; i++) {
      sum += WEIGHTS[i] * features[i];
    }
    return 1 / (1 + Math.exp(-sum));
  }

  /**
   * What the question asks after, by its words.
   *
   * @param preposition of a question like "and in France?", which replaces what stood after it
   */
  private record Asked(
      Set<String> terms,
      boolean people,
      boolean many,
      boolean one,
      boolean ellipsis,
      @Nullable String preposition) {

    static Asked of(String question) {
      String words = question.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}]+", " ").strip();
      Matcher elliptic = WITH_PREPOSITION.matcher(words);
      Set<String> all = new HashSet<>(List.of(words.split(" ")));
      return new Asked(
          Terms.of(question),
          !Collections.disjoint(all, Set.of("he", "him", "his", "she", "her", "who")),
          !Collections.disjoint(all, Set.of("they", "them", "their", "these", "those", "ones")),
          !Collections.disjoint(all, Set.of("it", "its", "this", "that")),
          words.matches("(and|but|what about|how about|or|so) .*"),
          elliptic.matches() ? elliptic.group(1) : null);
    }
  }

  private static double[] features(
      Asked asked, List<Mention> same, List<Set<String>> earlier, int standing) {
    Mention last = same.getLast();
    int age = earlier.size() - last.turn;
    Set<String> terms = last.terms;
    long turns = earlier.stream().filter(turn -> turn.containsAll(terms)).count();
    boolean named = same.stream().anyMatch(m -> isNamed("x " + m.text));
    boolean shared = !Collections.disjoint(terms, asked.terms);
    boolean plural = last.text.endsWith("s");
    boolean relational =
        FollowUp.RELATIONAL.contains(
            last.text.substring(last.text.lastIndexOf(' ') + 1).toLowerCase(Locale.ROOT));
    return new double[] {
      1,
      1.0 / age,
      age == 1 ? 1 : 0,
      Math.log(turns),
      same.getFirst().turn == 0 ? 1 : 0,
      same.getFirst().turn == standing || last.turn == standing ? 1 : 0,
      last.turn < standing ? 1 : 0,
      named ? 1 : 0,
      last.place == 0 ? 1 : 0,
      last.isLast ? 1 : 0,
      same.stream().anyMatch(m -> m.lead.matches("of|about|for|in|between|with")) ? 1 : 0,
      same.stream().anyMatch(m -> m.lead.matches("its|their|his|her")) ? 1 : 0,
      relational ? 1 : 0,
      shared ? 1 : 0,
      terms.size() > 1 ? 1 : 0,
      asked.people && named ? 1 : 0,
      (asked.many && plural || asked.one && !plural) ? 1 : 0,
      asked.ellipsis && age == 1 ? 1 : 0,
    };
  }

  private static void mentions(String question, int turn, List<Mention> found) {
    int start = -1;
    int end = 0;
    String before = "";
    String lead = "";
    List<Mention> own = new ArrayList<>();
    Matcher words = WORD.matcher(question);
    boolean more = words.find();
    while (more || start >= 0) {
      String word = more ? words.group().replaceAll("[.'’-]+$", "") : "";
      String lower = word.toLowerCase(Locale.ROOT);
      boolean joined = more && start >= 0 && question.substring(end, words.start()).isBlank();
      boolean topic = more && !NO_TOPIC.contains(lower) && word.length() > 1;
      if (start >= 0 && (!topic || !joined)) {
        String text = question.substring(start, end).replaceAll("['’]s$", "");
        Set<String> terms = Terms.of(text);
        if (!terms.isEmpty()) {
          own.add(new Mention(text, terms, turn, own.size(), false, lead));
        }
        start = -1;
      }
      if (topic) {
        if (start < 0) {
          start = words.start();
          lead = before;
        }
        end = words.start() + word.length();
      }
      if (more) {
        before = lower.matches("the|an?") ? before : lower;
        more = words.find();
      }
    }
    for (Mention m : own) {
      found.add(new Mention(m.text, m.terms, turn, m.place, m.place == own.size() - 1, m.lead));
    }
  }
}
