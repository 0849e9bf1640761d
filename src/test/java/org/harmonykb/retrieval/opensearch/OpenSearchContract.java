package org.harmonykb.retrieval.opensearch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.harmonykb.retrieval.AccessScope;
import org.harmonykb.retrieval.Chunk;
import org.harmonykb.retrieval.Query;
import org.harmonykb.retrieval.SearchIndex;
import org.harmonykb.retrieval.SearchIndexContract;
import org.harmonykb.retrieval.SearchProperties;
import org.harmonykb.retrieval.VectorSpaces;
import org.harmonykb.retrieval.lucene.LuceneSearchIndex;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What holds on every OpenSearch cluster, beside what holds for every search engine. */
abstract class OpenSearchContract extends SearchIndexContract {

  private static final Map<String, Integer> DIMENSIONS = Map.of("en", 3, "zh", 3);
  private static final AtomicInteger TESTS = new AtomicInteger();

  private String prefix = "";

  /** The cluster, for an index of this name. */
  abstract SearchProperties.OpenSearch properties(String name);

  @BeforeEach
  void ownIndex() {
    if (prefix.isEmpty()) {
      prefix = "kb-test" + TESTS.incrementAndGet();
    }
  }

  @Override
  protected SearchIndex open() {
    ownIndex();
    return new OpenSearchIndex(properties(prefix), VectorSpaces.BUNDLED, DIMENSIONS);
  }

  @Override
  protected void close(SearchIndex index) {
    ((OpenSearchIndex) index).close();
  }

  @Test
  void scoresAreLucenesOwn(@TempDir Path luceneFolder) {
    String question = "Who has travelled? 差旅费用";
    try (OpenSearchIndex shared = (OpenSearchIndex) open();
        LuceneSearchIndex own = new LuceneSearchIndex(luceneFolder)) {
      List<Chunk> all = fill(shared, new Random(11), 80);
      own.replace(UUID.randomUUID(), all);
      Query query =
          new Query(question, Set.of(), 100)
              .withRelated(List.of(List.of("paid", "x rules"), List.of("报销")));
      Map<String, Double> expected = scores(own.byWords(query, AccessScope.EVERYTHING));
      Map<String, Double> found = scores(shared.byWords(query, AccessScope.EVERYTHING));
      assertThat(found.keySet()).isEqualTo(expected.keySet());
      assertThat(expected).isNotEmpty();
      expected.forEach((id, score) -> assertThat(found.get(id)).isCloseTo(score, within(1e-3)));
      assertThat(shared.attainable(question)).isCloseTo(own.attainable(question), within(1e-9));
    }
  }

  private static Map<String, Double> scores(List<SearchIndex.Hit> hits) {
    return hits.stream()
        .collect(Collectors.toMap(hit -> hit.passage().id(), SearchIndex.Hit::score));
  }

  @Test
  void replicaSeesWhatAnotherWroteAndBothMayStartAtOnce() throws Exception {
    try (OpenSearchIndex one = (OpenSearchIndex) open();
        OpenSearchIndex two = (OpenSearchIndex) open()) {
      fill(one, new Random(5), 10);
      assertThat(two.passageCount()).isEqualTo(10);
      one.beginGeneration();
      assertThat(two.generations()).hasSize(2);
      two.switchGeneration();
      assertThat(one.generation()).isEqualTo(2);
      assertThat(one.passageCount()).isZero();
      one.rollBack();
      assertThat(two.passageCount()).isEqualTo(10);
    }
  }
}
