package org.harmonykb.retrieval.opensearch;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.harmonykb.retrieval.AccessScope;
import org.harmonykb.retrieval.Chunk;
import org.harmonykb.retrieval.Passage;
import org.harmonykb.retrieval.Query;
import org.harmonykb.retrieval.RetrievalTrace;
import org.harmonykb.retrieval.SearchArms;
import org.harmonykb.retrieval.SearchIndex;
import org.harmonykb.retrieval.SearchProperties;
import org.harmonykb.retrieval.VectorSpaces;
import org.harmonykb.retrieval.lucene.PassageTerms;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * Index generations in an OpenSearch cluster. Which one is live, previous or being built is said by
 * aliases, which are switched in one step, so all replicas of the service see the same. Every
 * change goes to all generations. Thread-safe; writers of the same document exclude each other by
 * its row in the database.
 */
public final class OpenSearchIndex implements SearchIndex, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(OpenSearchIndex.class);

  private final Cluster cluster;
  private final SearchProperties.OpenSearch properties;
  private final VectorSpaces spaces;
  private final Map<String, Integer> dimensions;
  private final OpenSearchGeneration live;

  /**
   * Opens the live generation, or creates the first.
   *
   * @param spaces of the vectors that will come
   * @param dimensions length of the vectors of each language
   * @throws org.harmonykb.faults.SearchEngineException if the cluster cannot be used
   */
  public OpenSearchIndex(
      SearchProperties.OpenSearch properties,
      VectorSpaces spaces,
      Map<String, Integer> dimensions) {
    this.cluster = new Cluster(properties);
    this.properties = properties;
    this.spaces = spaces;
    this.dimensions = Map.copyOf(dimensions);
    this.live = generation(alias(Generation.State.LIVE));
    try {
      open();
    } catch (RuntimeException e) {
      cluster.close();
      throw e;
    }
  }

  /** An index and what its mapping tells of it. */
  private record Found(
      String name,
      int number,
      Generation.State state,
      Instant createdAt,
      String spaces,
      Set<String> fields) {}

  private void open() {
    Map<Generation.State, Found> found = found();
    if (!found.containsKey(Generation.State.LIVE)) {
      try {
        create(1, Generation.State.LIVE);
      } catch (Cluster.RefusedException e) {
        if (e.status() != 400 || !found().containsKey(Generation.State.LIVE)) {
          throw e; // otherwise another replica was faster
        }
      }
      return;
    }
    for (Found each : found.values()) {
      Map<String, Object> missing = vectorFields();
      missing.keySet().removeAll(each.fields);
      if (!missing.isEmpty()) {
        cluster.put("/" + each.name + "/_mapping", Map.of("properties", missing));
      }
      if (!each.spaces.equals(spaces.toString()) && generation(each.name).passageCount() == 0) {
        cluster.put(
            "/" + each.name + "/_mapping", Map.of("_meta", meta(each.createdAt.toString())));
      }
    }
  }

  private OpenSearchGeneration generation(String name) {
    return new OpenSearchGeneration(cluster, name, spaces);
  }

  private String alias(Generation.State state) {
    return properties.prefix() + "-" + state.name().toLowerCase(Locale.ROOT);
  }

  /** A field of terms, one space between two. */
  private static final Map<String, Object> TERMS =
      Map.of(
          "type",
          "text",
          "analyzer",
          "whitespace",
          "similarity",
          "passages",
          "index_options",
          "freqs");

  private Map<String, Object> meta(String createdAt) {
    return Map.of("created_at", createdAt, "vector_spaces", spaces.toString());
  }

  private Map<String, Object> vectorFields() {
    Map<String, Object> fields = new LinkedHashMap<>();
    for (String language : PassageTerms.languages()) {
      fields.put(
          PassageJson.vectorField(spaces, language),
          Map.of(
              "type",
              "knn_vector",
              "dimension",
              dimensions.getOrDefault(language, 0),
              "method",
              Map.of(
                  "name",
                  "hnsw",
                  "engine",
                  "lucene",
                  "space_type",
                  "cosinesimil",
                  "parameters",
                  Map.of("m", 16, "ef_construction", 100))));
    }
    return fields;
  }

  private void create(int number, Generation.State state) {
    Map<String, Object> fields = new LinkedHashMap<>(vectorFields());
    for (String field : List.of("document", "collection", "language", "allow", "effective")) {
      fields.put(field, Map.of("type", "keyword"));
    }
    for (String field : List.of("revision", "ordinal", "page", "in_force", "until")) {
      fields.put(field, Map.of("type", "long"));
    }
    for (String field : List.of("title", "section", "text")) {
      fields.put(field, Map.of("type", "text", "index", false));
      for (String language : PassageTerms.languages()) {
        fields.put(field + "_" + language, TERMS);
      }
    }
    fields.put(PassageTerms.CHINESE_WORDS, TERMS);
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("number_of_shards", properties.shards());
    settings.put("number_of_replicas", properties.replicas());
    settings.put("refresh_interval", "-1"); // each change refreshes when it is whole
    settings.put("knn", true);
    settings.put("similarity", Map.of("passages", Map.of("type", "BM25", "k1", 0.9, "b", 0.4)));
    cluster.put(
        "/" + name(number),
        Map.of(
            "settings",
            Map.of("index", settings),
            "mappings",
            Map.of(
                "dynamic", "strict", "_meta", meta(Instant.now().toString()), "properties", fields),
            "aliases",
            Map.of(alias(state), Map.of())));
  }

  private String name(int number) {
    return properties.prefix() + "-" + number;
  }

  private Map<Generation.State, Found> found() {
    Map<Generation.State, Found> found = new EnumMap<>(Generation.State.class);
    for (Map.Entry<String, JsonNode> index :
        cluster.get("/" + properties.prefix() + "-*").properties()) {
      for (Generation.State state : Generation.State.values()) {
        if (index.getValue().path("aliases").has(alias(state))) {
          JsonNode meta = index.getValue().path("mappings").path("_meta");
          found.put(
              state,
              new Found(
                  index.getKey(),
                  Integer.parseInt(index.getKey().substring(properties.prefix().length() + 1)),
                  state,
                  Instant.parse(meta.path("created_at").asString()),
                  meta.path("vector_spaces").asString(),
                  Set.copyOf(
                      index.getValue().path("mappings").path("properties").propertyNames())));
        }
      }
    }
    return found;
  }

  private static Found require(
      Map<Generation.State, Found> found, Generation.State state, String otherwise) {
    Found index = found.get(state);
    if (index == null) {
      throw new IllegalStateException(otherwise);
    }
    return index;
  }

  private static Found live(Map<Generation.State, Found> found) {
    return require(found, Generation.State.LIVE, "OpenSearch has lost the live index generation");
  }

  @Override
  public void replace(UUID documentId, List<Chunk> chunks) {
    change(index -> index.replace(documentId, chunks));
  }

  @Override
  public void delete(UUID documentId) {
    change(index -> index.delete(documentId));
  }

  /** What is done to each generation. */
  private interface Change {
    void to(OpenSearchGeneration index);
  }

  /** A generation that misses a change is of no use any more, but takes nothing else with it. */
  private void change(Change change) {
    Map<Generation.State, Found> found = found();
    change.to(generation(live(found).name));
    for (Found other : found.values()) {
      if (other.state != Generation.State.LIVE) {
        try {
          change.to(generation(other.name));
        } catch (RuntimeException e) {
          LOG.warn("The index generation {} is dropped: it missed a change", other.name, e);
          drop(other);
        }
      }
    }
  }

  private void drop(@Nullable Found index) {
    if (index != null) {
      try {
        cluster.delete("/" + index.name);
      } catch (Cluster.RefusedException e) {
        if (e.status() != 404) {
          throw e;
        }
      }
    }
  }

  @Override
  public List<Hit> byWords(Query query, AccessScope scope) {
    return live.byWords(query, scope);
  }

  @Override
  public List<Hit> byMeaning(String language, float[] vector, Query query, AccessScope scope) {
    return live.byMeaning(language, vector, query, scope);
  }

  @Override
  public List<RetrievalTrace.TermMatch> matches(String question, Passage passage) {
    return live.matches(question, passage);
  }

  @Override
  public double attainable(String question) {
    return live.attainable(question);
  }

  @Override
  public List<Passage> passages(UUID documentId) {
    return live.passages(documentId);
  }

  @Override
  public List<Passage> passages(UUID documentId, int first, int last) {
    return live.passages(documentId, first, last);
  }

  @Override
  public Set<UUID> documents() {
    return contents().keySet();
  }

  @Override
  public Map<UUID, Map<Integer, Integer>> contents() {
    return live.contents();
  }

  @Override
  public long passageCount() {
    return live.passageCount();
  }

  @Override
  public void beginGeneration() {
    Map<Generation.State, Found> found = found();
    drop(found.get(Generation.State.BUILDING));
    int last = found.values().stream().mapToInt(Found::number).max().orElse(0);
    create(last + 1, Generation.State.BUILDING);
  }

  private Found building() {
    return require(
        found(), Generation.State.BUILDING, "no new index generation was begun, or it was dropped");
  }

  @Override
  public void replaceInNewGeneration(UUID documentId, List<Chunk> chunks) {
    generation(building().name).replace(documentId, chunks);
  }

  @Override
  public SearchArms newGeneration() {
    return generation(building().name);
  }

  @Override
  public void switchGeneration() {
    Map<Generation.State, Found> found = found();
    Found building = building();
    Found before = live(found);
    Found oldest = found.get(Generation.State.PREVIOUS);
    List<Object> actions = new ArrayList<>();
    actions.add(action("remove", building, Generation.State.BUILDING));
    actions.add(action("remove", before, Generation.State.LIVE));
    if (oldest != null) {
      actions.add(action("remove", oldest, Generation.State.PREVIOUS));
    }
    actions.add(action("add", building, Generation.State.LIVE));
    actions.add(action("add", before, Generation.State.PREVIOUS));
    cluster.post("/_aliases", Map.of("actions", actions));
    drop(oldest);
  }

  private Map<String, Object> action(String verb, Found index, Generation.State state) {
    return Map.of(verb, Map.of("index", index.name, "alias", alias(state)));
  }

  @Override
  public void dropGeneration() {
    drop(found().get(Generation.State.BUILDING));
  }

  @Override
  public void rollBack() {
    Map<Generation.State, Found> found = found();
    Found old =
        require(
            found,
            Generation.State.PREVIOUS,
            "There is no previous index generation to go back to");
    Found before = live(found);
    cluster.post(
        "/_aliases",
        Map.of(
            "actions",
            List.of(
                action("remove", before, Generation.State.LIVE),
                action("remove", old, Generation.State.PREVIOUS),
                action("add", old, Generation.State.LIVE),
                action("add", before, Generation.State.PREVIOUS))));
  }

  @Override
  public void dropPrevious() {
    drop(found().get(Generation.State.PREVIOUS));
  }

  @Override
  public List<Generation> generations() {
    return found().values().stream() // in the order of the states
        .map(
            index ->
                new Generation(
                    index.number,
                    index.state,
                    index.createdAt,
                    generation(index.name).passageCount()))
        .toList();
  }

  @Override
  public @Nullable String otherSpaces() {
    String begunWith = live(found()).spaces;
    return begunWith.equals(spaces.toString()) ? null : begunWith;
  }

  @Override
  public int generation() {
    return live(found()).number;
  }

  @Override
  public void snapshot(Path folder) throws IOException {
    throw new IOException("The index is in OpenSearch: back it up with its snapshots");
  }

  @Override
  public void close() {
    cluster.close();
  }
}
