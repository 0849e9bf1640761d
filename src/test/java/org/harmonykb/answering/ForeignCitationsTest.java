package org.harmonykb.answering;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ForeignCitationsTest {

  private static final Set<Integer> SHOWN = Set.of(1, 3);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "It leaves at 7:25 [1]. | It leaves at 7:25 [1].",
        "It leaves at 7:25 [2]. | It leaves at 7:25.",
        "It leaves at 7:25 [1, 2, 3]. | It leaves at 7:25 [1][3].",
        "It leaves at 7:25【1†L3-L5】. | It leaves at 7:25[1].",
        "It leaves at 7:25 [9][3][12]. | It leaves at 7:25[3].",
        "渡轮七点开【3】。 | 渡轮七点开[3]。",
        "Fill [your name] in [2024]. | Fill [your name] in.",
        "Read `a[2]` and [Passage 3]. | Read `a[2]` and [3].",
        "Open [1 | Open [1",
        "a [[2] b | a [  b",
        "a [[2]2] [1[9]2] b | a [ 2] [1 2] b",
      })
  void citesOnlyPassagesThatAreThere(String written, String shown) {
    assertThat(stream(List.of(written))).isEqualTo(shown);
  }

  @Test
  void piecesChangeNothingAndNoMarkerIsCut() {
    String alphabet = "[][][]【】 1234,†`\n.";
    Random random = new Random(7);
    Pattern wrong = Pattern.compile("\\[(?![13]])\\d+]");
    for (int round = 0; round < 100_000; round++) {
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(40); i > 0; i--) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      String written = text.toString();
      String whole = stream(List.of(written));
      assertThat(stream(List.of(written.split("")))).as(written).isEqualTo(whole);
      if (written.indexOf('`') < 0) {
        assertThat(wrong.matcher(whole).find()).as(written + " -> " + whole).isFalse();
      }
    }
  }

  private static String stream(List<String> pieces) {
    List<String> shown = new ArrayList<>();
    ForeignCitations citations = new ForeignCitations(SHOWN, shown::add);
    pieces.forEach(citations::accept);
    citations.finish();
    return String.join("", shown);
  }
}
