package org.harmonykb.answering;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a question counts or measures, and whether a sentence tells it in that unit: {@code How many
 * days} is not answered by {@code 14 inch}.
 */
final class AnswerUnit {

  private static final String NUMBER =
      "(?:\\d[\\d.,]*|\\b(?:an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|half)\\b)";
  private static final String HAN_NUMBER = "(?:\\d[\\d.,]*|[零〇一二两三四五六七八九十百千万半]+)";
  private static final String TIME =
      "(?:working |calendar |business |full"
          + " )?(?:minute|hour|day|week|month|quarter|year|decade|centur)";
  private static final Pattern COUNTED =
      Pattern.compile("(?i)\\bhow many\\s+((?:\\p{L}+[ -]){0,3}?\\p{L}+)\\b");
  private static final Pattern HAN_COUNTED =
      Pattern.compile("(?:几|幾|多少)(?:个|個)?(工作日|小时|小時|分钟|分鐘|[天年月周次人元岁歲级級倍名位度种種层層台间間所座页頁])");

  private record Rule(Pattern question, Pattern answer) {

    static Rule of(String question, String answer) {
      return new Rule(Pattern.compile(question), Pattern.compile(answer));
    }
  }

  private static final List<Rule> RULES =
      List.of(
          Rule.of(
              "(?i)\\b(what time|at what hour|by what time)\\b|几点|幾點",
              "(?i)\\d{1,2}[:.]\\d{2}|\\d\\s*(am|pm|a\\.m|p\\.m|o'clock)|noon|midnight|"
                  + HAN_NUMBER
                  + "[点點时時]"),
          Rule.of(
              "(?i)\\bhow (long|soon|early|late|old|often)\\b|\\bhow far (ahead|in"
                  + " advance)\\b|多久|多长时间|多長時間|几天|期限",
              "(?i)"
                  + NUMBER
                  + "[ -]?"
                  + TIME
                  + "|daily|weekly|monthly|yearly|annual|immediately|at once|within|until|"
                  + HAN_NUMBER
                  + "(?:个|個)?(?:工作日|天|日|周|星期|月|年|小时|小時|分钟|分鐘|季)"),
          Rule.of(
              "(?i)\\bhow much"
                  + " (is|does|do|will|can|may|money|of)\\b|\\b(price|cost|fee|subsidy|salary|bonus|budget|pay)\\b|多少钱|多少錢|多少元|金额|费用|补贴|价格|工资|奖金",
              "(?i)[€$£¥]\\s?\\d|\\d\\s*(euros?|eur|yuan|rmb|cny|dollars?|pounds?|%|percent|per"
                  + " cent)|free of charge|free|"
                  + HAN_NUMBER
                  + "\\s*(?:元|块|欧元|美元|万)|百分之|免费"),
          Rule.of(
              "(?i)\\b(percentage|what percent|what share)\\b|百分之几|比例|百分比",
              "(?i)\\d\\s*(%|percent|per cent)|百分之|half|third|quarter|[一二三四五六七八九]成"),
          Rule.of(
              "(?i)\\btemperatures?\\b|温度|溫度",
              "(?i)\\d\\s*(°|degrees|℃|celsius|fahrenheit|c\\b)|度"),
          Rule.of("(?i)\\bwhat year\\b|\\bwhich year\\b|哪[一]?年", "\\b\\d{3,4}\\b|年"));

  private AnswerUnit() {}

  /** What an answer must match, or null if the question asks for no such thing. */
  static @Nullable Pattern of(String question) {
    Matcher counted = COUNTED.matcher(question);
    if (counted.find()) {
      return counted(counted.group(1));
    }
    Matcher han = HAN_COUNTED.matcher(question);
    if (han.find()) {
      String unit = han.group(1).equals("天") ? "(?:天|日|工作日)" : Pattern.quote(han.group(1));
      return Pattern.compile(HAN_NUMBER + "(?:个|個)?" + unit);
    }
    for (Rule rule : RULES) {
      if (rule.question.matcher(question).find()) {
        return rule.answer;
      }
    }
    return null;
  }

  /** Any of the counted words behind a number, with a few words between. */
  private static Pattern counted(String words) {
    StringBuilder stems = new StringBuilder();
    for (String word : words.split("[ -]")) {
      String stem = word.length() > 4 ? word.replaceFirst("(?i)(ies|es|s)$", "") : word;
      if (stem.length() >= 3
          && !stem.matches("(?i)do|does|did|are|were|can|may|paid|free|full|of")) {
        stems.append(stems.isEmpty() ? "" : "|").append(Pattern.quote(stem));
      }
    }
    return Pattern.compile(
        "(?i)"
            + NUMBER
            + "(?:[ -]\\p{L}+){0,2}[ -](?:"
            + (stems.isEmpty() ? "\\p{L}+" : stems)
            + ")");
  }
}
