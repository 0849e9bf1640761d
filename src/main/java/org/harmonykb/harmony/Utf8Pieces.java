package org.harmonykb.harmony;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** Bytes to text without splitting a character; a bad sequence becomes U+FFFD. */
final class Utf8Pieces {

  private final CharsetDecoder decoder =
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPLACE)
          .onUnmappableCharacter(CodingErrorAction.REPLACE);
  private byte[] pending = {};

  String accept(byte[] bytes) {
    ByteBuffer in =
        ByteBuffer.allocate(pending.length + bytes.length).put(pending).put(bytes).flip();
    CharBuffer out = CharBuffer.allocate(in.remaining() + 1);
    decoder.reset().decode(in, out, false);
    pending = new byte[in.remaining()];
    in.get(pending);
    return out.flip().toString();
  }

  /** What an unfinished character at the end becomes. */
  String finish() {
    boolean unfinished = pending.length > 0;
    pending = new byte[0];
    return unfinished ? "\uFFFD" : "";
  }
}
