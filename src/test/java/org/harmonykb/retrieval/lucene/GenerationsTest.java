package org.harmonykb.retrieval.lucene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.Term;
import org.apache.lucene.store.FSDirectory;
import org.harmonykb.retrieval.AccessScope;
import org.harmonykb.retrieval.Chunk;
import org.harmonykb.retrieval.Query;
import org.harmonykb.retrieval.SearchArms;
import org.harmonykb.retrieval.SearchIndex;
import org.harmonykb.retrieval.SearchIndex.Generation.State;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A new generation beside the live one, the switch, and the way back. */
@SuppressWarnings("NullAway.Init")
class GenerationsTest {

  private static final LocalDate DAY = LocalDate.of(2026, 5, 1);

  @TempDir private Path folder;
  private LuceneSearchIndex index;
  private final UUID first = UUID.randomUUID();
  private final UUID second = UUID.randomUUID();

  @BeforeEach
  void open() {
    index = new LuceneSearchIndex(folder);
    index.replace(first, List.of(chunk(first, 1, "alpha", null, null)));
    index.replace(second, List.of(chunk(second, 1, "beta", null, null)));
  }

  @AfterEach
  void close() {
    index.close();
  }

  @Test
  void liveGenerationAnswersUntilTheSwitch() {
    index.beginGeneration();
    index.replaceInNewGeneration(first, List.of(chunk(first, 1, "gamma", null, null)));
    assertThat(found(index, "alpha")).isEqualTo(1);
    assertThat(found(index, "gamma")).isZero();
    assertThat(found(index.newGeneration(), "gamma")).isEqualTo(1);
    index.switchGeneration();
    assertThat(found(index, "alpha")).isZero();
    assertThat(found(index, "gamma")).isEqualTo(1);
    assertThat(index.generations())
        .extracting(SearchIndex.Generation::state)
        .containsExactly(State.LIVE, State.PREVIOUS);
  }

  @Test
  void changesThatShareACommitAreAllOnDiskWhenTheyReturn() throws Exception {
    Path live = folder.resolve("generation-1");
    List<Callable<Boolean>> changes = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      changes.add(
          () -> {
            UUID id = UUID.randomUUID();
            index.replace(id, List.of(chunk(id, 1, "delta", null, null)));
            Term term = new Term("document", id.toString());
            try (DirectoryReader onDisk = DirectoryReader.open(FSDirectory.open(live))) {
              return onDisk.docFreq(term) == 1 && index.passages(id).size() == 1;
            }
          });
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      for (Future<Boolean> isThere : threads.invokeAll(changes)) {
        assertThat(isThere.get()).isTrue();
      }
    }
  }

  @Test
  void switchInTheMiddleLosesNoChange() throws Exception {
    List<UUID> changed = Collections.synchronizedList(new ArrayList<>());
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<?>> writers = new ArrayList<>();
      for (int t = 0; t < 3; t++) {
        writers.add(
            threads.submit(
                () -> {
                  for (int i = 0; i < 15; i++) {
                    UUID id = UUID.randomUUID();
                    index.replace(id, List.of(chunk(id, 1, "delta", null, null)));
                    changed.add(id);
                  }
                }));
      }
      for (int round = 0; round < 3; round++) {
        index.beginGeneration();
        for (UUID id : List.copyOf(changed)) {
          index.replaceInNewGeneration(id, List.of(chunk(id, 1, "delta", null, null)));
        }
        index.switchGeneration();
        index.rollBack();
        index.dropPrevious();
      }
      for (Future<?> writer : writers) {
        writer.get();
      }
    }
    assertThat(changed).hasSize(45).allMatch(id -> index.passages(id).size() == 1);
  }

  @Test
  void generationOfAnOlderAnalysisSaysSo() throws IOException {
    assertThat(index.hasOlderAnalysis()).isFalse();
    index.close();
    try (FSDirectory directory = FSDirectory.open(folder.resolve("generation-1"));
        IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig())) {
      writer.setLiveCommitData(Map.of("analysis", "1").entrySet());
      writer.commit();
    }
    index = new LuceneSearchIndex(folder);
    assertThat(index.hasOlderAnalysis()).isTrue();
    assertThat(found(index, "alpha")).isEqualTo(1);
    index.beginGeneration();
    index.switchGeneration();
    assertThat(index.hasOlderAnalysis()).isFalse();
  }

  @Test
  void changesDuringTheBuildAreInBoth() {
    index.beginGeneration();
    UUID third = UUID.randomUUID();
    index.replace(third, List.of(chunk(third, 1, "delta", null, null)));
    index.replaceInNewGeneration(first, List.of(chunk(first, 1, "alpha", null, null)));
    index.delete(first);
    assertThat(found(index, "delta")).isEqualTo(1);
    index.switchGeneration();
    assertThat(found(index, "delta")).isEqualTo(1);
    assertThat(found(index, "alpha")).isZero();
  }

  @Test
  void rollbackBringsBackTheOldGenerationButNothingThatWasDeleted() {
    index.beginGeneration();
    index.replaceInNewGeneration(first, List.of(chunk(first, 1, "gamma", null, null)));
    index.switchGeneration();
    index.delete(second);
    UUID third = UUID.randomUUID();
    index.replace(third, List.of(chunk(third, 1, "delta", null, null)));
    index.rollBack();
    assertThat(index.generation()).isEqualTo(1);
    assertThat(found(index, "alpha")).isEqualTo(1);
    assertThat(found(index, "beta")).as("deleted since").isZero();
    assertThat(found(index, "delta")).as("added since").isEqualTo(1);
    index.rollBack();
    assertThat(found(index, "gamma")).isEqualTo(1);
  }

  @Test
  void previousGenerationSurvivesARestartAndGoesWhenItIsDropped() {
    index.beginGeneration();
    index.replaceInNewGeneration(first, List.of(chunk(first, 1, "gamma", null, null)));
    index.switchGeneration();
    index.close();
    index = new LuceneSearchIndex(folder);
    assertThat(found(index, "gamma")).isEqualTo(1);
    index.rollBack();
    assertThat(found(index, "alpha")).isEqualTo(1);
    index.dropPrevious();
    assertThat(folder.resolve("generation-2")).doesNotExist();
    assertThatIllegalStateException().isThrownBy(() -> index.rollBack());
  }

  @Test
  void interruptedBuildIsGoneAfterARestart() throws Exception {
    index.beginGeneration();
    index.replaceInNewGeneration(first, List.of(chunk(first, 1, "gamma", null, null)));
    index.close();
    Files.createDirectories(folder.resolve("generation-7"));
    index = new LuceneSearchIndex(folder);
    assertThat(found(index, "alpha")).isEqualTo(1);
    assertThat(folder.resolve("generation-7")).doesNotExist();
    assertThat(index.generations()).hasSize(1);
    assertThatIllegalStateException().isThrownBy(() -> index.switchGeneration());
  }

  @Test
  void passagesCountFromTheirFirstToTheirLastDay() {
    index.replace(
        first,
        List.of(
            chunk(first, 1, "old rule", null, DAY.minusDays(1)),
            chunk(first, 2, "new rule", DAY, DAY.plusDays(9))));
    assertThat(revisionsOn(DAY.minusDays(1))).containsExactly(1);
    assertThat(revisionsOn(DAY)).containsExactly(2);
    assertThat(revisionsOn(DAY.plusDays(9))).containsExactly(2);
    assertThat(revisionsOn(DAY.plusDays(10))).isEmpty();
    assertThat(index.passages(first)).extracting(p -> p.revision()).containsExactly(2);
    assertThat(index.contents()).containsEntry(first, Map.of(1, 1, 2, 1));
  }

  private List<Integer> revisionsOn(LocalDate day) {
    return index
        .byWords(
            new Query("rule", new Query.Filters(Set.of(), Set.of(), Set.of(), day), 9),
            AccessScope.EVERYTHING)
        .stream()
        .map(hit -> hit.passage().revision())
        .toList();
  }

  private static int found(SearchArms arms, String word) {
    return arms.byWords(new Query(word, Set.of(), 10), AccessScope.EVERYTHING).size();
  }

  private static Chunk chunk(
      UUID document, int revision, String text, @Nullable LocalDate from, @Nullable LocalDate to) {
    return new Chunk(
        document, revision, 0, "hr", "Title", "", null, from, to, "en", text, Set.of(), null);
  }
}
