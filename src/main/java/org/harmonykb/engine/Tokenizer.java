package org.harmonykb.engine;

import java.util.OptionalInt;

/** Text to token ids and back. Immutable and thread-safe. */
public interface Tokenizer {

  /** All text is ordinary: the text of a special token never becomes that token. */
  int[] encode(String text);

  /** The text of special tokens becomes those tokens. Only for text that we wrote ourselves. */
  int[] encodeWithSpecial(String text);

  /** The bytes of one token; the text of a special token; empty for ids outside the vocabulary. */
  byte[] bytes(int id);

  /** Bytes of all ids as UTF-8, with U+FFFD for each maximal bad sequence. */
  String decode(int[] ids);

  /** The id of the special token with this text. */
  OptionalInt specialToken(String text);

  boolean isSpecial(int id);

  int vocabularySize();

  /** Whether prompts begin with {@link #bosToken}. */
  boolean addsBos();

  OptionalInt bosToken();

  /** The token that ends an answer, by the file's metadata. */
  OptionalInt eosToken();
}
