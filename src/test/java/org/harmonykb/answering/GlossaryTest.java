package org.harmonykb.answering;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlossaryTest {

  @ParameterizedTest
  @CsvSource({
    "How many vacation days do I get?, Employees have 28 days of annual leave., true",
    "How many vacation days do I get?, Overtime is paid with the salary., false",
    "年假有几天？, The annual leave is 28 days., true",
    "Who approves a business trip?, 出差由部门经理批准。, true",
    "Is my laptop insured?, 电脑由公司投保。, true",
    "What does the canteen serve?, The laptop is replaced after four years., false",
  })
  void aQuestionIsMetByOtherWordsForTheSame(String question, String text, boolean isMet) {
    Set<String> held = Terms.of(text);
    assertThat(Glossary.BUILT_IN.in(question).stream().anyMatch(c -> c.isIn(held)))
        .isEqualTo(isMet);
  }

  @Test
  void longPhrasesComeBeforeTheWordsInThem() {
    assertThat(Glossary.BUILT_IN.in("How long is parental leave?").getFirst().terms())
        .isEqualTo(Terms.of("parental leave"));
  }

  @Test
  void theQuestionsOwnWordsAreNotAmongTheOthers() {
    List<List<String>> related = Glossary.BUILT_IN.related("How many vacation days?");
    assertThat(related).isNotEmpty();
    assertThat(related.getFirst()).contains("annual leave", "年假").doesNotContain("vacation");
  }
}
