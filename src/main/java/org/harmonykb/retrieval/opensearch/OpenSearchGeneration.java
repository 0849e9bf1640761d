package org.harmonykb.retrieval.opensearch;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.harmonykb.faults.SearchEngineException;
import org.harmonykb.retrieval.AccessScope;
import org.harmonykb.retrieval.Chunk;
import org.harmonykb.retrieval.Language;
import org.harmonykb.retrieval.Passage;
import org.harmonykb.retrieval.Query;
import org.harmonykb.retrieval.RetrievalTrace;
import org.harmonykb.retrieval.SearchArms;
import org.harmonykb.retrieval.SearchIndex;
import org.harmonykb.retrieval.VectorSpaces;
import org.harmonykb.retrieval.lucene.PassageTerms;
import tools.jackson.databind.JsonNode;

/**
 * One index of passages, or an alias of one. OpenSearch gets terms where Lucene has analysers, so
 * words, weights and scores are the same in both. Thread-safe.
 */
final class OpenSearchGeneration implements SearchArms {

  /** What OpenSearch gives in one answer. */
  private static final int MOST_HITS = 10_000;

  private static final int PAGE = 1000;
  private static final int BULK = 200;
  private static final int ATTEMPTS = 5;

  private final Cluster cluster;
  private final String name;
  private final VectorSpaces spaces;

  OpenSearchGeneration(Cluster cluster, String name, VectorSpaces spaces) {
    this.cluster = cluster;
    this.name = name;
    this.spaces = spaces;
  }

  /**
   * Writes the new passages, then removes those that are none of them, then shows both. A search in
   * between sees what was there before, or for a moment both.
   */
  void replace(UUID document, List<Chunk> chunks) {
    List<String> ids = new ArrayList<>();
    for (int from = 0; from < chunks.size(); from += BULK) {
      StringBuilder lines = new StringBuilder();
      for (Chunk chunk : chunks.subList(from, Math.min(chunks.size(), from + BULK))) {
        ids.add(chunk.id());
        lines
            .append(Cluster.json(Map.of("index", Map.of("_id", chunk.id()))))
            .append('\n')
            .append(Cluster.json(PassageJson.of(chunk, spaces)))
            .append('\n');
      }
      JsonNode reply = cluster.send("POST", path("_bulk"), lines.toString());
      if (reply.path("errors").asBoolean()) {
        throw new SearchEngineException(
            "OpenSearch did not take all passages of " + document + ": " + firstError(reply));
      }
    }
    remove(
        Map.of(
            "bool",
            Map.of(
                "filter",
                List.of(PassageJson.term("document", document.toString())),
                "must_not",
                List.of(Map.of("ids", Map.of("values", ids))))));
  }

  private static String firstError(JsonNode bulk) {
    for (JsonNode item : bulk.path("items")) {
      JsonNode error = item.path("index").path("error");
      if (!error.isMissingNode()) {
        return error.toString();
      }
    }
    return "no reason given";
  }

  void delete(UUID document) {
    remove(PassageJson.term("document", document.toString()));
  }

  /** Returns when no search on any node finds what the query finds. */
  private void remove(Map<String, Object> query) {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      refresh();
      JsonNode reply =
          cluster.post(
              path("_delete_by_query?conflicts=proceed&refresh=true"), Map.of("query", query));
      boolean isDone =
          reply.path("failures").isEmpty()
              && !reply.path("timed_out").asBoolean()
              && reply.path("version_conflicts").asInt() == 0;
      if (isDone && count(query) == 0) {
        return;
      }
    }
    throw new SearchEngineException(
        "OpenSearch did not remove all passages in " + ATTEMPTS + " attempts");
  }

  private void refresh() {
    JsonNode shards = cluster.post(path("_refresh"), Map.of()).path("_shards");
    if (shards.path("failed").asInt() > 0) {
      throw new SearchEngineException("OpenSearch cannot show changes on all shards: " + shards);
    }
  }

  long count(Map<String, Object> query) {
    return cluster.post(path("_count"), Map.of("query", query)).path("count").asLong();
  }

  long passageCount() {
    return count(Map.of("match_all", Map.of()));
  }

  private String path(String what) {
    return "/" + name + "/" + what;
  }

  @Override
  public List<SearchIndex.Hit> byWords(Query query, AccessScope scope) {
    List<Object> words = new ArrayList<>();
    for (String language : PassageTerms.languages()) {
      String terms = PassageTerms.of(language, query.text());
      if (!terms.isEmpty()) {
        float share = language.equals(Language.CHINESE) ? 1 - PassageTerms.CHINESE_WORDS_SHARE : 1;
        words.add(match("text_" + language, terms, share));
        words.add(match("section_" + language, terms, PassageTerms.SECTION_BOOST));
        words.add(match("title_" + language, terms, PassageTerms.TITLE_BOOST));
      }
      for (List<String> others : query.related()) {
        List<Object> any = anyOf(language, others);
        if (!any.isEmpty()) {
          words.add(
              Map.of(
                  "dis_max",
                  Map.of("queries", any, "tie_breaker", 0, "boost", PassageTerms.RELATED)));
        }
      }
    }
    String chinese = PassageTerms.chineseWords(query.text());
    if (!chinese.isEmpty()) {
      words.add(match(PassageTerms.CHINESE_WORDS, chinese, PassageTerms.CHINESE_WORDS_SHARE));
    }
    if (words.isEmpty()) {
      return List.of();
    }
    Map<String, Object> all =
        Map.of(
            "bool",
            Map.of(
                "must",
                Map.of("bool", Map.of("should", words)),
                "filter",
                PassageJson.filter(query.filters(), scope)));
    return search(all, query.limit(), false);
  }

  /** Some phrases, each with all its words, in the text, the section or the title. */
  private static List<Object> anyOf(String language, List<String> phrases) {
    List<Object> any = new ArrayList<>();
    for (String phrase : phrases) {
      String terms = PassageTerms.of(language, phrase);
      if (!terms.isEmpty()) {
        any.add(all("text_" + language, terms, 1));
        any.add(all("section_" + language, terms, PassageTerms.SECTION_BOOST));
        any.add(all("title_" + language, terms, PassageTerms.TITLE_BOOST));
      }
    }
    return any;
  }

  private static Map<String, Object> all(String field, String terms, float boost) {
    return Map.of(
        "match", Map.of(field, Map.of("query", terms, "operator", "and", "boost", boost)));
  }

  private static Map<String, Object> match(String field, String terms, float boost) {
    return Map.of("match", Map.of(field, Map.of("query", terms, "boost", boost)));
  }

  @Override
  public List<SearchIndex.Hit> byMeaning(
      String language, float[] vector, Query query, AccessScope scope) {
    int most = Math.min(MOST_HITS, query.limit());
    Map<String, Object> nearest =
        Map.of(
            "knn",
            Map.of(
                PassageJson.vectorField(spaces, language),
                Map.of(
                    "vector",
                    vector,
                    "k",
                    most,
                    "filter",
                    PassageJson.filter(query.filters(), scope))));
    return search(nearest, most, true);
  }

  private List<SearchIndex.Hit> search(Object query, int limit, boolean isSimilarity) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("size", Math.min(MOST_HITS, limit));
    body.put("track_total_hits", false);
    body.put("_source", PassageJson.STORED);
    body.put("query", query);
    JsonNode reply = cluster.post(path("_search?search_type=dfs_query_then_fetch"), body);
    List<SearchIndex.Hit> hits = new ArrayList<>();
    for (JsonNode hit : complete(reply).path("hits").path("hits")) {
      double score = hit.path("_score").asDouble();
      // The plugin's score of a cosine is (1 + cosine) / 2.
      hits.add(
          new SearchIndex.Hit(
              PassageJson.passage(hit.path("_source")), isSimilarity ? 2 * score - 1 : score));
    }
    return hits;
  }

  /** What only some shards found would pass for all that there is. */
  private static JsonNode complete(JsonNode reply) {
    if (reply.path("timed_out").asBoolean() || reply.path("_shards").path("failed").asInt() > 0) {
      throw new SearchEngineException(
          "OpenSearch did not search all shards: " + reply.path("_shards"));
    }
    return reply;
  }

  @Override
  public List<RetrievalTrace.TermMatch> matches(String question, Passage passage) {
    return PassageTerms.matches(question, passage);
  }

  @Override
  public double attainable(String question) {
    String language = Language.of(question);
    String field = "text_" + language;
    List<String> terms = PassageTerms.different(language, question);
    if (terms.isEmpty()) {
      return 0;
    }
    Map<String, Object> holding = new LinkedHashMap<>();
    for (int i = 0; i < terms.size(); i++) {
      holding.put("t" + i, PassageJson.term(field, terms.get(i)));
    }
    Map<String, Object> body =
        Map.of(
            "size",
            0,
            "aggs",
            Map.of(
                "all",
                Map.of("filter", PassageJson.term("language", language)),
                "holding",
                Map.of("filters", Map.of("filters", holding))));
    JsonNode found = complete(cluster.post(path("_search"), body)).path("aggregations");
    long passages = found.path("all").path("doc_count").asLong();
    double sum = 0;
    for (JsonNode term : found.path("holding").path("buckets")) {
      long count = term.path("doc_count").asLong();
      sum += Math.log(1 + (passages - count + 0.5) / (count + 0.5)); // as BM25 weighs a word
    }
    return sum;
  }

  /** The passages of a document's latest revision, in order. */
  List<Passage> passages(UUID document) {
    return passages(document, 0, Integer.MAX_VALUE);
  }

  /**
   * Those of the latest revision whose ordinals are in a range, in order. The latest is that of the
   * range; every revision begins at 0, and no caller asks for more than a hit's surroundings.
   */
  List<Passage> passages(UUID document, int first, int last) {
    List<Passage> passages = new ArrayList<>();
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("size", PAGE);
    body.put("_source", PassageJson.STORED);
    body.put(
        "query",
        Map.of(
            "bool",
            Map.of(
                "filter",
                List.of(
                    PassageJson.term("document", document.toString()),
                    Map.of("range", Map.of("ordinal", Map.of("gte", first, "lte", last)))))));
    body.put("sort", List.of(Map.of("revision", "desc"), Map.of("ordinal", "asc")));
    while (true) {
      JsonNode hits = complete(cluster.post(path("_search"), body)).path("hits").path("hits");
      for (JsonNode hit : hits) {
        Passage passage = PassageJson.passage(hit.path("_source"));
        if (!passages.isEmpty() && passages.getFirst().revision() != passage.revision()) {
          return passages;
        }
        passages.add(passage);
        body.put("search_after", hit.path("sort"));
      }
      if (hits.size() < PAGE) {
        return passages;
      }
    }
  }

  Map<UUID, Map<Integer, Integer>> contents() {
    Map<UUID, Map<Integer, Integer>> contents = new HashMap<>();
    Map<String, Object> composite = new LinkedHashMap<>();
    composite.put("size", MOST_HITS);
    composite.put(
        "sources",
        List.of(
            Map.of("document", Map.of("terms", Map.of("field", "document"))),
            Map.of("revision", Map.of("terms", Map.of("field", "revision")))));
    while (true) {
      Map<String, Object> body =
          Map.of("size", 0, "aggs", Map.of("all", Map.of("composite", composite)));
      JsonNode all = complete(cluster.post(path("_search"), body)).path("aggregations").path("all");
      for (JsonNode bucket : all.path("buckets")) {
        JsonNode key = bucket.path("key");
        contents
            .computeIfAbsent(UUID.fromString(key.path("document").asString()), d -> new HashMap<>())
            .put(key.path("revision").asInt(), bucket.path("doc_count").asInt());
      }
      if (!all.has("after_key")) {
        return contents;
      }
      composite.put("after", all.path("after_key"));
    }
  }
}
