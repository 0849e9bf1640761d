package org.harmonykb.answering;

import java.util.regex.Pattern;

/**
 * What stands at the head of a company's documents: number, revision, scope, date, owner. It shares
 * words with many questions and answers few.
 */
final class DocumentHead {

  private static final Pattern HEAD =
      Pattern.compile(
          "(?i)^(?:[-•*]\\s*)?(?:(?:document|doc\\.?|policy|procedure)(?: no\\.?| number)?"
              + " [A-Z]{1,4}[- ]?\\d|(?:effective|valid|in force)(?: from| since| date)?:?\\s"
              + "|(?:applies|apply) (?:to|for)\\b|(?:version|revision|rev\\.?)\\s*\\d"
              + "|(?:owner|responsible|contact|author|approved by|prepared by)\\s*:"
              + "|(?:last )?(?:updated|reviewed|changed)\\b.{0,12}\\d"
              + "|(?:文件编号|编号|文件号|适用范围|适用于|生效日期|施行日期|发布日期|版本|修订|负责部门|责任部门|归口部门|编制|审核|批准人?)[:：\\s])");

  private static final Pattern POINTER =
      Pattern.compile(
          "(?i)^.{0,60}\\b(?:has|have) (?:its|their) own (?:rules|policy|policies|regulations)\\b"
              + "|^(?:the )?[\\p{L} ]{2,40} follows? (?:the )?(?:document |policy )?[A-Z]{1,4}[- ]?[A-Z]?\\d");

  private static final Pattern ASKED =
      Pattern.compile(
          "(?i)document|number|version|revision|effective|appl(?:y|ies)|valid|owner|responsible"
              + "|contact|who|which site|since when|编号|适用|生效|版本|负责|联系|谁|哪个部门");

  private DocumentHead() {}

  static boolean isOne(String sentence) {
    return HEAD.matcher(sentence).find();
  }

  /** Whether a sentence only says that the rule of a place stands in another document. */
  static boolean pointsElsewhere(String sentence) {
    return POINTER.matcher(sentence).find();
  }

  /** Whether a question may be answered by one. */
  static boolean isAskedFor(String question) {
    return ASKED.matcher(question).find();
  }
}
