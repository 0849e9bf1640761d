package org.harmonykb.openai;

import java.util.List;
import org.harmonykb.engine.Tokenizer;
import org.harmonykb.engine.tokenizer.Utf8Decoder;
import org.harmonykb.harmony.Channel;
import org.harmonykb.harmony.CompletionParser;

/** All text, without channels; control tokens say nothing. */
final class RawTextParser implements CompletionParser {

  private final Tokenizer tokenizer;
  private final Utf8Decoder decoder = new Utf8Decoder();

  RawTextParser(Tokenizer tokenizer) {
    this.tokenizer = tokenizer;
  }

  @Override
  public List<Delta> accept(int token) {
    return tokenizer.isSpecial(token) ? List.of() : delta(decoder.accept(tokenizer.bytes(token)));
  }

  @Override
  public List<Delta> finish() {
    return delta(decoder.finish());
  }

  private static List<Delta> delta(String text) {
    return text.isEmpty() ? List.of() : List.of(new Delta(Channel.FINAL, "", text));
  }
}
