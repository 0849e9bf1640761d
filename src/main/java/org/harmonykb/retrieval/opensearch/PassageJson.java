package org.harmonykb.retrieval.opensearch;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.harmonykb.retrieval.AccessScope;
import org.harmonykb.retrieval.Chunk;
import org.harmonykb.retrieval.Language;
import org.harmonykb.retrieval.Passage;
import org.harmonykb.retrieval.Query;
import org.harmonykb.retrieval.VectorSpaces;
import org.harmonykb.retrieval.lucene.PassageTerms;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Passages and filters as OpenSearch takes them. */
final class PassageJson {

  /** Marks what everybody may read among the groups in {@code allow}. */
  private static final String EVERYBODY = "*";

  /** The day of passages without a date: they are in force on any. */
  private static final long ALWAYS = Long.MIN_VALUE;

  /** What a passage is made of again. */
  static final List<String> STORED =
      List.of(
          "document",
          "revision",
          "ordinal",
          "collection",
          "language",
          "title",
          "section",
          "text",
          "page",
          "effective");

  private PassageJson() {}

  static Map<String, Object> of(Chunk chunk, VectorSpaces spaces) {
    Map<String, Object> json = new LinkedHashMap<>();
    String language = chunk.language();
    json.put("document", chunk.documentId().toString());
    json.put("revision", chunk.revision());
    json.put("ordinal", chunk.ordinal());
    json.put("collection", chunk.collection());
    json.put("language", language);
    json.put("title", chunk.title());
    json.put("section", chunk.section());
    json.put("text", chunk.text());
    json.put("title_" + language, PassageTerms.of(language, chunk.title()));
    json.put("section_" + language, PassageTerms.of(language, chunk.section()));
    json.put("text_" + language, PassageTerms.of(language, chunk.text()));
    if (language.equals(Language.CHINESE)) {
      json.put(PassageTerms.CHINESE_WORDS, PassageTerms.chineseWords(chunk.text()));
    }
    if (chunk.page() != null) {
      json.put("page", chunk.page());
    }
    json.put("in_force", day(chunk.effectiveFrom()));
    if (chunk.effectiveTo() != null) {
      json.put("until", day(chunk.effectiveTo()));
    }
    if (chunk.effectiveFrom() != null) {
      json.put("effective", chunk.effectiveFrom().toString());
    }
    json.put("allow", chunk.allow().isEmpty() ? Set.of(EVERYBODY) : chunk.allow());
    if (chunk.vector() != null) {
      json.put(vectorField(spaces, language), chunk.vector());
    }
    return json;
  }

  /** Dots would make an object of it. */
  static String vectorField(VectorSpaces spaces, String language) {
    return "vector_" + spaces.of(language).replace('.', '_');
  }

  private static long day(@Nullable LocalDate date) {
    return date == null ? ALWAYS : date.toEpochDay();
  }

  static Passage passage(JsonNode source) {
    UUID id = UUID.fromString(source.path("document").asString());
    int revision = source.path("revision").asInt();
    int ordinal = source.path("ordinal").asInt();
    return new Passage(
        id + ":" + revision + ":" + ordinal,
        id,
        revision,
        ordinal,
        source.path("collection").asString(),
        source.path("title").asString(),
        source.path("section").asString(),
        source.hasNonNull("page") ? (Integer) source.path("page").asInt() : null,
        source.hasNonNull("effective")
            ? LocalDate.parse(source.path("effective").asString())
            : null,
        source.path("language").asString(),
        source.path("text").asString(),
        0,
        0,
        0,
        0,
        0);
  }

  /** Access scope and filters as one query that a passage must meet. */
  static Map<String, Object> filter(Query.Filters filters, AccessScope scope) {
    List<Object> must = new ArrayList<>();
    List<Object> not = new ArrayList<>();
    if (!scope.unrestricted()) {
      Set<String> readers = new HashSet<>(scope.groups());
      readers.add(EVERYBODY);
      must.add(terms("allow", readers));
      if (!scope.hiddenCollections().isEmpty()) {
        not.add(terms("collection", scope.hiddenCollections()));
      }
    }
    if (!filters.collections().isEmpty()) {
      must.add(terms("collection", filters.collections()));
    }
    if (!filters.documents().isEmpty()) {
      must.add(terms("document", filters.documents()));
    }
    if (!filters.languages().isEmpty()) {
      must.add(terms("language", filters.languages()));
    }
    if (filters.effectiveOn() != null) {
      long day = day(filters.effectiveOn());
      must.add(Map.of("range", Map.of("in_force", Map.of("lte", day))));
      not.add(Map.of("range", Map.of("until", Map.of("lt", day))));
    }
    if (must.isEmpty()) {
      must.add(Map.of("match_all", Map.of()));
    }
    return Map.of("bool", Map.of("filter", must, "must_not", not));
  }

  static Map<String, Object> term(String field, Object value) {
    return Map.of("term", Map.of(field, value));
  }

  static Map<String, Object> terms(String field, Set<?> values) {
    return Map.of("terms", Map.of(field, values));
  }
}
