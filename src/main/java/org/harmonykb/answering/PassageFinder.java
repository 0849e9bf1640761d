package org.harmonykb.answering;

import java.time.LocalDate;
import java.util.List;
import java.util.Set;
import java.util.function.ToIntFunction;
import org.harmonykb.retrieval.AccessScope;
import org.harmonykb.retrieval.Passage;
import org.harmonykb.retrieval.Query;
import org.harmonykb.retrieval.Retriever;
import org.harmonykb.retrieval.SearchIndex;

/** Finds what a question is answered from. Thread-safe. */
final class PassageFinder {

  /** Passages that are found before some are chosen. */
  static final int CANDIDATES = 12;

  private final Retriever retriever;
  private final SearchIndex index;
  private final AnsweringProperties properties;
  private final ToIntFunction<String> tokens;

  PassageFinder(
      Retriever retriever,
      SearchIndex index,
      AnsweringProperties properties,
      ToIntFunction<String> tokens) {
    this.retriever = retriever;
    this.index = index;
    this.properties = properties;
    this.tokens = tokens;
  }

  /**
   * Passages that were found, chosen and put into their surroundings.
   *
   * @param passages the best first
   * @param unknown what of the question no document speaks of
   */
  record Found(List<Passage> passages, UnknownWords.Unknown unknown) {}

  /**
   * @param question self-contained
   * @param collections only these
   */
  Found find(String question, Set<String> collections, AccessScope scope, LocalDate today) {
    LocalDate day = today;
    List<Passage> found = search(question, collections, scope, day);
    LocalDate asked = AskedDate.of(question, today);
    if (asked != null) {
      List<Passage> then = search(question, collections, scope, asked);
      if (ContextBuilder.holdsReplaced(then, found)) {
        found = then;
        day = asked;
      }
    }
    List<Passage> passages =
        SectionContext.widen(
            ContextBuilder.choose(
                found, properties.passages(), properties.passageTokens(), tokens, day),
            properties.passageTokens(),
            tokens,
            index::passages);
    return new Found(passages, unknown(question, collections, scope, today));
  }

  private List<Passage> search(
      String question, Set<String> collections, AccessScope scope, LocalDate day) {
    Query query = new Query(question, filters(collections, day), CANDIDATES);
    return retriever.search(query.withRelated(Glossary.BUILT_IN.related(question)), scope);
  }

  /** Asks the index about each word, within what the asker may read. */
  private UnknownWords.Unknown unknown(
      String question, Set<String> collections, AccessScope scope, LocalDate day) {
    Query.Filters filters = filters(collections, day);
    return UnknownWords.in(
        question, word -> !index.byWords(new Query(word, filters, 1), scope).isEmpty());
  }

  private static Query.Filters filters(Set<String> collections, LocalDate day) {
    return Query.Filters.NONE
        .withCollections(CuratedAnswers.with(collections))
        .withEffectiveOn(day);
  }
}
