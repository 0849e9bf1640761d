package org.harmonykb.answering;

import java.util.OptionalInt;
import org.harmonykb.engine.Tokenizer;
import org.harmonykb.harmony.Vocabulary;

/** The engine's tokenizer as chat formats see it. Thread-safe as the tokenizer is. */
public record TokenizerVocabulary(Tokenizer tokenizer) implements Vocabulary {

  @Override
  public int[] encode(String text) {
    return tokenizer.encode(text);
  }

  @Override
  public OptionalInt controlToken(String text) {
    return tokenizer.specialToken(text);
  }

  @Override
  public byte[] bytes(int id) {
    return tokenizer.bytes(id);
  }

  @Override
  public boolean isControl(int id) {
    return tokenizer.isSpecial(id) || id < 0 || id >= tokenizer.vocabularySize();
  }
}
