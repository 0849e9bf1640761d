package org.harmonykb.answering;

import java.time.LocalDate;
import java.time.YearMonth;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The past day, month or year that a question asks about, such as {@code in November 2025}. */
final class AskedDate {

  private static final List<String> MONTHS =
      List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec");

  private static final String YEAR = "((?:19|20)\\d{2})";

  private static final Pattern NAMED_MONTH =
      Pattern.compile(
          "(?i)\\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\\.?,?\\s+(?:\\d{1,2},?\\s+)?(?:of\\s+)?"
              + YEAR
              + "\\b");

  private static final Pattern MONTH =
      Pattern.compile("(?<![\\w-])" + YEAR + "(?:\\s*年\\s*|[-/.])(\\d{1,2})(?:\\s*月|\\b)");

  private static final Pattern ONLY_YEAR =
      Pattern.compile("(?<![\\w/.-])" + YEAR + "(?![\\w/.-]*[\\d-])(?:\\s*年)?");

  private static final Pattern LAST_YEAR = Pattern.compile("(?i)\\blast year\\b|去年");

  private AskedDate() {}

  /** The last day of the time that is asked about, or null if none before today is. */
  static @Nullable LocalDate of(String question, LocalDate today) {
    LocalDate end = end(question, today);
    return end == null || !end.isBefore(today) ? null : end;
  }

  private static @Nullable LocalDate end(String question, LocalDate today) {
    Matcher named = NAMED_MONTH.matcher(question);
    if (named.find()) {
      int month = 1 + MONTHS.indexOf(named.group(1).toLowerCase(java.util.Locale.ROOT));
      return YearMonth.of(Integer.parseInt(named.group(2)), month).atEndOfMonth();
    }
    Matcher numbered = MONTH.matcher(question);
    if (numbered.find()) {
      int month = Integer.parseInt(numbered.group(2));
      if (month >= 1 && month <= 12) {
        return YearMonth.of(Integer.parseInt(numbered.group(1)), month).atEndOfMonth();
      }
    }
    Matcher year = ONLY_YEAR.matcher(question);
    if (year.find()) {
      return LocalDate.of(Integer.parseInt(year.group(1)), 12, 31);
    }
    return LAST_YEAR.matcher(question).find() ? LocalDate.of(today.getYear() - 1, 12, 31) : null;
  }
}
