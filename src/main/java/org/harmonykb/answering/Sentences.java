package org.harmonykb.answering;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Cuts text into sentences; a citation after the full stop belongs to the sentence before. */
final class Sentences {

  private static final Pattern END =
      Pattern.compile(
          "(?:(?<![0-9])[.!?](?=\\s|$|\\[)|(?<=[0-9])[.!?](?=\\s+\\p{Lu}|$)|[。！？；])(?:\\s*\\[\\d+])*|\\n+");

  private Sentences() {}

  static List<String> of(String text) {
    List<String> sentences = new ArrayList<>();
    Matcher end = END.matcher(text);
    int from = 0;
    while (end.find()) {
      add(text.substring(from, end.end()), sentences);
      from = end.end();
    }
    add(text.substring(from), sentences);
    return sentences;
  }

  private static void add(String sentence, List<String> sentences) {
    String stripped = sentence.strip();
    if (!stripped.isEmpty()) {
      sentences.add(stripped);
    }
  }
}
