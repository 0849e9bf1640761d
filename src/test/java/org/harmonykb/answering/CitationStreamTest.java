package org.harmonykb.answering;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CitationStreamTest {

  private final List<String> passed = new ArrayList<>();
  private final CitationStream stream = new CitationStream(passed::add);

  @Test
  void markerComesWhole() {
    for (String piece : List.of("28 days ", "[", "1", "2", "]", ". Next")) {
      stream.accept(piece);
    }
    stream.finish();
    assertThat(passed).containsExactly("28 days ", "[12]", ". Next");
  }

  @Test
  void bracketThatIsNoMarkerPassesWhenThatIsKnown() {
    stream.accept("a [n");
    stream.accept("ote] [[3");
    assertThat(String.join("", passed)).isEqualTo("a [note] [");
    stream.finish();
    assertThat(String.join("", passed)).isEqualTo("a [note] [[3");
  }

  @Test
  void codeIsNotHeldBack() {
    stream.accept("Use `list[");
    assertThat(String.join("", passed)).isEqualTo("Use `list[");
    stream.accept("0]` now [");
    assertThat(String.join("", passed)).isEqualTo("Use `list[0]` now ");
    stream.accept("1]\n```\nx[");
    assertThat(String.join("", passed)).endsWith("[1]\n```\nx[");
    stream.accept("0]\n```\n[");
    assertThat(String.join("", passed)).endsWith("x[0]\n```\n");
  }

  @Test
  void nothingIsLostHoweverItIsCut() {
    Random random = new Random(3);
    for (int round = 0; round < 500; round++) {
      StringBuilder text = new StringBuilder();
      List<String> out = new ArrayList<>();
      CitationStream cut = new CitationStream(out::add);
      for (int i = 0; i < 20; i++) {
        StringBuilder piece = new StringBuilder();
        for (int j = random.nextInt(4); j >= 0; j--) {
          piece.append("[[]`12a\n ".charAt(random.nextInt(8)));
        }
        cut.accept(piece.toString());
        text.append(piece);
      }
      cut.finish();
      assertThat(String.join("", out)).isEqualTo(text.toString());
      assertThat(out).noneMatch(String::isEmpty);
    }
  }
}
