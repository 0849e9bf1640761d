package org.harmonykb.answering;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.harmonykb.retrieval.OnnxEmbedder;
import org.harmonykb.retrieval.Passage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TranslationTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "德累斯顿的年假有多少天？ | Dresden annual leave how many days",
        "X7-90 的错误代码 F03 表示什么？ | X7-90 error code F03 what",
        "那個倉庫的開放時間？ | warehouse opening hours",
        "Who approves invoices in Ningbo? | 谁 批准 发票 宁波",
        "How many days off do nurses get? | 多少天 护士",
        "What does the AB-12 sensor cost? | 什么 AB-12 传感器 成本",
      })
  void aQuestionIsPutIntoTheOtherLanguageWordByWord(String question, String text) {
    assertThat(Translation.of(question).text()).isEqualTo(text);
  }

  @Test
  void whatCannotBeTranslatedIsCounted() {
    assertThat(Translation.of("Which invoices need approval?").share()).isEqualTo(1);
    Translation half = Translation.of("Which zymurgy invoices?");
    assertThat(half.share()).isEqualTo(0.5);
    assertThat(Translation.of("Zymurgy of flocculent wort?").isUsable()).isFalse();
  }

  @Test
  void aSingleCharacterIsNoOtherWayToSayIt() {
    assertThat(Translation.of("Which pets may I bring?").alternatives())
        .allMatch(concept -> concept.others().stream().noneMatch(way -> way.terms().isEmpty()));
  }

  @Test
  void anAnswerInTheOtherLanguageIsFoundByItsTranslation() {
    List<Passage> passages =
        List.of(
            PlacesTest.passage("采购制度", "", "办公用品由行政部统一采购。发票保存十年。"),
            PlacesTest.passage(
                "Warehouse Manual",
                "2 Opening hours",
                "Goods are received at gate 3. The warehouse is open from 7:15 to 16:40."));
    try (OnnxEmbedder embedder = new OnnxEmbedder()) {
      Evidence evidence =
          new EvidenceRanker(embedder)
              .rank("仓库的开放时间是几点？", passages, UnknownWords.Unknown.NOTHING, Scopes.NONE);
      assertThat(evidence.sentences().getFirst().text()).contains("7:15 to 16:40");
      assertThat(evidence.probability()).isGreaterThan(0.5);
    }
  }
}
