package org.harmonykb.answering;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** How likely an English question leans on those before it, by its form. */
final class FollowUp {

  private static final Pattern PERSONAL =
      Pattern.compile(
          "(?i)\\b(it|it['’]?s|its|itself|they|them|their|theirs|he|him|his|she|her)\\b");
  private static final Pattern POINTING =
      Pattern.compile(
          "(?i)\\b(this|these|those|that(?=\\s*[?.!,]|\\s+\\w+\\s*[?.!,]|\\s+(is|was|are|were|work|mean|happen)))\\b");
  private static final Pattern ELLIPSIS =
      Pattern.compile(
          "(?i)^\\W*(and|but|or|also|then|so|what about|how about|what if|why not|any|for|in|on|at|with|from)\\b");
  private static final Pattern SUBSTITUTE =
      Pattern.compile(
          "(?i)\\b(one|ones|other|others|another|same|else|instead|too|there(?=\\W*$)|such|both|each|next|those|two)\\b");
  private static final Pattern COMPARISON =
      Pattern.compile(
          "(?i)\\b(most|best|first|main|differ|different|similar|difference|differences|compare|\\p{L}+est)\\b");
  private static final Pattern DEFINITE =
      Pattern.compile(
          "(?i)\\bthe\\s+\\p{L}+\\s*([?.!,]|$|\\b(is|are|was|were|do|does|did|has|have|be|to|get|work|used)\\b)");
  private static final Pattern COMPLEMENT =
      Pattern.compile("(?i)\\bthe\\s+(\\p{L}+\\s+)?\\p{L}+\\s+(of|in|for|between|to)\\b");
  private static final Pattern DEFINITION =
      Pattern.compile(
          "(?i)^\\W*(hi\\W+|by the way\\W+|and\\s+)?(what|who|whatar)('s|\\s+(is|are|was|were))?\\s+(an?\\s+|the\\s+(?=[A-Z]{2}))?(?!the\\b)[\\p{L}\\p{N}'-]+(\\s+(?!in\\b|for\\b|to\\b)[\\p{L}\\p{N}'-]+){0,2}(\\s+and\\s+(why|how|what|when|where)\\b.*)?\\W*$");
  private static final Pattern TELL =
      Pattern.compile(
          "(?i)\\b(tell me (more )?about|what do you know)\\s+(?!the\\b|its\\b|their\\b|his\\b|her\\b|it\\b)");

  /** What a pronoun stands for may stand before it. */
  private static final Pattern OWN_ANTECEDENT =
      Pattern.compile(
          "(?i)\\p{L}{3,}\\s+and\\s+(why|how|what|when|where|its|their|his|her)\\b|^\\W*(if|when|as|because)\\b");

  private static final Pattern SENTENCE =
      Pattern.compile(
          "(?i)\\b(is|are|was|were|do|does|did|can|could|will|would|should|has|have|had|may|what|who|how|why|where|when|which|tell|i|you|isn't|aren't|don't)\\b");
  private static final Pattern FIRST_PERSON = Pattern.compile("(?i)\\b(i|my|me|we|our)\\b");

  /** Nouns that say little without the thing they belong to. */
  static final Set<String> RELATIONAL =
      Set.of(
          "type types kind kinds cause causes symptom symptoms advantage advantages disadvantage disadvantages benefit benefits effect effects side result results history origin origins use uses example examples difference differences cost costs price rule rules way ways part parts member members role impact importance purpose goal risk risks treatment treatments cure size number name names reason reasons step steps feature features option options problem problems issue issues color population weather climate author story plot review reviews requirement requirements process average common popular important typical characteristics implications"
              .split(" "));

  /** Weights of {@link #features}; how they were found: docs/retrieval.md. */
  private static final double[] WEIGHTS = {
    -0.45, 2.1, 0.6, -0.15, -0.05, 1.0, 1.55, -0.05, 0.8, 0.95, 0.45, -0.35, 0.2, -0.85, -0.35,
    -0.35, -1.35, 1.1, 0.65, 0.7
  };

  private FollowUp() {}

  /** 0 to 1. */
  static double probability(String question, List<String> earlier) {
    double[] features = features(question, earlier);
    boolean asksAnew = features[15] == 1 && features[16] == 0 && features[8] == 0;
    if (asksAnew && IntStream.of(1, 3, 4, 5, 6, 18).allMatch(i -> features[i] == 0)) {
      return 0; // "How do I order a laptop?" is whole and speaks of something new
    }
    double sum = 0;
    for (int i = 0; i < features.length; i++) {
      sum += WEIGHTS[i] * features[i];
    }
    return 1 / (1 + Math.exp(-sum));
  }

  /** What tells most that the question leans, for people to read. */
  static String reason(String question, List<String> earlier) {
    double[] f = features(question, earlier);
    if (f[1] + f[2] + f[3] > 0) {
      return "a pronoun refers to what was asked before";
    }
    if (f[4] + f[18] > 0) {
      return "it is no whole question by itself";
    }
    if (f[5] + f[6] + f[17] > 0) {
      return "it compares or points without saying with what or to what";
    }
    return "it says too little of what it is about";
  }

  private static double[] features(String question, List<String> earlier) {
    String text = question.strip();
    Set<String> terms = Terms.of(text);
    Matcher personal = PERSONAL.matcher(text);
    boolean refers = personal.find();
    boolean late = refers && Terms.of(text.substring(0, personal.start())).size() >= 3;
    boolean named = TopicPhrases.isNamed(text);
    boolean relational = false;
    for (String word : text.toLowerCase(Locale.ROOT).split("\\P{L}+")) {
      relational |= RELATIONAL.contains(word);
    }
    Set<String> before = Terms.of(String.join(" ", earlier));
    double known = Terms.coverage(terms, before);
    int count = terms.size();
    boolean refersOutside = refers && !late && !OWN_ANTECEDENT.matcher(text).find();
    boolean substitutes = SUBSTITUTE.matcher(text).find();
    return new double[] {
      1,
      refersOutside ? 1 : 0,
      refers && !refersOutside ? 1 : 0,
      POINTING.matcher(text).find() ? 1 : 0,
      ELLIPSIS.matcher(text).find() ? 1 : 0,
      substitutes ? 1 : 0,
      DEFINITE.matcher(text).find() ? 1 : 0,
      COMPLEMENT.matcher(text).find() ? 1 : 0,
      count <= 1 ? 1 : 0,
      count == 2 ? 1 : 0,
      count == 3 ? 1 : 0,
      named ? 1 : 0,
      relational && !text.contains(" of ") ? 1 : 0,
      DEFINITION.matcher(text).find() && !relational && !refersOutside && !substitutes ? 1 : 0,
      TELL.matcher(text).find() ? 1 : 0,
      FIRST_PERSON.matcher(text).find() ? 1 : 0,
      known,
      COMPARISON.matcher(text).find() ? 1 : 0,
      SENTENCE.matcher(text).find() ? 0 : 1,
      count > 5 ? 1 : 0,
    };
  }
}
