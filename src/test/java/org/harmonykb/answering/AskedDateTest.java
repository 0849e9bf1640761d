package org.harmonykb.answering;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AskedDateTest {

  private static final LocalDate TODAY = LocalDate.of(2026, 7, 15);

  @ParameterizedTest
  @CsvSource({
    "My trip was in November 2025. Which limit applied?, 2025-11-30",
    "'What was the limit on Feb. 3, 2024?', 2024-02-29",
    "What did a hotel cost in 2025?, 2025-12-31",
    "What was the limit last year?, 2025-12-31",
    "2025年11月出差的住宿标准是多少？, 2025-11-30",
    "2025年的标准是多少？, 2025-12-31",
    "去年的标准是多少？, 2025-12-31",
    "What is the limit on 2025-03-01?, 2025-03-31",
    "What is the limit in 2026?,",
    "What will it be in May 2027?,",
    "How long is the warranty of the LG-2025?,",
    "Does 2025-A fit?,",
    "How many days are there in May?,",
    "Which port is 20250?,",
  })
  void theEndOfTheTimeThatIsAskedAbout(String question, LocalDate expected) {
    assertThat(AskedDate.of(question, TODAY)).isEqualTo(expected);
  }
}
