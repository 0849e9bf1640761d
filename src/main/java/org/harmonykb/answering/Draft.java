package org.harmonykb.answering;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An answer's text as it grows, and what each of its sentences rests on. Not thread-safe. */
final class Draft {

  private final StringBuilder text = new StringBuilder();
  private final List<Answer.Sentence> sentences = new ArrayList<>();

  /** Adds what is no sentence: a heading, a marker, a line break. */
  void add(String words) {
    text.append(words);
  }

  /** Adds a sentence that a passage bears out; its marker is up to the caller. */
  void supported(
      String sentence, int n, double overlap, @Nullable Double similarity, Answer.Span source) {
    int start = text.length();
    text.append(sentence);
    sentences.add(new Answer.Sentence(start, text.length(), n, true, overlap, similarity, source));
  }

  /** Adds a sentence that nothing bears out. */
  void unsupported(String sentence) {
    int start = text.length();
    text.append(sentence);
    sentences.add(new Answer.Sentence(start, text.length(), null, false, 0, null, null));
  }

  /** Adds another draft behind this one. */
  void add(Draft other) {
    int shift = text.length();
    text.append(other.text);
    for (Answer.Sentence s : other.sentences) {
      sentences.add(
          new Answer.Sentence(
              s.start() + shift,
              s.end() + shift,
              s.n(),
              s.supported(),
              s.overlap(),
              s.similarity(),
              s.source()));
    }
  }

  void marker(int n) {
    text.append(" [").append(n).append(']');
  }

  boolean isEmpty() {
    return text.isEmpty();
  }

  boolean endsChinese() {
    return Sentences.endsChinese(text);
  }

  String text() {
    return text.toString();
  }

  List<Answer.Sentence> sentences() {
    return List.copyOf(sentences);
  }

  int supportedCount() {
    return (int) sentences.stream().filter(Answer.Sentence::supported).count();
  }

  List<String> unsupportedTexts() {
    return sentences.stream()
        .filter(s -> !s.supported())
        .map(s -> text.substring(s.start(), s.end()))
        .toList();
  }
}
