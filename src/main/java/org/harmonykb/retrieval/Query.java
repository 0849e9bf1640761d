package org.harmonykb.retrieval;

import java.time.LocalDate;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What is looked for.
 *
 * @param text the question, self-contained
 * @param filters what a passage must be to count at all
 * @param limit most passages to return
 * @param related for each thing that the text says other ways to say it, which the keyword arm
 *     looks for too, at less weight
 */
public record Query(String text, Filters filters, int limit, List<List<String>> related) {

  /**
   * Conditions that a passage must meet, all of them; they hold inside both arms, beside the access
   * scope.
   *
   * @param collections only passages of these; empty means all
   * @param languages only passages in these, {@code en} or {@code zh}; empty means all
   * @param documents only passages of these; empty means all
   * @param effectiveOn only passages in force on this day: whose first day, if they have one, is
   *     not after it, and whose last day not before it; null means all
   */
  public record Filters(
      Set<String> collections,
      Set<String> languages,
      Set<UUID> documents,
      @Nullable LocalDate effectiveOn) {

    public static final Filters NONE = new Filters(Set.of(), Set.of(), Set.of(), null);

    public Filters {
      collections = Set.copyOf(collections);
      languages = Set.copyOf(languages);
      documents = Set.copyOf(documents);
    }

    public Filters withCollections(Set<String> others) {
      return new Filters(others, languages, documents, effectiveOn);
    }

    public Filters withLanguages(Set<String> others) {
      return new Filters(collections, others, documents, effectiveOn);
    }

    public Filters withEffectiveOn(LocalDate day) {
      return new Filters(collections, languages, documents, day);
    }
  }

  public Query {
    if (text.isBlank() || limit < 1) {
      throw new IllegalArgumentException("a query needs text and a limit of at least 1");
    }
  }

  public Query(String text, Filters filters, int limit) {
    this(text, filters, limit, List.of());
  }

  /** A query that only collections narrow. */
  public Query(String text, Set<String> collections, int limit) {
    this(text, Filters.NONE.withCollections(collections), limit);
  }

  public Set<String> collections() {
    return filters.collections;
  }

  public Query withLimit(int most) {
    return new Query(text, filters, most, related);
  }

  public Query withFilters(Filters others) {
    return new Query(text, others, limit, related);
  }

  /** Only passages in one language. */
  public Query inLanguage(String language) {
    return withFilters(filters.withLanguages(Set.of(language)));
  }

  public Query withRelated(List<List<String>> others) {
    return new Query(text, filters, limit, others);
  }
}
