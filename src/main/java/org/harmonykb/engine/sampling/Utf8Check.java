package org.harmonykb.engine.sampling;

/** Which bytes may follow each other in UTF-8 (RFC 3629). */
final class Utf8Check {

  private Utf8Check() {}

  /** Bytes that follow a first byte, or -1 if no character begins with it. */
  static int following(int first) {
    if (first < 0x80) {
      return 0;
    }
    if (first < 0xc2 || first > 0xf4) {
      return -1;
    }
    return first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
  }

  /** The bits of a character that its first byte holds. */
  static int bits(int first, int following) {
    return following == 0 ? first : first & (0x3f >> following);
  }

  /**
   * Whether a code point may begin so: no surrogate, no overlong form, within Unicode.
   *
   * @param value its upper bits
   * @param missing bytes still to come
   * @param total bytes that follow the first
   */
  static boolean mayBe(int value, int missing, int total) {
    int low = value << (6 * missing);
    int high = low | ((1 << (6 * missing)) - 1);
    int least = total == 1 ? 0x80 : total == 2 ? 0x800 : total == 3 ? 0x10000 : 0;
    if (high < least || low > 0x10ffff) {
      return false;
    }
    return !(low >= 0xd800 && high <= 0xdfff);
  }

  static boolean isWhole(byte[] text) {
    int missing = 0;
    int total = 0;
    int value = 0;
    for (byte b : text) {
      int u = b & 0xff;
      if (missing == 0) {
        total = following(u);
        missing = total;
        value = total < 0 ? 0 : bits(u, total);
      } else if ((u & 0xc0) == 0x80) {
        value = value << 6 | (u & 0x3f);
        missing--;
      } else {
        return false;
      }
      if (total < 0 || (total > 0 && !mayBe(value, missing, total))) {
        return false;
      }
    }
    return missing == 0;
  }
}
