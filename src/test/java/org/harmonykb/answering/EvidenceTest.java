package org.harmonykb.answering;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.UUID;
import org.harmonykb.retrieval.Language;
import org.harmonykb.retrieval.OnnxEmbedder;
import org.harmonykb.retrieval.Passage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Hand-made passages, the real embedding models. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class EvidenceTest {

  private static final List<Passage> ENGLISH =
      List.of(
          passage(
              "Bicycles",
              "Staff may lease a bicycle. The lease runs for 36 months. Helmets are free."),
          passage(
              "Travel",
              "| Country | Hotel limit |\n"
                  + "| --- | --- |\n"
                  + "| Austria | 120 euros |\n"
                  + "| Norway | 190 euros |"),
          passage(
              "Office",
              "Dr. Meyer keeps the keys, e.g. those of the lab. The lab opened on 3 May 2021."));

  private static final List<Passage> CHINESE =
      List.of(
          passage("考勤", "办公室员工每天工作8小时。迟到三次扣发当月全勤奖。全勤奖为每月200元。"),
          passage("宿舍", "宿舍由行政部李娜管理。每间宿舍住两人。"));

  private OnnxEmbedder embedder;
  private EvidenceRanker ranker;

  @BeforeAll
  void load() {
    embedder = new OnnxEmbedder();
    ranker = new EvidenceRanker(embedder);
  }

  @AfterAll
  void close() {
    embedder.close();
  }

  @Test
  void sentenceThatAnswersComesFirst() {
    assertThat(best("How long does the bicycle lease run?", ENGLISH)).contains("36 months");
    assertThat(best("When did the lab open?", ENGLISH)).contains("3 May 2021");
    assertThat(best("全勤奖是多少钱？", CHINESE)).contains("200元");
    assertThat(best("宿舍由谁管理？", CHINESE)).contains("李娜");
  }

  @Test
  void tableRowCarriesItsHeaders() {
    assertThat(best("What is the hotel limit in Norway?", ENGLISH))
        .isEqualTo("Country: Norway; Hotel limit: 190 euros");
  }

  @Test
  void aRuleOfAnotherPlaceComesLast() {
    List<Passage> rules =
        List.of(
            passage("Annual leave, Hamburg", "Employees have 30 days of annual leave."),
            passage("Annual leave, Leipzig", "Employees have 28 days of annual leave."));
    assertThat(best("How many days of annual leave are there in Leipzig?", rules)).contains("28");
    assertThat(best("How many days of annual leave are there in Hamburg?", rules)).contains("30");
    assertThat(best("莱比锡的年假有多少天？", rules)).contains("28");
  }

  @Test
  void evidenceIsWeakerWhereTheAnswerIsMissing() {
    assertThat(
            ranker
                .rank("What is the hotel limit in Norway?", ENGLISH, UnknownWords.Unknown.NOTHING)
                .probability())
        .isGreaterThan(
            ranker
                .rank(
                    "Who won the chess tournament in Nairobi?",
                    ENGLISH,
                    UnknownWords.Unknown.NOTHING)
                .probability());
    assertThat(ranker.rank("全勤奖是多少钱？", CHINESE, UnknownWords.Unknown.NOTHING).probability())
        .isGreaterThan(
            ranker.rank("月球上有哪些火山？", CHINESE, UnknownWords.Unknown.NOTHING).probability());
    assertThat(ranker.rank("anything", List.of(), UnknownWords.Unknown.NOTHING).sentences())
        .isEmpty();
  }

  @Test
  void neighboursAreQuotedAsOneAndOthersApart() {
    List<Evidence.Sentence> sentences =
        List.of(sentence(1, 0, "One."), sentence(1, 1, "Two."), sentence(2, 2, "Three."));
    assertThat(Extractive.quote(sentences).text()).isEqualTo("> One. Two. [1]\n\n> Three. [2]");
  }

  @Test
  void abbreviationsAndNumbersDoNotEndSentences() {
    assertThat(
            Sentences.of("Mr. Lee of the U.S. office paid 3.5 euros. He left. \"Why?\" she asked."))
        .containsExactly(
            "Mr. Lee of the U.S. office paid 3.5 euros.", "He left.", "\"Why?\" she asked.");
    assertThat(Sentences.of("他说：“好。”然后走了。年假12天；病假另计。"))
        .containsExactly("他说：“好。”", "然后走了。", "年假12天；", "病假另计。");
  }

  @Test
  void refusalSpeaksTheAskersLanguageAndTellsWhomToAsk() {
    Assistant assistant = Assistants.builtIn().get("hr");
    assertThat(Refusal.text(assistant, Language.ENGLISH, ENGLISH))
        .contains(
            "do not answer", "the HR service desk", "Nearest documents: Bicycles, Travel, Office");
    assertThat(Refusal.text(assistant, Language.CHINESE, CHINESE))
        .contains("没有找到", "人力资源服务台", "最接近的文档：考勤、宿舍");
    assertThat(Refusal.text(assistant, Language.ENGLISH, List.of())).doesNotContain("Nearest");
  }

  @Test
  void modelsAbstentionIsRecognisedAndNothingElse() {
    assertThat(Abstention.isOne(" No answer.")).isTrue();
    assertThat(Abstention.isOne("没有答案。")).isTrue();
    assertThat(Abstention.isOne("No answer is needed from you: the form FIN-07 goes to payroll."))
        .isFalse();
  }

  private String best(String question, List<Passage> passages) {
    return ranker
        .rank(question, passages, UnknownWords.Unknown.NOTHING)
        .sentences()
        .getFirst()
        .text();
  }

  private static Evidence.Sentence sentence(int passage, int place, String text) {
    return new Evidence.Sentence(
        passage, place, new Sentences.Piece(text, 0, text.length()), new double[10], 1);
  }

  private static Passage passage(String title, String text) {
    return new Passage(
        title,
        UUID.randomUUID(),
        1,
        0,
        "hr",
        title,
        "",
        null,
        null,
        Language.of(text),
        text,
        0,
        0,
        0,
        0,
        0);
  }
}
