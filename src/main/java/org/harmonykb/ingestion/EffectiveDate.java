package org.harmonykb.ingestion;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Finds the day from which a document is in force, where it says so. */
final class EffectiveDate {

  private static final Pattern STATEMENT =
      Pattern.compile(
          "(?i)(?:effective(?:\\s+from|\\s+date)?|valid\\s+from|in\\s+force\\s+from|生效日期|生效|施行日期)"
              + "[\\s:：|*]{0,6}(\\d{4})\\s*[-/.年]\\s*(\\d{1,2})\\s*[-/.月]\\s*(\\d{1,2})");

  private EffectiveDate() {}

  static @Nullable LocalDate find(String text) {
    Matcher matcher = STATEMENT.matcher(text);
    if (!matcher.find()) {
      return null;
    }
    try {
      return LocalDate.of(
          Integer.parseInt(matcher.group(1)),
          Integer.parseInt(matcher.group(2)),
          Integer.parseInt(matcher.group(3)));
    } catch (DateTimeException e) {
      return null; // no such day: the text means something else
    }
  }
}
