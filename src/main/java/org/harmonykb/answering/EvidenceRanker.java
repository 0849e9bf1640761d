package org.harmonykb.answering;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.harmonykb.retrieval.Embedder;
import org.harmonykb.retrieval.Language;
import org.harmonykb.retrieval.Passage;

/**
 * Ranks the sentences of the passages by how likely they answer a question: by the question's rare
 * words that they hold, by meaning, and by whether they hold the kind of thing that is asked for.
 * Costs an embedding for each of the most promising sentences. Thread-safe.
 */
final class EvidenceRanker {

  /** Sentences that are compared by meaning; the others share too few words to win. */
  private static final int EMBEDDED = 12;

  /** Places in {@link #features} that the gate looks at, too. */
  static final int SIMILARITY = 4;

  static final int COMPARED = 11;

  /** Weights of {@link #features}, English and Chinese; how they were found: docs/answers.md. */
  private static final double[] ENGLISH = {
    1.86, 1.04, 0.17, 1.49, 6.85, 0.45, 0.69, 0.64, 0.49, 5.27, 1.09, 0
  };

  private static final double[] CHINESE = {
    2.39, 2.27, 0.91, 0, 3.61, 0.88, 0, 0.43, 0.47, 5.26, 1.08, 0
  };

  /** What a line of a document's head loses where nobody asks for one. */
  private static final double HEAD_LOSS = 3;

  /** What a sentence on another place than the one asked about loses, and one on it wins. */
  private static final double ELSEWHERE_LOSS = 8;

  private static final double HERE_BONUS = 1;

  /**
   * Whether an answer in the other language holds, from its logit, the share of the translated
   * question's words about its best sentence, that sentence's similarity, and a constant; see
   * docs/answers.md.
   */
  private static final double[] OTHER_LANGUAGE = {1.67, 0.64, 0.6, -4.59};

  /**
   * Whether it goes before the one in the question's language: from how much likelier it is, how
   * many more words it holds, whether it is on the place asked about, how many more of the
   * question's names and codes it holds, and a constant.
   */
  private static final double[] OTHER_FIRST = {1.65, 0.41, 2.09, 0.32, -2.7};

  /** What an answer loses for the part of the question that could not be translated. */
  private static final double UNTRANSLATED_LOSS = 2;

  /** What it loses where no document in any language holds a name of the question. */
  private static final double UNKNOWN_NAMES_LOSS = 1.5;

  /** So far below the best, and more, are the sentences of the language that lost. */
  private static final double LANGUAGES_APART = 1;

  /** What an answer loses whose sentence names the place, in a document on another. */
  private static final double MENTION_LOSS = 1;

  /** From this similarity of its question on, a curated answer goes first. */
  private static final double CURATED_CLOSE = 0.84;

  private static final double CURATED_BONUS = 6;
  private static final double CURATED_LOGIT = 3;

  /** At most so likely is an answer from another place's rule. */
  private static final double ELSEWHERE_LOGIT = -3;

  private final Embedder embedder;

  EvidenceRanker(Embedder embedder) {
    this.embedder = embedder;
  }

  /** Told apart from those of other versions of this class. */
  static String weights() {
    return Arrays.toString(ENGLISH)
        + Arrays.toString(CHINESE)
        + Arrays.toString(OTHER_LANGUAGE)
        + Arrays.toString(OTHER_FIRST)
        + List.of(ELSEWHERE_LOSS, HERE_BONUS, UNTRANSLATED_LOSS);
  }

  private record Candidate(EvidenceFeatures.Sentence sentence, double[] features) {}

  /** What the passages of one language say. */
  private record Ranked(
      List<Evidence.Sentence> sentences, double[] signals, double logit, int place) {

    double best() {
      return sentences.getFirst().score();
    }

    double missingNames() {
      return signals[EvidenceGate.MISSING_NAMES];
    }

    double coverage() {
      return signals[EvidenceGate.COVERED];
    }

    /** Whether this answer, in the other language, goes before one in the question's. */
    boolean isBetterThan(Ranked own) {
      return OTHER_FIRST[0] * (logit - own.logit)
              + OTHER_FIRST[1] * (coverage() - own.coverage())
              + OTHER_FIRST[2] * (place - own.place)
              + OTHER_FIRST[3] * (own.missingNames() - missingNames())
              + OTHER_FIRST[4]
          > 0;
    }

    /** How likely it is as an answer in the other language. */
    Ranked asOther(double share, boolean hasUnknownNames) {
      double holds =
          OTHER_LANGUAGE[0] * logit
              + OTHER_LANGUAGE[1] * coverage()
              + OTHER_LANGUAGE[2] * signals[EvidenceGate.BEST_SIMILARITY]
              + OTHER_LANGUAGE[3]
              - UNTRANSLATED_LOSS * (1 - share)
              - (hasUnknownNames ? UNKNOWN_NAMES_LOSS : 0);
      return new Ranked(
          sentences, signals, logit <= ELSEWHERE_LOGIT ? ELSEWHERE_LOGIT : holds, place);
    }
  }

  /** To a question in the passages' language, whose documents say nothing of where they apply. */
  Evidence rank(String question, List<Passage> passages, UnknownWords.Unknown unknown) {
    return rank(question, passages, unknown, Scopes.NONE);
  }

  /**
   * Passages in the question's language are ranked by its words, the others by its translation.
   * Scores of two languages do not compare, so one of them goes first as a whole.
   *
   * @param unknown what of the question no document speaks of
   * @param scopes where the passages' documents apply
   */
  Evidence rank(
      String question, List<Passage> passages, UnknownWords.Unknown unknown, Scopes scopes) {
    String language = Language.of(question);
    boolean isMixed = passages.stream().anyMatch(passage -> !passage.language().equals(language));
    Translation tried = isMixed ? Translation.of(question) : null;
    Translation translation = tried == null || !tried.isUsable() ? null : tried;
    EvidenceFeatures counted =
        new EvidenceFeatures(
            question,
            List.of(),
            passages,
            p -> translation == null || p.language().equals(language),
            scopes);
    Ranked own = rank(language, question, passages, counted, 0, unknown);
    if (translation == null) {
      return evidence(own, own.sentences);
    }
    EvidenceFeatures translated =
        new EvidenceFeatures(
            translation.text(),
            translation.alternatives(),
            passages,
            p -> !p.language().equals(language),
            scopes);
    int before = counted.sentences().size();
    Ranked other =
        rank(
            translation.language(),
            translation.text(),
            passages,
            translated,
            before,
            UnknownWords.Unknown.NOTHING);
    return merged(own, other.asOther(translation.share(), unknown.hasNames()), other);
  }

  /** The better one first, with what it says; the other language's sentences follow behind. */

  /**
   * The better one first, with its probability; the other language's sentences follow behind.
   *
   * @param translated the other as an answer in another language than the question's
   */
  private static Evidence merged(Ranked own, Ranked translated, Ranked other) {
    if (own.sentences.isEmpty() || other.sentences.isEmpty()) {
      return other.sentences.isEmpty()
          ? evidence(own, own.sentences)
          : evidence(translated, other.sentences);
    }
    boolean isOther = other.isBetterThan(own) && (translated.logit > 0 || own.logit <= 0);
    Ranked first = isOther ? translated : own;
    Ranked second = isOther ? own : translated;
    double shift = first.best() - second.best() - LANGUAGES_APART;
    List<Evidence.Sentence> all = new ArrayList<>(first.sentences);
    second.sentences.forEach(sentence -> all.add(sentence.withScore(sentence.score() + shift)));
    all.sort(Comparator.comparingDouble(Evidence.Sentence::score).reversed());
    return evidence(first, all);
  }

  private static Evidence evidence(Ranked ranked, List<Evidence.Sentence> sentences) {
    return new Evidence(sentences, ranked.signals, 1 / (1 + Math.exp(-ranked.logit)));
  }

  /**
   * @param before sentences of other passages, which come first when places are counted
   */
  private Ranked rank(
      String language,
      String question,
      List<Passage> passages,
      EvidenceFeatures counted,
      int before,
      UnknownWords.Unknown unknown) {
    double[] weights = language.equals(Language.CHINESE) ? CHINESE : ENGLISH;
    List<Candidate> candidates = new ArrayList<>();
    Set<Integer> curated = curated(language, question, passages);
    boolean asksForHead = DocumentHead.isAskedFor(question);
    for (EvidenceFeatures.Sentence sentence : counted.sentences()) {
      candidates.add(new Candidate(sentence, features(counted, sentence)));
    }
    candidates.sort(
        Comparator.comparingDouble(
                (Candidate c) ->
                    dot(weights, c.features) + extra(counted, c.sentence, curated, asksForHead))
            .reversed());
    float[] vector = candidates.isEmpty() ? new float[0] : embedder.query(language, question);
    List<Evidence.Sentence> ranked = new ArrayList<>();
    for (int i = 0; i < candidates.size(); i++) {
      Candidate c = candidates.get(i);
      if (i < EMBEDDED) {
        Passage passage = counted.passage(c.sentence);
        String heading = passage.section().isEmpty() ? passage.title() : passage.section();
        float[] own = embedder.passage(language, heading + "\n" + c.sentence.text());
        c.features[SIMILARITY] = similarity(vector, own);
        c.features[COMPARED] = 1;
      }
      ranked.add(
          new Evidence.Sentence(
              c.sentence.passage(),
              c.sentence.place(),
              c.sentence.piece(),
              c.features,
              dot(weights, c.features) + extra(counted, c.sentence, curated, asksForHead)));
    }
    ranked.sort(Comparator.comparingDouble(Evidence.Sentence::score).reversed());
    double[] signals = EvidenceGate.signals(counted, ranked, unknown);
    double logit = EvidenceGate.logit(language, signals);
    int fits = ranked.isEmpty() ? 0 : counted.place(sentence(counted, ranked.getFirst()));
    if (!ranked.isEmpty() && curated.contains(ranked.getFirst().passage())) {
      logit = Math.max(logit, CURATED_LOGIT);
    } else if (fits < 0) {
      logit = Math.min(logit, ELSEWHERE_LOGIT);
    } else if (!ranked.isEmpty() && counted.isOfOtherPlace(sentence(counted, ranked.getFirst()))) {
      logit -= MENTION_LOSS;
    }
    return new Ranked(
        ranked.stream().map(s -> s.withPlace(s.place() + before)).toList(), signals, logit, fits);
  }

  private static EvidenceFeatures.Sentence sentence(
      EvidenceFeatures counted, Evidence.Sentence ranked) {
    return counted.sentences().get(ranked.place());
  }

  private static double extra(
      EvidenceFeatures counted,
      EvidenceFeatures.Sentence sentence,
      Set<Integer> curated,
      boolean asksForHead) {
    return (curated.contains(sentence.passage()) ? CURATED_BONUS : 0)
        + place(counted.place(sentence))
        - (!asksForHead && DocumentHead.isOne(sentence.text()) ? HEAD_LOSS : 0)
        - (DocumentHead.pointsElsewhere(sentence.text()) ? HEAD_LOSS : 0)
        - (counted.repeatsHeading(sentence) ? HEAD_LOSS : 0);
  }

  private static double place(int fits) {
    return fits < 0 ? -ELSEWHERE_LOSS : fits * HERE_BONUS;
  }

  /** The curated answers, by number, whose question is much the same. */
  private Set<Integer> curated(String language, String question, List<Passage> passages) {
    Set<Integer> close = new HashSet<>();
    for (int i = 0; i < passages.size(); i++) {
      Passage passage = passages.get(i);
      if (CuratedAnswers.isCurated(passage) && passage.language().equals(language)) {
        double alike =
            similarity(
                embedder.passage(language, question), embedder.passage(language, passage.title()));
        if (alike >= CURATED_CLOSE) {
          close.add(i + 1);
        }
      }
    }
    return close;
  }

  /** Each about 0 to 1; similarity is filled in later, for the best. */
  private static double[] features(EvidenceFeatures counted, EvidenceFeatures.Sentence sentence) {
    Set<String> window = counted.window(sentence);
    return new double[] {
      counted.coverage(sentence.terms()),
      counted.coverage(window),
      counted.coverage(counted.passageTerms(sentence)),
      counted.coverage(counted.headingTerms(sentence)),
      0, // similarity
      counted.holdsType(sentence) ? 1 : 0,
      counted.order(sentence),
      counted.novelty(sentence),
      counted.relativeScore(sentence),
      counted.relativeSimilarity(sentence),
      counted.holdsUnit(sentence),
      0, // whether it was compared by meaning
    };
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private static double similarity(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }
}
