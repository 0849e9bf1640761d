package org.harmonykb.retrieval.lucene;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.harmonykb.retrieval.AccessScope;
import org.harmonykb.retrieval.Chunk;
import org.harmonykb.retrieval.Query;
import org.harmonykb.retrieval.SearchIndex;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may read what, in both arms of the search. */
@SuppressWarnings("NullAway.Init")
class AccessFilterTest {

  private static final int FORBIDDEN = 40;
  private static final float[] SAME_WAY = {1, 0, 0};
  private static final float[] ALMOST = {0.8f, 0.6f, 0};

  @TempDir Path folder;
  private LuceneSearchIndex index;
  private final UUID open = UUID.randomUUID();
  private final UUID shared = UUID.randomUUID();
  private final List<UUID> secret = new ArrayList<>();

  /** The secret passages fit best and fill every list of results, were they only left out late. */
  @BeforeEach
  void fill() {
    index = new LuceneSearchIndex(folder);
    add(open, "hr", Set.of(), "Salary bands are public.", ALMOST);
    add(shared, "hr", Set.of("managers", "hr team"), "Salary bands of managers.", ALMOST);
    for (int i = 0; i < FORBIDDEN; i++) {
      UUID id = UUID.randomUUID();
      secret.add(id);
      add(id, "board", Set.of("board"), "salary salary salary bands", SAME_WAY);
    }
  }

  @AfterEach
  void close() {
    index.close();
  }

  @Test
  void everybodyFindsOnlyOpenDocuments() {
    assertFinds(new AccessScope(false, Set.of()), Set.of(), Set.of(open));
    assertFinds(new AccessScope(false, Set.of("sales")), Set.of(), Set.of(open));
  }

  @Test
  void memberOfAnAllowedGroupFindsMore() {
    assertFinds(new AccessScope(false, Set.of("hr team", "sales")), Set.of(), Set.of(open, shared));
    AccessScope board = new AccessScope(false, Set.of("board"));
    assertThat(byWords(board, Set.of())).containsAnyElementsOf(secret).doesNotContain(shared);
    assertThat(byMeaning(board, Set.of())).containsAnyElementsOf(secret).doesNotContain(shared);
  }

  @Test
  void groupNamedLikeTheMarkOfOpenDocumentsOpensNothing() {
    assertFinds(new AccessScope(false, Set.of("*")), Set.of(), Set.of(open));
    assertFinds(new AccessScope(false, Set.of("boar", "BOARD", "board ")), Set.of(), Set.of(open));
  }

  @Test
  void collectionNarrowsTheScopeAndNeverWidensIt() {
    AccessScope everybody = new AccessScope(false, Set.of());
    assertFinds(everybody, Set.of("board"), Set.of());
    assertFinds(everybody, Set.of("hr", "board"), Set.of(open));
    assertFinds(AccessScope.EVERYTHING, Set.of("hr"), Set.of(open, shared));
  }

  @Test
  void withdrawnRightCountsAtOnce() {
    add(open, "hr", Set.of("board"), "Salary bands are public.", ALMOST);
    assertFinds(new AccessScope(false, Set.of()), Set.of(), Set.of());
  }

  private void assertFinds(AccessScope scope, Set<String> collections, Set<UUID> expected) {
    assertThat(byWords(scope, collections)).containsExactlyInAnyOrderElementsOf(expected);
    assertThat(byMeaning(scope, collections)).containsExactlyInAnyOrderElementsOf(expected);
  }

  private List<UUID> byWords(AccessScope scope, Set<String> collections) {
    return ids(index.byWords(new Query("salary bands", collections, 10), scope));
  }

  private List<UUID> byMeaning(AccessScope scope, Set<String> collections) {
    return ids(index.byMeaning("en", SAME_WAY, new Query("salary", collections, 10), scope));
  }

  private static List<UUID> ids(List<SearchIndex.Hit> hits) {
    return hits.stream().map(hit -> hit.passage().documentId()).toList();
  }

  private void add(UUID id, String collection, Set<String> allow, String text, float[] vector) {
    index.replace(
        id,
        List.of(new Chunk(id, 1, 0, collection, "Pay", "", null, null, "en", text, allow, vector)));
  }
}
