package org.harmonykb.answering;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DocumentHeadTest {

  @ParameterizedTest
  @CsvSource({
    "'Document HR-101, revision 4.', true",
    "Effective from 2026-01-01., true",
    "Applies to all sites., true",
    "'Owner: HR service desk, extension 4100.', true",
    "适用范围：苏州办公室与苏州工厂。, true",
    "Documents are kept for ten years., false",
    "The rule applies to apprentices., false",
    "员工编号在入职当天发放。, false",
  })
  void headsAreToldFromRules(String sentence, boolean isHead) {
    assertThat(DocumentHead.isOne(sentence)).isEqualTo(isHead);
  }

  @ParameterizedTest
  @CsvSource({
    "Which document has the travel rules?, true",
    "Who is responsible for badges?, true",
    "这项规定适用于谁？, true",
    "How many days of leave are there?, false",
  })
  void someQuestionsAskForThem(String question, boolean isAsked) {
    assertThat(DocumentHead.isAskedFor(question)).isEqualTo(isAsked);
  }
}
