package org.harmonykb.answering;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.ToIntFunction;
import org.harmonykb.retrieval.AccessScope;
import org.harmonykb.retrieval.Language;
import org.harmonykb.retrieval.Passage;
import org.harmonykb.retrieval.Query;
import org.harmonykb.retrieval.Retriever;
import org.harmonykb.retrieval.SearchIndex;

/** Finds what a question is answered from. Thread-safe. */
final class PassageFinder {

  /** Passages that are found before some are chosen. */
  static final int CANDIDATES = 12;

  /** Most passages in the other language, and what they may take of the tokens. */
  private static final int OTHER_PASSAGES = 3;

  private static final double OTHER_TOKENS = 0.4;

  /** Passages at whose head a document says where it applies. */
  private static final int HEAD = 2;

  private final Retriever retriever;
  private final SearchIndex index;
  private final AnsweringProperties properties;
  private final ToIntFunction<String> tokens;
  private final boolean isMultilingual;

  /**
   * @param isMultilingual whether one search finds passages of all languages
   */
  PassageFinder(
      Retriever retriever,
      SearchIndex index,
      AnsweringProperties properties,
      ToIntFunction<String> tokens,
      boolean isMultilingual) {
    this.retriever = retriever;
    this.index = index;
    this.properties = properties;
    this.tokens = tokens;
    this.isMultilingual = isMultilingual;
  }

  /**
   * Passages that were found, chosen and put into their surroundings.
   *
   * @param passages the best first
   * @param unknown what of the question no document speaks of
   * @param scopes where their documents apply
   */
  record Found(List<Passage> passages, UnknownWords.Unknown unknown, Scopes scopes) {}

  /**
   * @param question self-contained
   * @param collections only these
   */
  Found find(String question, Set<String> collections, AccessScope scope, LocalDate today) {
    String own = Language.of(question);
    Translation translation = Translation.of(question);
    List<Passage> passages;
    if (isMultilingual || !translation.isUsable()) {
      Query query = query(question, Glossary.BUILT_IN.related(question));
      passages = chosen(query, question, 1, collections, scope, today);
    } else {
      passages = new ArrayList<>();
      Query query = query(question, Glossary.BUILT_IN.related(question)).inLanguage(own);
      passages.addAll(chosen(query, question, 1, collections, scope, today));
      Query other =
          query(translation.text(), translation.related()).inLanguage(translation.language());
      passages.addAll(chosen(other, question, OTHER_TOKENS, collections, scope, today));
    }
    return new Found(
        passages,
        unknown(question, collections, scope, today),
        Scopes.of(passages, document -> index.passages(document, 0, HEAD - 1)));
  }

  private static Query query(String text, List<List<String>> related) {
    return new Query(text, Query.Filters.NONE, CANDIDATES).withRelated(related);
  }

  /**
   * @param share of passages and tokens, 1 for the question's own language
   */
  private List<Passage> chosen(
      Query query,
      String question,
      double share,
      Set<String> collections,
      AccessScope scope,
      LocalDate today) {
    LocalDate day = today;
    List<Passage> found = search(query, collections, scope, day);
    LocalDate asked = AskedDate.of(question, today);
    if (asked != null) {
      List<Passage> then = search(query, collections, scope, asked);
      if (ContextBuilder.holdsReplaced(then, found)) {
        found = then;
        day = asked;
      }
    }
    int room = (int) (share * properties.passageTokens());
    int most = share < 1 ? OTHER_PASSAGES : properties.passages();
    return SectionContext.widen(
        ContextBuilder.choose(found, most, room, tokens, day), room, tokens, index::passages);
  }

  private List<Passage> search(
      Query query, Set<String> collections, AccessScope scope, LocalDate day) {
    Query.Filters filters = filters(collections, day).withLanguages(query.filters().languages());
    return retriever.search(query.withFilters(filters), scope);
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
