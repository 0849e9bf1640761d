package org.harmonykb.answering;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.UUID;
import org.harmonykb.retrieval.Passage;
import org.junit.jupiter.api.Test;

class AnswerVerifierTest {

  private static final Passage LEAVE =
      passage(
          "Employees have 28 days of annual leave. Up to 1,200 euros may be claimed, which is 10% of the budget.");
  private static final Passage SUZHOU = passage("病假期间工资按基本工资的百分之八十发放，年休假为十二天。");

  @Test
  void sentenceWithAnotherNumberIsUnsupported() {
    var verified =
        AnswerVerifier.verify("Employees have 30 days of annual leave [1].", List.of(LEAVE));
    assertThat(verified.supported()).isZero();
    assertThat(verified.unsupported()).hasSize(1);
  }

  @Test
  void sentenceWithoutMarkerIsCitedWhereItStands() {
    var verified =
        AnswerVerifier.verify("Employees have 28 days of annual leave.", List.of(SUZHOU, LEAVE));
    assertThat(verified.text()).isEqualTo("Employees have 28 days of annual leave. [2]");
  }

  @Test
  void thousandsSeparatorsAndPercentWordsAreTheSame() {
    var verified =
        AnswerVerifier.verify(
            "Up to 1200 euros may be claimed, 10 percent of the budget.", List.of(LEAVE));
    assertThat(verified.supported()).isEqualTo(1);
  }

  @Test
  void chineseNumeralsAreNumbers() {
    var verified = AnswerVerifier.verify("病假期间工资按基本工资的80%发放。年休假为12天。", List.of(SUZHOU));
    assertThat(verified.unsupported()).isEmpty();
    assertThat(Facts.chinese("一百二十三")).isEqualTo(123);
  }

  @Test
  void markerOfAPassageThatDoesNotSayItIsReplaced() {
    var verified =
        AnswerVerifier.verify(
            "Employees have 28 days of annual leave [1].", List.of(SUZHOU, LEAVE));
    assertThat(verified.cited()).containsExactly(2);
  }

  @Test
  void quotedTextMustStandInThePassage() {
    assertThat(verified("The policy grants “28 days of annual leave”.").supported()).isOne();
    assertThat(verified("The policy grants “28 days of paid sick leave”.").supported()).isZero();
  }

  @Test
  void nameThatThePassageDoesNotHoldIsUnsupported() {
    assertThat(verified("Employees in Leipzig have 28 days of annual leave.").supported()).isZero();
    assertThat(verified("Your Employees have 28 days of annual leave.").supported()).isOne();
  }

  @Test
  void anotherUnitOfMoneyIsUnsupported() {
    assertThat(verified("Up to €1,200 may be claimed.").supported()).isOne();
    assertThat(verified("Up to $1,200 may be claimed.").supported()).isZero();
  }

  private static AnswerVerifier.Verified verified(String answer) {
    return AnswerVerifier.verify(answer, List.of(LEAVE));
  }

  @Test
  void promptThatIsRepeatedIsNoAnswer() {
    assertThat(
            AnswerVerifier.verify("<<< Employees have 28 days of annual leave.", List.of(LEAVE))
                .isTrustworthy())
        .isFalse();
  }

  private static Passage passage(String text) {
    return new Passage(
        UUID.randomUUID() + ":1:0",
        UUID.randomUUID(),
        1,
        0,
        "hr",
        "Policy",
        "",
        null,
        null,
        "en",
        text,
        0,
        0,
        0,
        0,
        0);
  }
}
