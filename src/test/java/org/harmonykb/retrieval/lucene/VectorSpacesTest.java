package org.harmonykb.retrieval.lucene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.harmonykb.retrieval.AccessScope;
import org.harmonykb.retrieval.Chunk;
import org.harmonykb.retrieval.Query;
import org.harmonykb.retrieval.SearchIndex;
import org.harmonykb.retrieval.VectorSpaces;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Vectors of different models in one index, and vectors in fewer bits. */
@SuppressWarnings("NullAway.Init")
class VectorSpacesTest {

  private static final VectorSpaces SHARED =
      new VectorSpaces(Map.of("en", "many@1", "zh", "many@1"));
  private static final Query QUERY = new Query("leave", Set.of(), 10);

  @TempDir Path folder;

  @Test
  void questionFindsPassagesOfAllLanguagesInASharedSpace() {
    try (LuceneSearchIndex index = new LuceneSearchIndex(folder, SHARED)) {
      UUID english = add(index, "en", "annual leave", new float[] {1, 0});
      UUID chinese = add(index, "zh", "年假", new float[] {0.8f, 0.6f});
      assertThat(found(index, "en", new float[] {0.6f, 0.8f})).containsExactly(chinese, english);
      assertThat(found(index, "zh", new float[] {1, 0})).containsExactly(english, chinese);
    }
  }

  @Test
  void otherModelLeavesTheIndexAsItIsUntilItIsMadeAnew() {
    UUID old;
    try (LuceneSearchIndex index = new LuceneSearchIndex(folder)) {
      old = add(index, "en", "annual leave", new float[] {1, 0, 0});
      assertThat(index.otherSpaces()).isNull();
    }
    try (LuceneSearchIndex index = new LuceneSearchIndex(folder, SHARED)) {
      assertThat(index.otherSpaces()).isEqualTo(VectorSpaces.BUNDLED.toString());
      UUID recent = add(index, "en", "leave without pay", new float[] {1, 0});
      assertThat(found(index, "en", new float[] {1, 0})).containsExactly(recent);
      assertThat(index.byWords(QUERY, AccessScope.EVERYTHING)).hasSize(2);
    }
    try (LuceneSearchIndex index = new LuceneSearchIndex(folder)) {
      assertThat(index.otherSpaces()).isNull();
      assertThat(found(index, "en", new float[] {1, 0, 0})).containsExactly(old);
    }
    try (LuceneSearchIndex index = new LuceneSearchIndex(folder, SHARED)) {
      assertThat(index.otherSpaces()).isNotNull();
      index.beginGeneration();
      index.replaceInNewGeneration(
          old, List.of(chunk(old, "en", "annual leave", new float[] {0, 1})));
      index.switchGeneration();
      assertThat(index.otherSpaces()).isNull();
      assertThat(found(index, "en", new float[] {0, 1})).containsExactly(old);
      index.rollBack();
      assertThat(index.otherSpaces()).isNotNull();
    }
  }

  @Test
  void firstPassagesDecideOfAnIndexThatWasEmpty() {
    try (LuceneSearchIndex index = new LuceneSearchIndex(folder)) {
      assertThat(index.passageCount()).isZero();
    }
    try (LuceneSearchIndex index = new LuceneSearchIndex(folder, SHARED)) {
      assertThat(index.otherSpaces()).isNull();
    }
  }

  /** Whatever the bits, the nearest are found and their similarity is the exact one. */
  @ParameterizedTest
  @EnumSource
  void nearestAreFoundWithTheirExactSimilarity(VectorStorage storage) {
    Random random = new Random(7);
    List<float[]> vectors = new ArrayList<>();
    try (LuceneSearchIndex index = new LuceneSearchIndex(folder, SHARED, storage)) {
      UUID id = UUID.randomUUID();
      List<Chunk> chunks = new ArrayList<>();
      for (int i = 0; i < 600; i++) {
        vectors.add(direction(random, 64));
        chunks.add(
            new Chunk(id, 1, i, "hr", "", "", null, null, "en", "leave", Set.of(), vectors.get(i)));
      }
      index.replace(id, chunks);
      float[] question = direction(random, 64);
      List<Double> exact =
          vectors.stream().map(v -> dot(question, v)).sorted(Comparator.reverseOrder()).toList();
      List<SearchIndex.Hit> hits =
          index.byMeaning("en", question, QUERY.withLimit(50), AccessScope.EVERYTHING);
      assertThat(hits).hasSize(50);
      for (int i = 0; i < 5; i++) {
        assertThat(hits.get(i).score()).isCloseTo(exact.get(i), within(1e-5));
      }
    }
  }

  private static float[] direction(Random random, int length) {
    float[] vector = new float[length];
    double sum = 0;
    for (int i = 0; i < length; i++) {
      vector[i] = (float) random.nextGaussian();
      sum += vector[i] * vector[i];
    }
    for (int i = 0; i < length; i++) {
      vector[i] /= (float) Math.sqrt(sum);
    }
    return vector;
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private static List<UUID> found(LuceneSearchIndex index, String language, float[] vector) {
    return index.byMeaning(language, vector, QUERY, AccessScope.EVERYTHING).stream()
        .map(hit -> hit.passage().documentId())
        .toList();
  }

  private static UUID add(LuceneSearchIndex index, String language, String text, float[] vector) {
    UUID id = UUID.randomUUID();
    index.replace(id, List.of(chunk(id, language, text, vector)));
    return id;
  }

  private static Chunk chunk(UUID id, String language, String text, float[] vector) {
    return new Chunk(id, 1, 0, "hr", "", "", null, null, language, text, Set.of(), vector);
  }
}
