package org.harmonykb.answering;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.harmonykb.retrieval.Language;

/** Chinese questions that lean on those before them, and what they leave out. */
final class ChineseFollowUp {

  /** Pronouns and pointers; 他 also ends 其他 and 吉他, and 那 begins names. */
  private static final Pattern REFERS =
      Pattern.compile(
          "^(那(?!不勒斯|曲|霸)|还有|還有|另外|以及|这|這|此|该|該)"
              + "|[它她牠]|(?<![其吉])他"
              + "|(这|這|那)(个|個|些|种|種|样|樣|里|裡|项|項|份|条|條|笔|筆)|其中|上述|前者|后者|後者|同样|同樣");

  /** What about X? */
  private static final Pattern WHAT_ABOUT =
      Pattern.compile(
          "^[\\p{P}\\s]*(?:那么|那麼|那|还有|還有)?(?:如果|要是|换成|換成|对于|對於|对|對)?(?:是|在)?(.{1,12}?)呢[\\p{P}\\s]*$");

  /** Words that say little without the thing they belong to. */
  private static final Pattern RELATIONAL =
      Pattern.compile(
          "需要|可以|应该|應該|必须|必須|能不能|能|会|會|要|我们|我們|我|你|您|公司|由|在|的|了|是|有|多"
              + "|批准|审批|審批|申请|申請|流程|步骤|步驟|期限|条件|條件|标准|標準|材料|费用|費用|原因|时间|時間|金额|金額|上限|例外"
              + "|负责|負責|办理|辦理|规定|規定|要求|例子|好处|好處|区别|區別|影响|影響|价格|價格|有效期|过期|過期|提前");

  private static final Pattern HAN_RUN = Pattern.compile("[\\u3400-\\u9fff]+");

  private ChineseFollowUp() {}

  static boolean leans(String question) {
    String text = question.strip();
    if (REFERS.matcher(text).find() || WHAT_ABOUT.matcher(text).matches()) {
      return true;
    }
    String own = RELATIONAL.matcher(Terms.withoutAsking(text)).replaceAll(" ");
    return own.codePoints().noneMatch(Character::isLetterOrDigit);
  }

  /**
   * @param earlier oldest first, at least one
   */
  static String condense(String question, List<String> earlier) {
    String standing = earlier.getFirst();
    for (String turn : earlier) {
      standing = leans(turn) ? exchanged(turn, standing).orElse(standing) : turn;
    }
    Optional<String> exchanged = exchanged(question, standing);
    if (exchanged.isPresent()) {
      return exchanged.get();
    }
    String topic = Terms.withoutAsking(standing).replaceAll("[\\p{P}\\s]+", " ").strip();
    return topic.isEmpty() || question.contains(topic) ? question : question + "（" + topic + "）";
  }

  /**
   * The standing question about something else: 那病假呢 after 年假有几天 asks 病假有几天. Two words of a kind
   * mostly end in the same character and are of one length.
   */
  private static Optional<String> exchanged(String question, String standing) {
    Matcher about = WHAT_ABOUT.matcher(question.strip());
    if (!about.matches() || !Language.of(standing).equals(Language.CHINESE)) {
      return Optional.empty();
    }
    String other = about.group(1).strip();
    if (other.length() < 2 || !HAN_RUN.matcher(other).matches() || standing.contains(other)) {
      return Optional.empty();
    }
    int end = standing.indexOf(other.charAt(other.length() - 1)) + 1;
    int start = end - other.length();
    return start < 0 || end == 0 || !HAN_RUN.matcher(standing.substring(start, end)).matches()
        ? Optional.empty()
        : Optional.of(standing.substring(0, start) + other + standing.substring(end));
  }
}
