package org.harmonykb.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.harmonykb.retrieval.lucene.LuceneSearchIndex;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A network that the test writes itself: it counts the word "gold". */
@SuppressWarnings("NullAway.Init")
class OnnxRerankerTest {

  private static final LongSupplier STANDING = () -> 0;

  @TempDir Path folder;

  @Test
  void bestReadPassageComesFirst() throws IOException {
    try (OnnxReranker reranker = open(1, 20, Duration.ofSeconds(1), STANDING)) {
      List<Reranker.Ranked> ranked =
          reranker.rerank(
              "travel", List.of(passage("train"), passage("gold gold"), passage("gold")));
      assertThat(ranked)
          .extracting(r -> r.passage().text())
          .containsExactly("gold gold", "gold", "train");
      assertThat(ranked).extracting(Reranker.Ranked::score).containsExactly(2.0, 1.0, 0.0);
    }
  }

  @Test
  void questionIsReadWithThePassage() throws IOException {
    try (OnnxReranker reranker = open(1, 20, Duration.ofSeconds(1), STANDING)) {
      assertThat(reranker.rerank("gold", List.of(passage("gold"))).getFirst().score()).isEqualTo(2);
    }
  }

  @Test
  void whatTimeDoesNotAllowKeepsItsOrderBehind() throws IOException {
    AtomicLong clock = new AtomicLong();
    LongSupplier aSecondLater = () -> clock.getAndAdd(1_000_000_000);
    try (OnnxReranker reranker = open(1, 20, Duration.ofMillis(2500), aSecondLater)) {
      List<Reranker.Ranked> ranked =
          reranker.rerank(
              "travel",
              List.of(
                  passage("desk"),
                  passage("gold"),
                  passage("gold gold"),
                  passage("gold gold gold")));
      assertThat(ranked)
          .extracting(r -> r.passage().text())
          .containsExactly("gold", "desk", "gold gold", "gold gold gold");
      assertThat(ranked.get(2).score()).isNaN();
    }
  }

  @Test
  void readsNoMoreThanItMay() throws IOException {
    try (OnnxReranker reranker = open(1, 1, Duration.ofSeconds(1), STANDING)) {
      assertThat(reranker.rerank("travel", List.of(passage("desk"), passage("gold"))))
          .extracting(r -> r.passage().text())
          .containsExactly("desk", "gold");
    }
  }

  @Test
  void thereIsNoneWithoutAPath() {
    assertThat(OnnxReranker.open(properties(null, 20, Duration.ofSeconds(1)))).isNull();
  }

  @Test
  void unusableNetworksAreRefusedWithTheReason() throws IOException {
    assertThatThrownBy(
            () ->
                OnnxReranker.open(
                    properties(folder.resolve("none.onnx"), 20, Duration.ofSeconds(1))))
        .hasMessageContaining("kb.reranker")
        .hasMessageContaining("none.onnx");
    Path three = TinyOnnx.counting(folder.resolve("three"), "gold", 3);
    assertThatThrownBy(() -> OnnxReranker.open(properties(three, 20, Duration.ofSeconds(1))))
        .hasMessageContaining("[pairs][1]");
  }

  @Test
  void searchShowsBothOrders() throws IOException {
    try (OnnxReranker reranker = open(1, 20, Duration.ofSeconds(1), STANDING);
        LuceneSearchIndex index = new LuceneSearchIndex(folder.resolve("index"))) {
      add(index, "travel by train");
      add(index, "travel travel gold");
      Embedder anywhere =
          new Embedder() {
            @Override
            public float[] query(String language, String text) {
              return new float[] {1, 0};
            }

            @Override
            public float[] passage(String language, String text) {
              return new float[] {1, 0};
            }
          };
      Query query = new Query("train travel", Set.of(), 1);
      HybridRetriever plain = new HybridRetriever(index, anywhere, HybridRetriever.FUSION);
      HybridRetriever ordered =
          new HybridRetriever(index, anywhere, HybridRetriever.FUSION, reranker);
      assertThat(plain.search(query, AccessScope.EVERYTHING))
          .extracting(Passage::text)
          .containsExactly("travel by train");
      assertThat(ordered.search(query, AccessScope.EVERYTHING))
          .extracting(Passage::text)
          .containsExactly("travel travel gold");
      RetrievalTrace.Candidate first =
          ordered.trace(query, AccessScope.EVERYTHING).candidates().getFirst();
      assertThat(first.fusedRank()).isEqualTo(2);
      assertThat(first.rerankerScore()).isEqualTo(1);
    }
  }

  private static void add(LuceneSearchIndex index, String text) {
    UUID id = UUID.randomUUID();
    index.replace(
        id,
        List.of(
            new Chunk(
                id, 1, 0, "hr", "", "", null, null, "en", text, Set.of(), new float[] {1, 0})));
  }

  private OnnxReranker open(int outputs, int passages, Duration timeout, LongSupplier clock)
      throws IOException {
    Path network = TinyOnnx.counting(folder.resolve("model"), "gold", outputs);
    return Objects.requireNonNull(OnnxReranker.open(properties(network, passages, timeout), clock));
  }

  private static RerankerProperties properties(
      @Nullable Path path, int passages, Duration timeout) {
    return new RerankerProperties(path, null, passages, timeout, 64);
  }

  private static Passage passage(String text) {
    UUID id = UUID.randomUUID();
    return new Passage(id + ":1:0", id, 1, 0, "hr", "", "", null, null, "en", text, 1, 1, 1, 1, 1);
  }
}
