package org.harmonykb.retrieval;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ScoreFusionTest {

  private final ScoreFusion fusion = new ScoreFusion(0.25);

  @Test
  void clearWinnerOfOneArmBeatsWhatIsMiddlingInBoth() {
    List<SearchIndex.Hit> words = List.of(hit("exact", 20), hit("both", 6), hit("other", 5));
    List<SearchIndex.Hit> meaning = List.of(hit("both", 0.62), hit("near", 0.61), hit("far", 0.6));
    assertThat(ids(fusion.fuse(words, meaning, 3))).containsExactly("exact", "both", "other");
  }

  @Test
  void oneEmptyArmLeavesTheOthersOrder() {
    List<SearchIndex.Hit> hits = List.of(hit("a", 0.9), hit("b", 0.5), hit("c", -0.1));
    assertThat(ids(fusion.fuse(List.of(), hits, 10))).containsExactly("a", "b", "c");
    assertThat(ids(fusion.fuse(hits.subList(0, 2), List.of(), 10))).containsExactly("a", "b");
    assertThat(fusion.fuse(List.of(), List.of(), 10)).isEmpty();
  }

  @Test
  void traceOfBothArmsIsKept() {
    Passage passage =
        fusion
            .fuse(List.of(hit("x", 3), hit("a", 2)), List.of(hit("a", 0.8), hit("x", 0.7)), 1)
            .getFirst();
    assertThat(passage.keywordRank()).isEqualTo(1);
    assertThat(passage.keywordScore()).isEqualTo(3);
    assertThat(passage.similarity()).isEqualTo(0.7);
  }

  private static List<String> ids(List<Passage> passages) {
    return passages.stream().map(Passage::id).toList();
  }

  private static SearchIndex.Hit hit(String id, double score) {
    Passage passage =
        new Passage(
            id,
            new UUID(0, 0),
            1,
            0,
            "c",
            "title",
            "",
            null,
            null,
            Language.ENGLISH,
            "text",
            0,
            0,
            0,
            0,
            0);
    return new SearchIndex.Hit(passage, score);
  }
}
