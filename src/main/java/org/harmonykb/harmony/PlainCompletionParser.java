package org.harmonykb.harmony;

import java.util.List;
import java.util.Set;

/** For formats without channels: everything but the stop tokens is the answer. */
final class PlainCompletionParser implements CompletionParser {

  private final Vocabulary vocabulary;
  private final Set<Integer> stopTokens;
  private final Utf8Pieces utf8 = new Utf8Pieces();

  PlainCompletionParser(Vocabulary vocabulary, Set<Integer> stopTokens) {
    this.vocabulary = vocabulary;
    this.stopTokens = stopTokens;
  }

  @Override
  public List<Delta> accept(int token) {
    return stopTokens.contains(token) ? List.of() : delta(utf8.accept(vocabulary.bytes(token)));
  }

  @Override
  public List<Delta> finish() {
    return delta(utf8.finish());
  }

  private static List<Delta> delta(String text) {
    return text.isEmpty() ? List.of() : List.of(new Delta(Channel.FINAL, "", text));
  }
}
