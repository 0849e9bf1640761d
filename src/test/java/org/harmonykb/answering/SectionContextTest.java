package org.harmonykb.answering;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.harmonykb.retrieval.Passage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SectionContextTest {

  private static final UUID RULES = new UUID(0, 1);
  private static final UUID OTHER = new UUID(0, 2);

  /** Pieces 0 to 2 in section A, 3 and 4 in B, 5 in B on another page. */
  private static final List<Passage> PIECES =
      List.of(
          piece(RULES, 0, "A", 1, "zero"),
          piece(RULES, 1, "A", 1, "one"),
          piece(RULES, 2, "A", 1, "two"),
          piece(RULES, 3, "B", 1, "three"),
          piece(RULES, 4, "B", 1, "four"),
          piece(RULES, 5, "B", 2, "five"));

  private static final Map<UUID, List<Passage>> DOCUMENTS =
      Map.of(RULES, PIECES, OTHER, List.of(piece(OTHER, 0, "A", 1, "other")));

  @Test
  void aPieceIsWidenedToItsSectionAndNoFurther() {
    assertThat(widen(1000, 1)).extracting(Passage::text).containsExactly("zero\none\ntwo");
    assertThat(widen(1000, 4)).extracting(Passage::text).containsExactly("three\nfour");
  }

  @Test
  void neighboursBecomeOnePassageAtThePlaceOfTheBetter() {
    List<Passage> widened = widen(0, 4, 1, 2);
    assertThat(widened).extracting(Passage::text).containsExactly("four", "one\ntwo");
    assertThat(widened.get(1).id()).isEqualTo(RULES + ":1:1-2");
  }

  @Test
  void whatIsFoundTwiceComesOnce() {
    List<Passage> widened = widen(1000, 0, 3, 2);
    assertThat(widened).extracting(Passage::text).containsExactly("zero\none\ntwo", "three\nfour");
  }

  @Test
  void thereIsNoMoreThanThereIsRoomFor() {
    // Each piece takes 10 tokens, and 30 for its heading.
    assertThat(widen(45, 1)).extracting(Passage::text).containsExactly("one");
    assertThat(widen(50, 1)).extracting(Passage::text).containsExactly("one\ntwo");
  }

  @Test
  void ofALongDocumentOnlyWhatIsAroundIsFetched() {
    List<Passage> book =
        IntStream.range(0, 5000).mapToObj(i -> piece(RULES, i, "A", 1, "p" + i)).toList();
    List<Integer> fetched = new ArrayList<>();
    List<Passage> widened =
        SectionContext.widen(
            List.of(book.get(2500)),
            1600,
            text -> 100,
            (document, first, last) -> {
              fetched.add(last - first + 1);
              return book.subList(first, last + 1);
            });
    assertThat(widened.getFirst().text()).startsWith("p2500\np2501");
    assertThat(fetched.stream().mapToInt(i -> i).sum()).isLessThan(50);
  }

  @Test
  void aWidenedPassageIsFoundByItsIdWhileItsPiecesAreThere() {
    Passage widened = widen(1000, 1).getFirst();
    Passage again = SectionContext.find(widened.id(), RULES, SectionContextTest::pieces);
    assertThat(again).extracting(Passage::text).isEqualTo(widened.text());
    assertThat(SectionContext.find(RULES + ":1:4", RULES, SectionContextTest::pieces))
        .isEqualTo(PIECES.get(4));
    assertThat(SectionContext.find(RULES + ":2:4", RULES, SectionContextTest::pieces))
        .as("of another revision")
        .isNull();
    assertThat(
            SectionContext.find(
                widened.id(), RULES, (document, first, last) -> PIECES.subList(first, last)))
        .as("the last piece is gone")
        .isNull();
  }

  @Test
  void aTableThatGoesOnHasItsHeaderOnce() {
    List<Passage> table =
        List.of(
            piece(RULES, 0, "A", null, "| Country | Limit |\n| Germany | 130 |"),
            piece(RULES, 1, "A", null, "| Country | Limit |\n| France | 150 |"));
    assertThat(table.getFirst().withPieces(table).text())
        .isEqualTo("| Country | Limit |\n| Germany | 130 |\n| France | 150 |");
  }

  private static List<Passage> widen(int room, int... ordinals) {
    List<Passage> chosen = new ArrayList<>();
    IntStream.of(ordinals).mapToObj(PIECES::get).forEach(chosen::add);
    return SectionContext.widen(chosen, room, text -> 10, SectionContextTest::pieces);
  }

  private static Passage piece(
      UUID document, int ordinal, String section, @Nullable Integer page, String text) {
    return new Passage(
        document + ":1:" + ordinal,
        document,
        1,
        ordinal,
        "hr",
        "Rules",
        section,
        page,
        null,
        "en",
        text,
        0,
        0,
        0,
        0,
        0);
  }

  private static List<Passage> pieces(UUID document, int first, int last) {
    return DOCUMENTS.getOrDefault(document, List.of()).stream()
        .filter(piece -> piece.ordinal() >= first && piece.ordinal() <= last)
        .toList();
  }
}
