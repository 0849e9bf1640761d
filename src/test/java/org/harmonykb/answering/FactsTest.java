package org.harmonykb.answering;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A fact is the same fact however it is written. */
class FactsTest {

  private static final int CASES = 300;
  private final Random random = new Random(20261124);

  @Test
  void dateIsTheSameInEverySpelling() {
    for (int i = 0; i < CASES; i++) {
      LocalDate date = LocalDate.of(1950, 1, 1).plusDays(random.nextInt(40_000));
      String iso = date.toString();
      List<String> spellings =
          List.of(
              iso,
              in(date, "d MMMM yyyy"),
              in(date, "MMMM d, yyyy"),
              in(date, "d MMM yyyy"),
              in(date, "dd.MM.yyyy"),
              in(date, "yyyy'年'M'月'd'日'"),
              in(date, "yyyy/MM/dd"),
              fullWidth(in(date, "yyyy'年'M'月'd'日'")),
              han(date.getYear(), true)
                  + "年"
                  + han(date.getMonthValue(), false)
                  + "月"
                  + han(date.getDayOfMonth(), false)
                  + "日");
      for (String spelling : spellings) {
        assertThat(Facts.of("from " + spelling + " on")).as(spelling).containsExactly(iso);
        assertThat(Facts.heldBy(spelling)).as(spelling).contains(iso, iso.substring(0, 7));
      }
    }
  }

  @Test
  void anotherDayIsAnotherFact() {
    for (int i = 0; i < CASES; i++) {
      LocalDate date = LocalDate.of(2000, 1, 1).plusDays(random.nextInt(12_000));
      LocalDate other = date.plusDays(1 + random.nextInt(300));
      String source = in(date, "d MMMM yyyy");
      assertThat(Facts.heldBy(source))
          .doesNotContainAnyElementsOf(Facts.of(in(other, "MMMM d, yyyy")));
    }
  }

  @Test
  void numberIsTheSameWithSeparatorsInFullWidthAndInChinese() {
    for (int i = 0; i < CASES; i++) {
      int number = 1 + random.nextInt(99_999_999);
      String plain = Integer.toString(number);
      String separated = String.format(Locale.ROOT, "%,d", number);
      for (String spelling : List.of(plain, separated, fullWidth(plain), fullWidth(separated))) {
        assertThat(Facts.of("共 " + spelling + " 项")).as(spelling).containsExactly(plain);
      }
      assertThat(Facts.of("共" + han(number, false) + "项")).as(plain).containsExactly(plain);
      assertThat(Facts.chinese(han(number, false))).isEqualTo(number);
    }
  }

  @Test
  void percentageIsTheSameInWords() {
    for (int percent = 1; percent <= 100; percent++) {
      String fact = percent + "%";
      assertThat(Facts.of("gets " + percent + " percent of it")).containsExactly(fact);
      assertThat(Facts.of("按百分之" + han(percent, false) + "发放")).containsExactly(fact);
      assertThat(Facts.of("按百分之" + percent + "发放")).containsExactly(fact);
      assertThat(Facts.of("按" + fullWidth(fact) + "发放")).containsExactly(fact);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "€1,200 a year | 1200 EUR",
        "1200 euros | 1200 EUR",
        "每班６０元 | 60 CNY",
        "1.2万人 | 12000",
        "三万五千元 | 35000 CNY",
        "section 3.2.1 says | 3.2.1",
        "第三章 | 3",
        "at 09:30 | 9:30",
        "twenty-one days | 21",
        "0.50 | 0.5",
      })
  void factsHaveOneSpelling(String text, String fact) {
    assertThat(Facts.of(text)).contains(fact);
  }

  @Test
  void wordsThatOnlyLookLikeNumbersAreNone() {
    assertThat(Facts.of("One of them may ask; 统一和万一都不是数字，一些人同意。")).isEmpty();
  }

  @Test
  void percentageIsNotAnotherUnit() {
    assertThat(Facts.heldBy("28 days")).doesNotContain("28%");
    assertThat(Facts.heldBy("60 euros")).doesNotContain("60 USD");
  }

  private static String in(LocalDate date, String pattern) {
    return date.format(DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH));
  }

  private static String fullWidth(String text) {
    StringBuilder wide = new StringBuilder();
    for (char c : text.toCharArray()) {
      wide.append(c > ' ' && c < 127 ? (char) (c + 0xFEE0) : c);
    }
    return wide.toString();
  }

  /** A number below a hundred million in Chinese, or its digits one by one. */
  private static String han(int number, boolean byDigit) {
    String digits = "零一二三四五六七八九";
    StringBuilder text = new StringBuilder();
    if (byDigit) {
      for (char c : Integer.toString(number).toCharArray()) {
        text.append(c == '0' ? '〇' : digits.charAt(c - '0'));
      }
      return text.toString();
    }
    if (number >= 10_000) {
      int low = number % 10_000;
      text.append(han(number / 10_000, false)).append('万');
      return low == 0 ? text.toString() : text + (low < 1000 ? "零" : "") + han(low, false);
    }
    String units = "千百十";
    int scale = 1000;
    boolean gap = false;
    for (int i = 0; i < 4; i++, scale /= 10) {
      int digit = number / scale % 10;
      if (digit == 0) {
        gap = !text.isEmpty();
      } else {
        text.append(gap ? "零" : "")
            .append(digits.charAt(digit))
            .append(i < 3 ? units.charAt(i) : "");
        gap = false;
      }
    }
    return text.toString();
  }
}
