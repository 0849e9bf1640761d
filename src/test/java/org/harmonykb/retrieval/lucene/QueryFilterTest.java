package org.harmonykb.retrieval.lucene;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.store.FSDirectory;
import org.harmonykb.retrieval.AccessScope;
import org.harmonykb.retrieval.Chunk;
import org.harmonykb.retrieval.Embedder;
import org.harmonykb.retrieval.HybridRetriever;
import org.harmonykb.retrieval.Language;
import org.harmonykb.retrieval.Query;
import org.harmonykb.retrieval.RetrievalTrace;
import org.harmonykb.retrieval.SearchIndex;
import org.harmonykb.retrieval.VectorSpaces;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Filters and rights over random documents and random queries, in both arms. */
@SuppressWarnings("NullAway.Init")
class QueryFilterTest {

  private static final LocalDate DAY = LocalDate.of(2025, 1, 1);
  private static final List<String> COLLECTIONS = List.of("hr", "it", "legal");
  private static final List<String> GROUPS = List.of("staff", "board", "hr team");
  private static final List<String> LANGUAGES = List.of("en", "zh");

  /** More than all passages. */
  private static final int LARGE = 1_000_000;

  @TempDir Path folder;
  private LuceneSearchIndex index;

  @BeforeEach
  void open() {
    index = new LuceneSearchIndex(folder);
  }

  @AfterEach
  void close() {
    index.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void noHitBreaksAFilterAndNoPermittedPassageIsLost(int seed) {
    Random random = new Random(seed);
    List<Chunk> all = fill(random, 60);
    int found = 0;
    for (int i = 0; i < 150; i++) {
      Query.Filters filters = filters(random, all);
      AccessScope scope =
          random.nextInt(4) == 0
              ? AccessScope.EVERYTHING
              : new AccessScope(false, some(random, GROUPS));
      Set<String> permitted = permitted(all, filters, scope);
      Query large = new Query("travel 报销", filters, LARGE);
      assertThat(ids(index.byWords(large, scope))).as("%s %s", filters, scope).isEqualTo(permitted);
      Set<String> byMeaning = new TreeSet<>();
      for (String language : LANGUAGES) {
        byMeaning.addAll(ids(index.byMeaning(language, vector(random), large, scope)));
      }
      assertThat(byMeaning).as("%s %s", filters, scope).isEqualTo(permitted);
      Query small = large.withLimit(1 + random.nextInt(5));
      int expected = Math.min(small.limit(), permitted.size());
      assertThat(ids(index.byWords(small, scope))).isSubsetOf(permitted).hasSize(expected);
      for (String language : LANGUAGES) {
        assertThat(ids(index.byMeaning(language, vector(random), small, scope)))
            .isSubsetOf(permitted)
            .hasSizeLessThanOrEqualTo(small.limit());
      }
      found += permitted.size();
    }
    assertThat(found).isPositive();
  }

  @Test
  void documentIsInForceFromItsDayOn() {
    add(DAY, "hr", Set.of(), "en", 0);
    assertThat(inForce(DAY.minusDays(1))).isZero();
    assertThat(inForce(DAY)).isEqualTo(1);
    assertThat(inForce(null)).isEqualTo(1);
  }

  @Test
  void indexFromBeforeDatesWereIndexedKeepsThemAndCanBeWrittenTo() throws IOException {
    Chunk dated = chunk(DAY, "hr", Set.of(), "en", 1);
    Chunk always = chunk(null, "hr", Set.of(), "zh", 2);
    index.close();
    try (FSDirectory old = FSDirectory.open(folder.resolve("generation-1"));
        IndexWriter writer =
            new IndexWriter(
                old,
                new IndexWriterConfig(PassageAnalyzers.chinese())
                    .setOpenMode(IndexWriterConfig.OpenMode.CREATE))) {
      for (Chunk chunk : List.of(dated, always)) {
        Document passage = PassageDocuments.of(chunk, VectorSpaces.BUNDLED);
        passage.removeFields("in_force");
        writer.addDocument(passage);
      }
    }
    index = new LuceneSearchIndex(folder);
    assertThat(inForce(DAY.minusDays(1), "travel")).isZero();
    assertThat(inForce(DAY, "travel")).isEqualTo(1);
    assertThat(inForce(DAY.minusDays(1), "费用")).isEqualTo(1);

    index.replace(dated.documentId(), List.of(earlier(dated)));
    assertThat(inForce(DAY.minusDays(1), "travel")).isEqualTo(1);
    assertThat(inForce(DAY.minusDays(9), "travel")).isZero();
  }

  private static Chunk earlier(Chunk c) {
    return new Chunk(
        c.documentId(),
        2,
        0,
        c.collection(),
        c.title(),
        c.section(),
        null,
        DAY.minusDays(8),
        c.language(),
        c.text(),
        c.allow(),
        c.vector());
  }

  @Test
  void documentFilterOpensNothingThatTheScopeCloses() {
    Chunk secret = add(null, "hr", Set.of("board"), "en", 0);
    Query query =
        new Query(
            "travel", new Query.Filters(Set.of(), Set.of(), Set.of(secret.documentId()), null), 10);
    AccessScope staff = new AccessScope(false, Set.of("staff"));
    assertThat(index.byWords(query, staff)).isEmpty();
    assertThat(index.byMeaning("en", new float[] {1, 0, 0}, query, staff)).isEmpty();
    assertThat(index.byWords(query, new AccessScope(false, Set.of("board")))).hasSize(1);
  }

  @Test
  void traceShowsAndCountsOnlyWhatTheAskerMayRead() {
    Random random = new Random(7);
    List<Chunk> all = fill(random, 60);
    HybridRetriever retriever =
        new HybridRetriever(index, new Angles(random), HybridRetriever.FUSION);
    for (int i = 0; i < 100; i++) {
      AccessScope scope = new AccessScope(false, some(random, GROUPS));
      Query.Filters filters = filters(random, all);
      RetrievalTrace trace = retriever.trace(new Query("travel 报销", filters, 100), scope);
      Set<String> permitted = permitted(all, filters, scope);
      assertThat(trace.candidates())
          .extracting(candidate -> candidate.passage().id())
          .containsExactlyInAnyOrderElementsOf(permitted);
      assertThat(trace.candidates()).allSatisfy(c -> assertThat(c.matched()).isNotEmpty());
      assertThat(trace.words().found()).isEqualTo(permitted.size());
      assertThat(trace.meaning().found()).isLessThanOrEqualTo(permitted.size());
    }
  }

  /** Puts every text in some direction; which one does not matter to a filter. */
  private record Angles(Random random) implements Embedder {

    @Override
    public float[] query(String language, String text) {
      return vector(random);
    }

    @Override
    public float[] passage(String language, String text) {
      return vector(random);
    }
  }

  @Test
  void termsOfTheQuestionAreShownAsThePassageHasThem() {
    Chunk chunk = add(null, "hr", Set.of(), "en", 0);
    SearchIndex.Hit hit =
        index.byWords(new Query("Who is travelling?", Set.of(), 1), AccessScope.EVERYTHING).get(0);
    assertThat(hit.passage().id()).isEqualTo(chunk.id());
    assertThat(index.matches("Who is travelling by train?", hit.passage()))
        .filteredOn(match -> match.term().equals("travel"))
        .singleElement()
        .satisfies(
            match -> {
              assertThat(match.term()).isEqualTo("travel");
              assertThat(match.asked()).isEqualTo("travelling");
              assertThat(match.field()).isEqualTo("text");
              assertThat(match.found()).containsExactly("Travel", "travelled");
              assertThat(match.count()).isEqualTo(2);
            });
  }

  private int inForce(@Nullable LocalDate date) {
    return inForce(date, "travel");
  }

  private int inForce(@Nullable LocalDate date, String words) {
    Query query = new Query(words, new Query.Filters(Set.of(), Set.of(), Set.of(), date), 10);
    int byWords = index.byWords(query, AccessScope.EVERYTHING).size();
    float[] vector = {1, 0, 0};
    String language = Language.of(words);
    assertThat(index.byMeaning(language, vector, query, AccessScope.EVERYTHING)).hasSize(byWords);
    return byWords;
  }

  private List<Chunk> fill(Random random, int documents) {
    List<Chunk> all = new ArrayList<>();
    for (int i = 0; i < documents; i++) {
      LocalDate from = random.nextInt(3) == 0 ? null : DAY.plusDays(random.nextInt(-20, 20));
      all.add(
          chunk(
              from,
              COLLECTIONS.get(random.nextInt(COLLECTIONS.size())),
              some(random, GROUPS),
              LANGUAGES.get(random.nextInt(LANGUAGES.size())),
              random.nextInt()));
    }
    index.replace(UUID.randomUUID(), all); // at once: every change is written through
    return all;
  }

  private Chunk add(
      @Nullable LocalDate from, String collection, Set<String> allow, String language, int seed) {
    Chunk chunk = chunk(from, collection, allow, language, seed);
    index.replace(chunk.documentId(), List.of(chunk));
    return chunk;
  }

  private static Chunk chunk(
      @Nullable LocalDate from, String collection, Set<String> allow, String language, int seed) {
    return new Chunk(
        UUID.randomUUID(),
        1,
        0,
        collection,
        "Rules",
        "",
        null,
        from,
        language,
        language.equals("en") ? "Travel is paid to those who travelled." : "差旅费用报销",
        allow,
        vector(new Random(seed)));
  }

  private static Query.Filters filters(Random random, List<Chunk> all) {
    Set<UUID> documents =
        random.nextBoolean()
            ? Set.of()
            : random
                .ints(20, 0, all.size())
                .mapToObj(i -> all.get(i).documentId())
                .collect(Collectors.toSet());
    return new Query.Filters(
        some(random, COLLECTIONS),
        some(random, LANGUAGES),
        documents,
        random.nextBoolean() ? null : DAY.plusDays(random.nextInt(-25, 25)));
  }

  /** What the filters and the scope mean, said once more without an index. */
  private static Set<String> permitted(List<Chunk> all, Query.Filters f, AccessScope scope) {
    return all.stream()
        .filter(c -> f.collections().isEmpty() || f.collections().contains(c.collection()))
        .filter(c -> f.languages().isEmpty() || f.languages().contains(c.language()))
        .filter(c -> f.documents().isEmpty() || f.documents().contains(c.documentId()))
        .filter(
            c ->
                f.effectiveOn() == null
                    || c.effectiveFrom() == null
                    || !c.effectiveFrom().isAfter(f.effectiveOn()))
        .filter(
            c ->
                scope.unrestricted()
                    || c.allow().isEmpty()
                    || c.allow().stream().anyMatch(scope.groups()::contains))
        .map(Chunk::id)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> some(Random random, List<String> values) {
    Set<String> some = new HashSet<>(values);
    some.removeIf(value -> random.nextBoolean());
    return some;
  }

  private static float[] vector(Random random) {
    double angle = random.nextDouble(2 * Math.PI);
    return new float[] {(float) Math.cos(angle), (float) Math.sin(angle), 0};
  }

  private static Set<String> ids(List<SearchIndex.Hit> hits) {
    Set<String> ids = new TreeSet<>();
    hits.forEach(hit -> assertThat(ids.add(hit.passage().id())).isTrue());
    return ids;
  }
}
