package org.harmonykb.answering;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.harmonykb.Fixtures;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Follow-up questions, by example and over two public sets; see docs/retrieval.md. */
class QuestionCondenserTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          How many vacation days do I have?   | And can I carry them over? | vacation days
          What is throat cancer?              | Is it treatable?           | throat cancer
          What is the hotel limit in Germany? | and in France?             | hotel limit
          How do I reset my VPN password?     | Who approves it?           | VPN password
          年假有几天？                         | 它可以结转吗？              | 年假
          年假有几天？                         | 那病假呢？                  | 病假有几天
          德国的酒店标准是多少？                | 那法国呢？                  | 法国的酒店标准
          年假有幾天？                         | 這個可以結轉嗎？            | 年假
          差旅报销需要哪些材料？                | 需要谁审批？                | 差旅报销
          """)
  void followUpTakesWhatItLeavesOut(String before, String question, String taken) {
    QuestionCondenser.Condensed condensed = QuestionCondenser.explain(question, List.of(before));
    assertThat(condensed.rewritten()).isTrue();
    assertThat(condensed.text()).contains(taken);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          How many vacation days do I have?   | What is the hotel limit per night in Germany?
          How do I reset my VPN password?     | How do I order a laptop?
          Is it treatable?                    | Tell me about lung cancer.
          年假有几天？                         | 差旅报销需要哪些材料？
          年假有几天？                         | 其他假期有哪些？
          年假有几天？                         | 病假有几天？
          """)
  void questionThatStandsOnItsOwnStaysAsItIs(String before, String question) {
    QuestionCondenser.Condensed condensed = QuestionCondenser.explain(question, List.of(before));
    assertThat(condensed.rewritten()).isFalse();
    assertThat(condensed.text()).isEqualTo(question);
  }

  @Test
  void whatAFollowUpAskedAboutIsWhatTheNextOneMeans() {
    assertThat(QuestionCondenser.condense("需要提前多久？", List.of("年假有几天？", "那病假呢？")))
        .contains("病假")
        .doesNotContain("年假");
  }

  @Test
  void replacedPlaceIsNotTakenAlong() {
    assertThat(
            QuestionCondenser.condense(
                "and in France?", List.of("What is the hotel limit in Germany?")))
        .doesNotContain("Germany");
  }

  @Test
  void firstQuestionStaysAsItIs() {
    assertThat(QuestionCondenser.condense("Is it treatable?", List.of()))
        .isEqualTo("Is it treatable?");
  }

  @Test
  void heldOutConversationsAreCondensedAsMeasured() throws IOException {
    Figures cast = figures("cast19");
    assertThat(cast.untouched()).as("%s", cast).isGreaterThan(0.80);
    assertThat(cast.recall()).as("%s", cast).isGreaterThan(0.50);
    assertThat(cast.precision()).as("%s", cast).isGreaterThan(0.49);
    Figures mtrag = figures("mtrag");
    assertThat(mtrag.untouched()).as("%s", mtrag).isGreaterThan(0.68);
    assertThat(mtrag.recall()).as("%s", mtrag).isGreaterThan(0.16);
    assertThat(mtrag.precision()).as("%s", mtrag).isGreaterThan(0.36);
  }

  /**
   * @param untouched share of the self-contained questions that stay as they are
   * @param recall share of the words the references add to follow-ups that are added
   * @param precision share of the added words that the references add
   */
  private record Figures(double untouched, double recall, double precision) {}

  /** Over every second conversation; the weights were fitted on the others. */
  private static Figures figures(String set) throws IOException {
    JsonMapper json = JsonMapper.builder().build();
    Map<String, Integer> conversations = new LinkedHashMap<>();
    double standing = 0;
    double untouched = 0;
    double wanted = 0;
    double added = 0;
    double right = 0;
    for (String line :
        Files.readAllLines(Fixtures.shared("data/dialogue/condense-" + set + "-en.jsonl"))) {
      JsonNode row = json.readTree(line);
      String conversation = row.get("id").asString().replaceAll("(<::>|_)\\d+$", "");
      conversations.putIfAbsent(conversation, conversations.size());
      if (conversations.getOrDefault(conversation, 0) % 2 == 0) {
        continue;
      }
      List<String> history = new ArrayList<>();
      row.get("history").forEach(turn -> history.add(turn.get("text").asString()));
      String question = row.get("question").asString();
      String reference = row.get("rewrite").asString();
      String condensed = QuestionCondenser.condense(question, history);
      Set<String> missing = without(reference, question);
      if (plain(question).equals(plain(reference))) {
        standing++;
        untouched += condensed.equals(question) ? 1 : 0;
      } else if (Terms.of(String.join(" ", history)).stream().anyMatch(missing::contains)) {
        Set<String> words = without(condensed, question);
        wanted += missing.size();
        added += words.size();
        right += words.stream().filter(missing::contains).count();
      }
    }
    return new Figures(untouched / standing, right / wanted, right / added);
  }

  private static Set<String> without(String text, String question) {
    Set<String> words = new LinkedHashSet<>(Terms.of(text));
    words.removeAll(Terms.of(question));
    return words;
  }

  private static String plain(String text) {
    return text.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}]+", " ").strip();
  }
}
