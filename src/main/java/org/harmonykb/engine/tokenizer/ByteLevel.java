package org.harmonykb.engine.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * GPT-2's way of writing bytes as printable characters, in which vocabularies are stored: printable
 * Latin-1 bytes stand for themselves, the others follow from U+0100.
 */
final class ByteLevel {

  private static final char[] CHAR_OF_BYTE = new char[256];
  private static final short[] BYTE_OF_CHAR = new short[512];

  static {
    Arrays.fill(BYTE_OF_CHAR, (short) -1);
    int next = 256;
    for (int b = 0; b < 256; b++) {
      boolean printable = b >= '!' && b <= '~' || b >= 0xA1 && b <= 0xAC || b >= 0xAE;
      char c = (char) (printable ? b : next++);
      CHAR_OF_BYTE[b] = c;
      BYTE_OF_CHAR[c] = (short) b;
    }
  }

  private ByteLevel() {}

  static char charOf(int unsignedByte) {
    return CHAR_OF_BYTE[unsignedByte];
  }

  static int byteOf(char c) {
    return BYTE_OF_CHAR[c];
  }

  /** The bytes that a stored token stands for. Characters outside the alphabet stand as UTF-8. */
  static byte[] bytes(String token) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(token.length());
    for (int i = 0; i < token.length(); ) {
      int c = token.codePointAt(i);
      if (c < BYTE_OF_CHAR.length && BYTE_OF_CHAR[c] >= 0) {
        bytes.write(BYTE_OF_CHAR[c]);
      } else {
        bytes.writeBytes(Character.toString(c).getBytes(StandardCharsets.UTF_8));
      }
      i += Character.charCount(c);
    }
    return bytes.toByteArray();
  }
}
