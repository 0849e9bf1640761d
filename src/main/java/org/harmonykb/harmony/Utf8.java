package org.harmonykb.harmony;

/** Finds where bytes stop being UTF-8 (Unicode standard, table 3-7). */
final class Utf8 {

  private Utf8() {}

  /**
   * What a look at some bytes found.
   *
   * @param validLength bytes before the first bad or unfinished sequence
   * @param badLength bytes of the bad sequence that follows; 0 if the bytes merely end too early
   * @param isValid whether all bytes are text
   */
  record Scan(int validLength, int badLength, boolean isValid) {}

  static Scan scan(byte[] bytes) {
    int at = 0;
    while (at < bytes.length) {
      int length = sequence(bytes, at);
      if (length <= 0) {
        return new Scan(at, -length, false);
      }
      at += length;
    }
    return new Scan(at, 0, true);
  }

  /** The length of the sequence; its negative if it is bad; 0 if bytes are missing at the end. */
  private static int sequence(byte[] bytes, int at) {
    int first = bytes[at] & 0xFF;
    if (first < 0x80) {
      return 1;
    }
    int length = first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;
    if (length == 0) {
      return -1;
    }
    // The second byte's range keeps out overlong forms, surrogates and what is above U+10FFFF.
    int low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    int high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    for (int i = 1; i < length; i++) {
      if (at + i == bytes.length) {
        return 0;
      }
      int next = bytes[at + i] & 0xFF;
      if (next < low || next > high) {
        return -i;
      }
      low = 0x80;
      high = 0xBF;
    }
    return length;
  }
}
