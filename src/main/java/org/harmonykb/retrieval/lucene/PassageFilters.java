package org.harmonykb.retrieval.lucene;

import java.io.IOException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.IntField;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.FieldExistsQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermInSetQuery;
import org.apache.lucene.util.BytesRef;
import org.harmonykb.retrieval.AccessScope;
import org.harmonykb.retrieval.Query.Filters;

/** Access scope and filters as Lucene queries; a passage must meet all of them. */
final class PassageFilters {

  private PassageFilters() {}

  /**
   * @param undated what {@link #undated} found
   */
  static List<Query> of(Filters filters, AccessScope scope, Map<LocalDate, Set<UUID>> undated) {
    List<Query> all = new ArrayList<>();
    if (!scope.unrestricted()) {
      Set<String> readers = new HashSet<>(scope.groups());
      readers.add(PassageDocuments.EVERYBODY);
      all.add(in("allow", readers));
      if (!scope.hiddenCollections().isEmpty()) {
        all.add(
            new BooleanQuery.Builder()
                .add(new MatchAllDocsQuery(), Occur.FILTER)
                .add(in("collection", scope.hiddenCollections()), Occur.MUST_NOT)
                .build());
      }
    }
    if (!filters.collections().isEmpty()) {
      all.add(in("collection", filters.collections()));
    }
    if (!filters.documents().isEmpty()) {
      all.add(inDocuments(filters.documents()));
    }
    if (!filters.languages().isEmpty()) {
      // A passage has the text field of its language and no other.
      BooleanQuery.Builder any = new BooleanQuery.Builder();
      filters.languages().forEach(l -> any.add(new FieldExistsQuery("text_" + l), Occur.SHOULD));
      all.add(any.build());
    }
    if (filters.effectiveOn() != null) {
      all.add(inForce(filters.effectiveOn(), undated));
      all.add(notOver(filters.effectiveOn()));
    }
    return all;
  }

  /** Passages without a last day go on. */
  private static Query notOver(LocalDate date) {
    return new BooleanQuery.Builder()
        .add(new MatchAllDocsQuery(), Occur.FILTER)
        .add(
            IntField.newRangeQuery(
                "until", PassageDocuments.ALWAYS, PassageDocuments.day(date) - 1),
            Occur.MUST_NOT)
        .build();
  }

  private static Query inForce(LocalDate date, Map<LocalDate, Set<UUID>> undated) {
    Query dated =
        IntField.newRangeQuery("in_force", PassageDocuments.ALWAYS, PassageDocuments.day(date));
    if (undated.isEmpty()) {
      return dated;
    }
    Set<UUID> later = new HashSet<>();
    undated.forEach((from, documents) -> later.addAll(from.isAfter(date) ? documents : Set.of()));
    return new BooleanQuery.Builder()
        .add(dated, Occur.SHOULD)
        .add(
            new BooleanQuery.Builder()
                .add(new MatchAllDocsQuery(), Occur.FILTER)
                .add(new FieldExistsQuery("in_force"), Occur.MUST_NOT)
                .add(inDocuments(later), Occur.MUST_NOT)
                .build(),
            Occur.SHOULD)
        .build();
  }

  /**
   * The documents that were indexed before passages had an {@code in_force} day, by the date that
   * is stored with them, or by the earliest of all where there is none. Empty once everything was
   * indexed anew.
   */
  static Map<LocalDate, Set<UUID>> undated(IndexSearcher searcher) throws IOException {
    Query without =
        new BooleanQuery.Builder()
            .add(new MatchAllDocsQuery(), Occur.FILTER)
            .add(new FieldExistsQuery("in_force"), Occur.MUST_NOT)
            .build();
    StoredFields stored = searcher.storedFields();
    Map<LocalDate, Set<UUID>> found = new HashMap<>();
    int most = Math.max(1, searcher.getIndexReader().maxDoc());
    for (ScoreDoc hit : searcher.search(without, most).scoreDocs) {
      Document passage = stored.document(hit.doc, Set.of("document", "effective"));
      String effective = passage.get("effective");
      LocalDate from = effective == null ? LocalDate.MIN : LocalDate.parse(effective);
      found
          .computeIfAbsent(from, date -> new HashSet<>())
          .add(UUID.fromString(passage.get("document")));
    }
    return found;
  }

  private static Query inDocuments(Set<UUID> documents) {
    return in("document", documents.stream().map(UUID::toString).collect(Collectors.toSet()));
  }

  private static Query in(String field, Set<String> values) {
    return new TermInSetQuery(field, values.stream().map(BytesRef::new).toList());
  }
}
