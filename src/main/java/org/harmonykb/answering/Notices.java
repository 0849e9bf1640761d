package org.harmonykb.answering;

import org.harmonykb.retrieval.Language;

/** What a reader should know about how an answer came about, in the language of the question. */
final class Notices {

  private Notices() {}

  /**
   * @param why no model is loaded, and what to do
   */
  static String withoutModel(String why, String language) {
    return isChinese(language) ? why + "。此回答直接引用文档。" : why + ". This answer quotes the documents.";
  }

  static String nobodyWrites(String language) {
    return isChinese(language)
        ? "目前没有服务器能书写回答。此回答直接引用文档。"
        : "No server writes answers now. This answer quotes the documents.";
  }

  static String notBorneOut(String language) {
    return isChinese(language)
        ? "模型所写内容没有文档依据，以下是文档原文。"
        : "What the model wrote is not borne out by the documents; here is what they say.";
  }

  /**
   * @param turns the oldest of the conversation
   */
  static String trimmed(int turns, String language) {
    return isChinese(language)
        ? "最早的 " + turns + " 轮对话已放不下，未包含在内。"
        : "The first " + turns + " turns no longer fit and were left out.";
  }

  private static boolean isChinese(String language) {
    return language.equals(Language.CHINESE);
  }
}
