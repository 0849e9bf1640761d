package org.harmonykb.harmony;

import java.util.OptionalInt;

/** What rendering and parsing need of a tokenizer. Implemented over the engine's. */
public interface Vocabulary {

  /** Encodes text in which nothing is special. */
  int[] encode(String text);

  /** The id of a control token such as {@code <|start|>}. */
  OptionalInt controlToken(String text);

  /**
   * The bytes of a token, which may be part of a UTF-8 character; the text of a control token;
   * empty for ids outside the vocabulary.
   */
  byte[] bytes(int id);

  /** Whether a token is no text: control tokens, unused ones and ids outside the vocabulary. */
  boolean isControl(int id);
}
