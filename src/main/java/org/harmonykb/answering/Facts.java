package org.harmonykb.answering;

import java.math.BigDecimal;
import java.text.Normalizer;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The checkable facts of a text in one way of writing: dates, times, amounts of money, percentages,
 * section ids and other numbers. Full width becomes half width, thousands separators go, Chinese
 * and small English numerals become digits, 百分之十 becomes 10%.
 */
public final class Facts {

  private static final String HAN_NUMERAL = "[零〇一二两兩三四五六七八九十百千万萬亿億]";
  private static final Pattern CITATION = Pattern.compile("\\[\\d+]");
  private static final Pattern THOUSANDS =
      Pattern.compile("(?<=\\d)[,\\u202f\\u00a0](?=\\d{3}(?!\\d))");
  private static final Pattern PERCENT =
      Pattern.compile("百分之\\s*(" + HAN_NUMERAL + "+|\\d+(?:\\.\\d+)?)(?:点(" + HAN_NUMERAL + "+))?");
  private static final Pattern MIXED = Pattern.compile("(\\d+(?:\\.\\d+)?)\\s*([万萬亿億])");

  /** A numeral that counts something, or numbers a chapter; others are parts of words. */
  private static final Pattern HAN_NUMBER =
      Pattern.compile(HAN_NUMERAL + "+(?=[天个個年月日号號小元万萬周週次岁歲人份名位条條章节節款项項级級倍分公米吨噸]|星期|工作日)");

  private static final Pattern PERCENT_WORD =
      Pattern.compile("(?i)(?<=\\d)\\s*(?:percent|per cent)\\b");
  private static final Pattern ENGLISH =
      Pattern.compile(
          "(?i)\\b(?:(twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:[- ](one|two|three|four|five|six|seven|eight|nine))?|zero|one(?= (?:day|week|month|year|hour|minute)\\b)|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen)\\b");
  private static final List<String> SMALL =
      List.of(
          ("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
                  + " fifteen sixteen seventeen eighteen nineteen")
              .split(" "));
  private static final List<String> TENS =
      List.of("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety");

  private static final String MONTH =
      "(January|February|March|April|May|June|July|August|September|October|November|December|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec)\\.?";
  private static final List<String> MONTHS =
      List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec");
  private static final String DAY = "(\\d{1,2})(?:st|nd|rd|th)?";

  private static final Pattern NUMBER = Pattern.compile("\\d+(?:\\.\\d+)*%?");
  private static final Pattern QUOTED =
      Pattern.compile("“([^”]{2,300})”|「([^」]{2,300})」|『([^』]{2,300})』|\"([^\"]{2,300})\"");

  private Facts() {}

  /** A way of writing a fact, and the fact in ours. */
  private record Form(Pattern pattern, Function<MatchResult, String> fact) {

    static Form of(String pattern, Function<MatchResult, String> fact) {
      return new Form(Pattern.compile(pattern), fact);
    }
  }

  /** The longest first: what one of them takes the next do not see. */
  private static final List<Form> FORMS =
      List.of(
          Form.of(
              "(?<!\\d)(\\d{4})\\s*[-/.年]\\s*(\\d{1,2})\\s*[-/.月]\\s*(\\d{1,2})(?!\\d)(?:\\s*[日号號])?",
              m -> date(m.group(1), m.group(2), m.group(3))),
          Form.of(
              "(?<!\\d)" + DAY + "\\s+(?:of\\s+)?" + MONTH + ",?\\s+(\\d{4})(?!\\d)",
              m -> date(m.group(3), month(m.group(2)), m.group(1))),
          Form.of(
              MONTH + "\\s+" + DAY + ",?\\s+(\\d{4})(?!\\d)",
              m -> date(m.group(3), month(m.group(1)), m.group(2))),
          Form.of(
              "(?<![\\d.])(\\d{1,2})[./](\\d{1,2})[./](\\d{4})(?!\\d)",
              m ->
                  Integer.parseInt(m.group(2)) > 12
                      ? date(m.group(3), m.group(1), m.group(2))
                      : date(m.group(3), m.group(2), m.group(1))),
          Form.of(
              "(?<!\\d)(\\d{4})\\s*年\\s*(\\d{1,2})\\s*月", m -> date(m.group(1), m.group(2), "")),
          Form.of(MONTH + ",?\\s+(\\d{4})(?!\\d)", m -> date(m.group(2), month(m.group(1)), "")),
          Form.of(
              "(?<!\\d)(\\d{1,2})\\s*月\\s*(\\d{1,2})\\s*[日号號]",
              m -> date("-", m.group(1), m.group(2))),
          Form.of(
              "(?<!\\d)" + DAY + "\\s+(?:of\\s+)?" + MONTH + "(?!\\p{L})",
              m -> date("-", month(m.group(2)), m.group(1))),
          Form.of(
              MONTH + "\\s+" + DAY + "(?![\\d.%])", m -> date("-", month(m.group(1)), m.group(2))),
          Form.of(
              "(?<!\\d)(\\d{1,2}):(\\d{2})(?!\\d)",
              m -> Integer.parseInt(m.group(1)) + ":" + m.group(2)),
          Form.of(
              "([€$£¥])\\s*(\\d+(?:\\.\\d+)?)",
              m -> trimmed(m.group(2)) + " " + currency(m.group(1))),
          Form.of(
              "(?i)(?<![\\d.])(\\d+(?:\\.\\d+)?)\\s*(€|\\$|£|EUR\\b|euros?\\b|欧元|歐元|USD\\b|dollars?\\b|美元|GBP\\b|pounds?\\b|英镑|英鎊|CNY\\b|RMB\\b|yuan\\b|人民币|元)",
              m -> trimmed(m.group(1)) + " " + currency(m.group(2))));

  /** The facts of a sentence. */
  static Set<String> of(String text) {
    return of(text, false);
  }

  /**
   * The facts of a source with all that follows from them: the month and the year of a date, the
   * number of an amount. A sentence that is borne out has no fact that is not among them.
   */
  static Set<String> heldBy(String source) {
    return of(source, true);
  }

  private static Set<String> of(String text, boolean withParts) {
    String rest = normalize(CITATION.matcher(text).replaceAll(" "));
    Set<String> facts = new LinkedHashSet<>();
    if (withParts) {
      numbers(rest, facts, true);
    }
    for (Form form : FORMS) {
      Matcher matcher = form.pattern.matcher(rest);
      rest =
          matcher.replaceAll(
              match -> {
                String fact = form.fact.apply(match);
                facts.add(fact);
                if (withParts) {
                  addParts(fact, match.group(), facts);
                }
                return " ; ";
              });
    }
    numbers(rest, facts, withParts);
    return facts;
  }

  private static void numbers(String text, Set<String> facts, boolean withParts) {
    Matcher numbers = NUMBER.matcher(text);
    while (numbers.find()) {
      String number = numbers.group();
      facts.add(trimmed(number));
      if (withParts) {
        facts.add(trimmed(number.replace("%", "")));
      }
    }
  }

  /** {@code 2026-03-12} also says {@code 2026-03} and {@code --03-12}. */
  private static void addParts(String fact, String written, Set<String> facts) {
    if (fact.matches("\\d{4}-\\d{2}-\\d{2}")) {
      facts.add(fact.substring(0, 7));
      facts.add("-" + fact.substring(4));
      boolean readsBothWays =
          written.matches("\\d{1,2}/\\d{1,2}/\\d{4}") && Integer.parseInt(fact.substring(8)) <= 12;
      if (readsBothWays) {
        facts.add(fact.substring(0, 5) + fact.substring(8) + fact.substring(4, 7));
      }
    }
  }

  /** What a text puts in quotation marks, as {@link #plain}. */
  static Set<String> quotes(String text) {
    Set<String> quotes = new LinkedHashSet<>();
    Matcher matcher = QUOTED.matcher(text);
    while (matcher.find()) {
      for (int group = 1; group <= matcher.groupCount(); group++) {
        if (matcher.group(group) != null) {
          quotes.add(plain(matcher.group(group)));
        }
      }
    }
    quotes.remove("");
    return quotes;
  }

  /** Letters and digits only, in one way of writing, to find quoted text. */
  static String plain(String text) {
    return normalize(text).toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}%]+", "");
  }

  /** The same text with its numbers in one way of writing. */
  public static String normalize(String text) {
    String normal = Normalizer.normalize(text, Normalizer.Form.NFKC);
    normal = THOUSANDS.matcher(normal).replaceAll("");
    normal =
        PERCENT
            .matcher(normal)
            .replaceAll(
                m ->
                    " "
                        + (Character.isDigit(m.group(1).charAt(0))
                            ? m.group(1)
                            : chinese(m.group(1)))
                        + (m.group(2) == null ? "" : "." + digits(m.group(2)))
                        + "% ");
    normal = MIXED.matcher(normal).replaceAll(Facts::mixed);
    normal = HAN_NUMBER.matcher(normal).replaceAll(m -> " " + chinese(m.group()) + " ");
    normal = ENGLISH.matcher(normal).replaceAll(m -> Integer.toString(english(m)));
    return PERCENT_WORD.matcher(normal).replaceAll("%");
  }

  private static String mixed(MatchResult match) {
    long unit = "万萬".contains(match.group(2)) ? 10_000 : 100_000_000;
    return trimmed(
        new BigDecimal(match.group(1))
            .multiply(BigDecimal.valueOf(unit))
            .stripTrailingZeros()
            .toPlainString());
  }

  private static int english(MatchResult match) {
    if (match.group(1) == null) {
      return SMALL.indexOf(match.group().toLowerCase(Locale.ROOT));
    }
    int tens = 20 + 10 * TENS.indexOf(match.group(1).toLowerCase(Locale.ROOT));
    return match.group(2) == null
        ? tens
        : tens + SMALL.indexOf(match.group(2).toLowerCase(Locale.ROOT));
  }

  /** The value of a Chinese numeral: 一百二十三, 三万五千, or digit by digit 二〇二六. */
  static long chinese(String numeral) {
    if (numeral.length() > 1 && numeral.matches("[零〇一二两兩三四五六七八九]{2,18}")) {
      return Long.parseLong(digits(numeral));
    }
    long total = 0;
    long section = 0; // below ten thousand
    long digit = 0;
    boolean hasDigit = false;
    for (int i = 0; i < numeral.length(); i++) {
      char c = numeral.charAt(i);
      int unit = c == '十' ? 10 : c == '百' ? 100 : c == '千' ? 1000 : 0;
      if (unit > 0) {
        section += (hasDigit && digit > 0 ? digit : 1) * unit;
        digit = 0;
        hasDigit = false;
      } else if ("万萬亿億".indexOf(c) >= 0) {
        long scale = "万萬".indexOf(c) >= 0 ? 10_000 : 100_000_000;
        long before = total + section + digit;
        total = Math.max(before, 1) * scale;
        section = 0;
        digit = 0;
        hasDigit = false;
      } else {
        digit = value(c);
        hasDigit = true;
      }
    }
    return total + section + digit;
  }

  private static String digits(String numeral) {
    StringBuilder digits = new StringBuilder();
    for (int i = 0; i < numeral.length(); i++) {
      digits.append(value(numeral.charAt(i)));
    }
    return digits.toString();
  }

  private static int value(char c) {
    return c == '两' || c == '兩' ? 2 : c == '〇' ? 0 : Math.max(0, "零一二三四五六七八九".indexOf(c));
  }

  private static String date(String year, String month, String day) {
    String date = year + "-%02d".formatted(Integer.parseInt(month));
    return day.isEmpty() ? date : date + "-%02d".formatted(Integer.parseInt(day));
  }

  private static String month(String name) {
    return Integer.toString(MONTHS.indexOf(name.substring(0, 3).toLowerCase(Locale.ROOT)) + 1);
  }

  private static String currency(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "€", "eur", "euro", "euros", "欧元", "歐元" -> "EUR";
      case "$", "usd", "dollar", "dollars", "美元" -> "USD";
      case "£", "gbp", "pound", "pounds", "英镑", "英鎊" -> "GBP";
      default -> "CNY";
    };
  }

  /** No zeros in front of a whole number, none after a decimal point. */
  private static String trimmed(String number) {
    String plain = number.matches("0+\\d+%?") ? number.replaceFirst("^0+(?=\\d)", "") : number;
    return plain.matches("\\d+\\.\\d*0%?") ? plain.replaceFirst("\\.?0+(?=%?$)", "") : plain;
  }
}
