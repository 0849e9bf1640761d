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
    assertThat(ids(fuse(fusion, words, meaning, 3))).containsExactly("exact", "both", "other");
  }

  @Test
  void oneEmptyArmLeavesTheOthersOrder() {
    List<SearchIndex.Hit> hits = List.of(hit("a", 0.9), hit("b", 0.5), hit("c", -0.1));
    assertThat(ids(fuse(fusion, List.of(), hits, 10))).containsExactly("a", "b", "c");
    assertThat(ids(fuse(fusion, hits.subList(0, 2), List.of(), 10))).containsExactly("a", "b");
    assertThat(fuse(fusion, List.of(), List.of(), 10)).isEmpty();
  }

  @Test
  void traceOfBothArmsIsKept() {
    Passage passage =
        fuse(fusion, List.of(hit("x", 3), hit("a", 2)), List.of(hit("a", 0.8), hit("x", 0.7)), 1)
            .getFirst();
    assertThat(passage.keywordRank()).isEqualTo(1);
    assertThat(passage.keywordScore()).isEqualTo(3);
    assertThat(passage.similarity()).isEqualTo(0.7);
  }

  /** A question of ten points of which one was found says little for the passage that has it. */
  @Test
  void fewWordsOfManyCountLittle() {
    ScoreFusion attainable = new ScoreFusion(0.4, ScoreFusion.Scale.ATTAINABLE, 0);
    List<SearchIndex.Hit> words = List.of(hit("common", 1), hit("near", 0.1));
    List<SearchIndex.Hit> meaning = List.of(hit("near", 0.8), hit("common", 0.6));
    assertThat(ids(fuse(new ScoreFusion(0.4), words, meaning, 2)))
        .containsExactly("common", "near");
    assertThat(ids(fuse(attainable, words, meaning, 2))).containsExactly("near", "common");
  }

  @Test
  void passageOfAnotherLanguageNeedsNoWords() {
    ScoreFusion fusion = new ScoreFusion(0.4, ScoreFusion.Scale.ATTAINABLE, 0.2);
    List<SearchIndex.Hit> words = List.of(hit("own", 1));
    List<SearchIndex.Hit> meaning = List.of(hit("other", 0.6, Language.CHINESE), hit("own", 0.59));
    assertThat(ids(fuse(fusion, words, meaning, 2))).containsExactly("other", "own");
    assertThat(ids(fuse(fusion, List.of(hit("own", 3)), meaning, 2)))
        .containsExactly("own", "other");
  }

  private static List<Passage> fuse(
      ScoreFusion fusion, List<SearchIndex.Hit> words, List<SearchIndex.Hit> meaning, int limit) {
    return fusion.fuse(words, meaning, Language.ENGLISH, 10, limit);
  }

  private static List<String> ids(List<Passage> passages) {
    return passages.stream().map(Passage::id).toList();
  }

  private static SearchIndex.Hit hit(String id, double score) {
    return hit(id, score, Language.ENGLISH);
  }

  private static SearchIndex.Hit hit(String id, double score, String language) {
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
            language,
            "text",
            0,
            0,
            0,
            0,
            0);
    return new SearchIndex.Hit(passage, score);
  }
}
