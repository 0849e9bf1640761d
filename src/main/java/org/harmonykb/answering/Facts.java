package org.harmonykb.answering;

import java.text.Normalizer;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The checkable facts of a sentence: numbers, amounts, percentages, dates and section ids, in one
 * way of writing. Full width becomes half width, thousands separators go, Chinese numerals become
 * digits, 百分之十 becomes 10%.
 */
final class Facts {

  private static final Pattern CITATION = Pattern.compile("\\[\\d+]");
  private static final Pattern PERCENT = Pattern.compile("百分之([零〇一二两三四五六七八九十百]+)");
  private static final Pattern CHINESE_NUMBER =
      Pattern.compile("[零〇一二两三四五六七八九十百千]+(?=[天个年月日小元万周次岁人份])");
  private static final Pattern NUMBER = Pattern.compile("\\d+(?:\\.\\d+)*%?");
  private static final String[] ENGLISH = {
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve"
  };

  private Facts() {}

  static Set<String> of(String text) {
    String normal = normalize(CITATION.matcher(text).replaceAll(" "));
    Set<String> facts = new LinkedHashSet<>();
    Matcher numbers = NUMBER.matcher(normal);
    while (numbers.find()) {
      facts.add(stripZeros(numbers.group()));
    }
    return facts;
  }

  static String normalize(String text) {
    String normal = Normalizer.normalize(text, Normalizer.Form.NFKC);
    normal = normal.replaceAll("(?<=\\d)[,\\u202f\\u00a0](?=\\d{3}(?!\\d))", "");
    normal = PERCENT.matcher(normal).replaceAll(m -> " " + chinese(m.group(1)) + "% ");
    normal = CHINESE_NUMBER.matcher(normal).replaceAll(m -> " " + chinese(m.group()) + " ");
    normal = normal.replaceAll("(?i)(?<=\\d)\\s*(?:percent|per cent)\\b", "%");
    for (int i = 0; i < ENGLISH.length; i++) {
      normal = normal.replaceAll("(?i)\\b" + ENGLISH[i] + "\\b(?=\\s)", Integer.toString(i));
    }
    return normal;
  }

  /** The value of a Chinese numeral below ten thousand. */
  static int chinese(String numeral) {
    int total = 0;
    int digit = 0;
    for (int i = 0; i < numeral.length(); i++) {
      char c = numeral.charAt(i);
      int unit = c == '十' ? 10 : c == '百' ? 100 : c == '千' ? 1000 : 0;
      if (unit > 0) {
        total += Math.max(digit, 1) * unit;
        digit = 0;
      } else {
        digit = c == '两' ? 2 : c == '〇' ? 0 : "零一二三四五六七八九".indexOf(c);
      }
    }
    return total + digit;
  }

  private static String stripZeros(String number) {
    return number.matches("0+\\d+") ? number.replaceFirst("^0+", "") : number;
  }
}
