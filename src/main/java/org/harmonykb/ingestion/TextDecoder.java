package org.harmonykb.ingestion;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the encoding of a text file that does not tell it. UTF-8 and a byte order mark are certain;
 * among the encodings of older systems the one is taken in which most characters are everyday ones
 * of its language.
 */
final class TextDecoder {

  private static final List<Charset> OLDER =
      List.of(
          Charset.forName("GB18030"),
          Charset.forName("Big5"),
          Charset.forName("Shift_JIS"),
          Charset.forName("windows-1252"));

  private static final int SAMPLE = 4000;

  private TextDecoder() {}

  static String decode(byte[] content) {
    String text = withMark(content);
    if (text == null) {
      text = strict(content, StandardCharsets.UTF_8);
    }
    if (text != null) {
      return text;
    }
    String best = new String(content, StandardCharsets.ISO_8859_1);
    double bestShare = -1;
    for (Charset charset : OLDER) {
      String candidate = strict(content, charset);
      if (candidate != null) {
        double share = everydayShare(candidate, charset);
        if (share > bestShare) {
          bestShare = share;
          best = candidate;
        }
      }
    }
    return best;
  }

  private static @Nullable String withMark(byte[] bytes) {
    if (startsWith(bytes, 0xef, 0xbb, 0xbf)) {
      return new String(bytes, 3, bytes.length - 3, StandardCharsets.UTF_8);
    }
    if (startsWith(bytes, 0xff, 0xfe)) {
      return new String(bytes, 2, bytes.length - 2, StandardCharsets.UTF_16LE);
    }
    if (startsWith(bytes, 0xfe, 0xff)) {
      return new String(bytes, 2, bytes.length - 2, StandardCharsets.UTF_16BE);
    }
    return null;
  }

  private static boolean startsWith(byte[] bytes, int... first) {
    for (int i = 0; i < first.length; i++) {
      if (bytes.length <= i || (bytes[i] & 0xff) != first[i]) {
        return false;
      }
    }
    return true;
  }

  private static @Nullable String strict(byte[] content, Charset charset) {
    try {
      return charset.newDecoder().decode(ByteBuffer.wrap(content)).toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  /**
   * Of the characters beyond ASCII, the share that everyday text of the encoding's language has.
   */
  private static double everydayShare(String text, Charset charset) {
    int beyondAscii = 0;
    int everyday = 0;
    int step = Math.max(1, text.length() / SAMPLE);
    for (int i = 0; i < text.length(); i += step) {
      char c = text.charAt(i);
      if (c >= 0x80) {
        beyondAscii++;
        everyday += isEveryday(text, i, charset) ? 1 : 0;
      }
    }
    return beyondAscii == 0 ? 0 : (double) everyday / beyondAscii;
  }

  private static boolean isEveryday(String text, int i, Charset charset) {
    char c = text.charAt(i);
    if (charset.name().equals("windows-1252")) {
      boolean inWord = i > 0 && isAsciiLetter(text.charAt(i - 1));
      inWord |= i + 1 < text.length() && isAsciiLetter(text.charAt(i + 1));
      return Character.isLetter(c) ? inWord : "–—‘’“”•…€£§°©®«»".indexOf(c) >= 0;
    }
    boolean isPunctuation = c >= 0x3001 && c <= 0x3011 || c >= 0xff01 && c <= 0xff5e;
    boolean isKana = c >= 0x3041 && c <= 0x30fe;
    if (isPunctuation || isKana) {
      return isPunctuation || charset.name().equals("Shift_JIS");
    }
    if (c < 0x4e00 || c > 0x9fff) {
      return "“”‘’—…·".indexOf(c) >= 0;
    }
    // The first level of each character set holds the common characters, by its lead byte.
    int lead = String.valueOf(c).getBytes(charset)[0] & 0xff;
    return switch (charset.name()) {
      case "GB18030" -> lead >= 0xb0 && lead <= 0xd7;
      case "Big5" -> lead >= 0xa4 && lead <= 0xc6;
      default -> lead >= 0x88 && lead <= 0x97;
    };
  }

  private static boolean isAsciiLetter(char c) {
    return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
  }
}
