package org.harmonykb.answering;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The kind of thing a question asks for, and whether a sentence holds such a thing. */
enum AnswerType {
  NUMBER(
      "(?i)\\bhow (many|much|long|often|far|old|high|large|big|fast|soon|late|early|tall|wide|deep|heavy)\\b|\\b(percentage|price|cost|limit|number|amount|rate|size|maximum|minimum|allowance)\\b|多少|几[个天年月次种人位名元岁周级条台间所座点]|多[久长大高远重快]|比例|金额|上限|期限|人数",
      "\\d|\\b(one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|once|twice|half|daily|weekly|monthly|yearly)\\b|[零〇一二两三四五六七八九十百千万亿]"),
  DATE(
      "(?i)\\b(when|what (year|date|day|month|time|decade|century)|which (year|date|day|month|decade|century)|since when|until when|by what time)\\b|何时|什么时候|哪[一]?[年天月日]|几[年月日号]|什么时间|时间",
      "\\d|(?i)\\b(january|february|march|april|may|june|july|august|september|october|november|december|monday|tuesday|wednesday|thursday|friday|saturday|sunday|century)\\b|[年月日]"),
  NAME(
      "(?i)\\b(who|whom|whose|where|which (person|city|country|company|state|place|team))\\b|谁|哪[里儿位国个家省市座所]|什么(人|地方|名字)|何[处人地]|叫什么",
      "(?<=\\S\\s|[(\"])\\p{Lu}\\p{L}+|\\b(HR|IT|desk|team|office|manager|head|department)\\b|\\p{IsHan}{2,}"),
  OTHER("", "");

  private final Pattern question;
  private final Pattern answer;

  AnswerType(String question, String answer) {
    this.question = Pattern.compile(question);
    this.answer = Pattern.compile(answer);
  }

  static AnswerType of(String question) {
    for (AnswerType type : new AnswerType[] {NUMBER, DATE, NAME}) {
      if (type.question.matcher(question).find()) {
        return type;
      }
    }
    return OTHER;
  }

  /** Whether a text holds such a thing that the question itself does not. */
  boolean isHeldBy(String text, String question) {
    if (this == OTHER) {
      return true;
    }
    Matcher matcher = answer.matcher(text);
    while (matcher.find()) {
      if (!question.contains(matcher.group())) {
        return true;
      }
    }
    return false;
  }
}
