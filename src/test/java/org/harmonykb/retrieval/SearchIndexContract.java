package org.harmonykb.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import org.harmonykb.retrieval.SearchIndex.Generation.State;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every search engine behind the service has to do. Vectors have three dimensions. */
@SuppressWarnings("NullAway.Init")
public abstract class SearchIndexContract {

  protected static final LocalDate DAY = LocalDate.of(2026, 5, 1);
  private static final float[] SAME_WAY = {1, 0, 0};
  private static final float[] ALMOST = {0.8f, 0.6f, 0};
  private static final List<String> COLLECTIONS = List.of("hr", "it", "legal");
  private static final List<String> GROUPS = List.of("staff", "board", "hr team");
  private static final List<String> LANGUAGES = List.of("en", "zh");

  private final UUID first = UUID.randomUUID();
  private final UUID second = UUID.randomUUID();
  private SearchIndex index;

  /** An index of its own for each test; empty at the first call, the same at the next. */
  protected abstract SearchIndex open() throws Exception;

  protected abstract void close(SearchIndex index) throws Exception;

  @BeforeEach
  void begin() throws Exception {
    index = open();
  }

  @AfterEach
  void end() throws Exception {
    close(index);
  }

  @Test
  void whatWasWrittenIsFoundAndWhatWasDeletedIsGone() throws Exception {
    index.replace(first, List.of(chunk(first, 1, 0, "alpha one"), chunk(first, 1, 1, "alpha two")));
    index.replace(second, List.of(chunk(second, 1, 0, "beta")));
    assertThat(found("alpha")).hasSize(2);
    assertThat(index.passages(first))
        .extracting(Passage::text)
        .containsExactly("alpha one", "alpha two");
    assertThat(index.passages(first, 1, 7)).extracting(Passage::text).containsExactly("alpha two");
    assertThat(index.passages(first, 0, 0)).extracting(Passage::text).containsExactly("alpha one");
    assertThat(index.contents()).isEqualTo(Map.of(first, Map.of(1, 2), second, Map.of(1, 1)));
    assertThat(index.passageCount()).isEqualTo(3);

    index.replace(first, List.of(chunk(first, 2, 0, "gamma")));
    assertThat(found("alpha")).isEmpty();
    assertThat(found("gamma")).hasSize(1);
    assertThat(index.contents()).containsEntry(first, Map.of(2, 1));

    index.delete(second);
    assertThat(found("beta")).isEmpty();
    assertThat(index.documents()).containsExactly(first);
    assertThat(index.passages(second)).isEmpty();
    assertThat(near(AccessScope.EVERYTHING, Query.Filters.NONE)).hasSize(1);

    close(index);
    index = open();
    assertThat(found("gamma")).hasSize(1);
    index.delete(first);
    assertThat(index.passageCount()).isZero();
    assertThat(near(AccessScope.EVERYTHING, Query.Filters.NONE)).isEmpty();
  }

  @Test
  void newGenerationIsSwitchedAtOnceAndTheWayBackKnowsNothingDeleted() throws Exception {
    index.replace(first, List.of(chunk(first, 1, 0, "alpha")));
    index.replace(second, List.of(chunk(second, 1, 0, "beta")));
    assertThatIllegalStateException().isThrownBy(() -> index.newGeneration());
    index.beginGeneration();
    index.replaceInNewGeneration(first, List.of(chunk(first, 1, 0, "gamma")));
    assertThat(found("gamma")).isEmpty();
    assertThat(found(index.newGeneration(), "gamma")).hasSize(1);
    UUID third = UUID.randomUUID();
    index.replace(third, List.of(chunk(third, 1, 0, "delta")));
    index.switchGeneration();
    assertThat(found("alpha")).isEmpty();
    assertThat(found("gamma")).hasSize(1);
    assertThat(found("delta")).as("written while it was built").hasSize(1);
    assertThat(index.generation()).isEqualTo(2);

    close(index);
    index = open();
    assertThat(index.generations())
        .extracting(SearchIndex.Generation::state)
        .containsExactly(State.LIVE, State.PREVIOUS);
    index.delete(second);
    index.rollBack();
    assertThat(index.generation()).isEqualTo(1);
    assertThat(found("alpha")).hasSize(1);
    assertThat(found("beta")).as("deleted since").isEmpty();
    assertThat(found("delta")).as("added since").hasSize(1);
    index.dropPrevious();
    assertThatIllegalStateException().isThrownBy(() -> index.rollBack());
    index.beginGeneration();
    index.dropGeneration();
    assertThatIllegalStateException().isThrownBy(() -> index.switchGeneration());
    assertThat(index.generations()).hasSize(1);
  }

  @Test
  void passagesCountFromTheirFirstToTheirLastDay() {
    index.replace(
        first,
        List.of(
            chunk(first, 1, 0, "old rule", null, DAY.minusDays(1)),
            chunk(first, 2, 0, "new rule", DAY, DAY.plusDays(9))));
    assertThat(revisionsOn(DAY.minusDays(1))).containsExactly(1);
    assertThat(revisionsOn(DAY)).containsExactly(2);
    assertThat(revisionsOn(DAY.plusDays(9))).containsExactly(2);
    assertThat(revisionsOn(DAY.plusDays(10))).isEmpty();
    assertThat(index.passages(first)).extracting(Passage::revision).containsExactly(2);
  }

  private List<Integer> revisionsOn(LocalDate day) {
    Query.Filters filters = new Query.Filters(Set.of(), Set.of(), Set.of(), day);
    List<Integer> words =
        index.byWords(new Query("rule", filters, 9), AccessScope.EVERYTHING).stream()
            .map(hit -> hit.passage().revision())
            .toList();
    assertThat(near(AccessScope.EVERYTHING, filters)).hasSize(words.size());
    return words;
  }

  /** Secret passages fit best and would fill every list of results, were they left out late. */
  @Test
  void forbiddenPassagesTakeNoPlaceInEitherArm() {
    UUID board = UUID.randomUUID();
    List<Chunk> secret = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      secret.add(chunk(board, i, Set.of("board"), "board", "salary salary bands", SAME_WAY));
    }
    index.replace(board, secret);
    index.replace(first, List.of(chunk(first, 0, Set.of(), "hr", "Salary bands.", ALMOST)));
    index.replace(
        second, List.of(chunk(second, 0, Set.of("hr team"), "hr", "Salary bands.", ALMOST)));
    assertFinds(new AccessScope(false, Set.of("sales")), Set.of(first));
    assertFinds(new AccessScope(false, Set.of("*")), Set.of(first));
    assertFinds(new AccessScope(false, Set.of("hr team")), Set.of(first, second));
    assertFinds(
        new AccessScope(false, Set.of("hr team", "board"), Set.of("board"), "u"),
        Set.of(first, second));
    index.replace(first, List.of(chunk(first, 0, Set.of("board"), "hr", "Salary bands.", ALMOST)));
    assertFinds(new AccessScope(false, Set.of()), Set.of());
  }

  private void assertFinds(AccessScope scope, Set<UUID> expected) {
    Query query = new Query("salary bands", Set.of(), 10);
    assertThat(documents(index.byWords(query, scope))).isEqualTo(expected);
    assertThat(documents(index.byMeaning("en", SAME_WAY, query, scope))).isEqualTo(expected);
  }

  private static Set<UUID> documents(List<SearchIndex.Hit> hits) {
    return hits.stream().map(hit -> hit.passage().documentId()).collect(Collectors.toSet());
  }

  @Test
  void noHitBreaksAFilterAndNoPermittedPassageIsLost() {
    Random random = new Random(3);
    List<Chunk> all = fill(index, random, 60);
    for (int i = 0; i < 40; i++) {
      Query.Filters filters = filters(random, all);
      AccessScope scope =
          random.nextInt(4) == 0
              ? AccessScope.EVERYTHING
              : new AccessScope(false, some(random, GROUPS));
      Set<String> permitted = permitted(all, filters, scope);
      Query large = new Query("travel 报销", filters, 1000);
      assertThat(ids(index.byWords(large, scope))).as("%s %s", filters, scope).isEqualTo(permitted);
      Set<String> byMeaning = new TreeSet<>();
      for (String language : LANGUAGES) {
        byMeaning.addAll(ids(index.byMeaning(language, vector(random), large, scope)));
      }
      assertThat(byMeaning).as("%s %s", filters, scope).isEqualTo(permitted);
    }
  }

  @Test
  void similarityIsTheCosineAndTermsAreShownAsThePassageHasThem() {
    index.replace(first, List.of(chunk(first, 0, Set.of(), "hr", "They travelled far.", ALMOST)));
    SearchIndex.Hit near = near(AccessScope.EVERYTHING, Query.Filters.NONE).getFirst();
    assertThat(near.score()).isCloseTo(0.8, within(1e-4));
    assertThat(index.matches("Who is travelling?", near.passage()))
        .singleElement()
        .satisfies(match -> assertThat(match.found()).containsExactly("travelled"));
    assertThat(index.attainable("travel zebra")).isPositive();
    assertThat(index.otherSpaces()).isNull();
  }

  private List<SearchIndex.Hit> near(AccessScope scope, Query.Filters filters) {
    return index.byMeaning("en", SAME_WAY, new Query("x", filters, 10), scope);
  }

  private List<SearchIndex.Hit> found(String word) {
    return found(index, word);
  }

  private static List<SearchIndex.Hit> found(SearchArms arms, String word) {
    return arms.byWords(new Query(word, Set.of(), 10), AccessScope.EVERYTHING);
  }

  private static Chunk chunk(UUID document, int revision, int ordinal, String text) {
    return new Chunk(
        document, revision, ordinal, "hr", "Title", "", 3, null, "en", text, Set.of(), SAME_WAY);
  }

  private static Chunk chunk(
      UUID document,
      int revision,
      int ordinal,
      String text,
      @Nullable LocalDate from,
      @Nullable LocalDate to) {
    return new Chunk(
        document, revision, ordinal, "hr", "Title", "", null, from, to, "en", text, Set.of(),
        SAME_WAY);
  }

  private static Chunk chunk(
      UUID document,
      int ordinal,
      Set<String> allow,
      String collection,
      String text,
      float[] vector) {
    return new Chunk(
        document, 1, ordinal, collection, "Pay", "", null, null, "en", text, allow, vector);
  }

  /** Random passages of two languages under one id. */
  protected static List<Chunk> fill(SearchIndex index, Random random, int passages) {
    List<Chunk> all = new ArrayList<>();
    for (int i = 0; i < passages; i++) {
      String language = LANGUAGES.get(random.nextInt(LANGUAGES.size()));
      all.add(
          new Chunk(
              UUID.randomUUID(),
              1,
              0,
              COLLECTIONS.get(random.nextInt(COLLECTIONS.size())),
              "Rules",
              "",
              null,
              random.nextInt(3) == 0 ? null : DAY.plusDays(random.nextInt(-20, 20)),
              language,
              (language.equals("en") ? "Travel is paid to those who travelled." : "差旅费用报销")
                  + " x".repeat(random.nextInt(9)),
              some(random, GROUPS),
              vector(random)));
    }
    index.replace(UUID.randomUUID(), all);
    return all;
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
        .filter(c -> scope.permits(c.allow(), c.collection()))
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
    return hits.stream()
        .map(hit -> hit.passage().id())
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
