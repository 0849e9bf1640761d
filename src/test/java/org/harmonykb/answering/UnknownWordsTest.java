package org.harmonykb.answering;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UnknownWordsTest {

  /** All that anybody wrote. */
  private static final String WRITTEN = "Annual leave is 28 days. Parking costs 35 euros. 年假为五天。";

  @ParameterizedTest
  @CsvSource({
    "How many days is the leave?, 0",
    "How many vacation days?, 0", // vacation: annual leave
    "When does the canteen open?, 1",
    "What does canteen parking cost?, 0.33",
    "年假有几天？, 0",
    "食堂几点开门？, 1",
  })
  void whatNobodyWroteOfIsUnknown(String question, double share) {
    assertThat(UnknownWords.in(question, UnknownWordsTest::isWritten).share())
        .isBetween(share - 0.01, share + 0.01);
  }

  @ParameterizedTest
  @CsvSource({
    "Does Leipzig have a canteen?, true",
    "Is there an app for iPhones?, true",
    "What is the MTBF?, true",
    "食堂有WiFi吗？, true",
    "What does it cost in May?, false",
    "Which canteen is open?, false",
    "Is Parking free?, false",
  })
  void namesAreToldFromOtherWords(String question, boolean hasNames) {
    assertThat(UnknownWords.in(question, UnknownWordsTest::isWritten).hasNames())
        .isEqualTo(hasNames);
  }

  private static boolean isWritten(String word) {
    return word.codePointAt(0) > 0x2e80
        ? WRITTEN.contains(word)
        : Terms.of(WRITTEN).containsAll(Terms.of(word));
  }
}
