package org.harmonykb.engine.tokenizer;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Turns the bytes of one token after another into text and never splits a character: bytes of an
 * unfinished one wait for the next token. A bad sequence becomes U+FFFD. Used by one thread.
 */
public final class Utf8Decoder {

  private final CharsetDecoder decoder =
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPLACE)
          .onUnmappableCharacter(CodingErrorAction.REPLACE);
  private byte[] pending = {};

  /** The text completed by these bytes. */
  public String accept(byte[] bytes) {
    return decode(bytes, false);
  }

  /** Ends the text; an unfinished character becomes U+FFFD. */
  public String finish() {
    String text = decode(new byte[0], true);
    decoder.reset();
    return text;
  }

  private String decode(byte[] bytes, boolean end) {
    ByteBuffer in =
        ByteBuffer.allocate(pending.length + bytes.length).put(pending).put(bytes).flip();
    CharBuffer out = CharBuffer.allocate(in.remaining() + 1);
    decoder.decode(in, out, end);
    if (end) {
      decoder.flush(out);
    }
    pending = new byte[in.remaining()];
    in.get(pending);
    return out.flip().toString();
  }
}
