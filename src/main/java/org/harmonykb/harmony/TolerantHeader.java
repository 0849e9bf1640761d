package org.harmonykb.harmony;

import java.util.Locale;
import java.util.Set;

/**
 * A header read without complaints: role, recipient, channel and content type in any order, each of
 * them optional. A recipient is only what follows {@code to=}; other words are a content type.
 *
 * @param fromOther whether the header names a speaker whose words are not the assistant's
 * @param rest text after the last word that belongs to a header, for messages without {@code
 *     <|message|>}
 */
record TolerantHeader(Channel channel, String recipient, boolean fromOther, String rest) {

  /** Stand for the control tokens in a header's text; noncharacters, which no token spells. */
  static final char CHANNEL = '\uFDD0';

  static final char CONSTRAIN = '\uFDD1';

  private static final Set<String> OTHERS = Set.of("user", "system", "developer");

  /** A header with its {@code <|message|>}: all of its words are header. */
  static TolerantHeader complete(String text) {
    return new Reader(text).read(true);
  }

  /** A header that ended too early: from the first unknown word on it is what the model says. */
  static TolerantHeader broken(String text) {
    return new Reader(text).read(false);
  }

  private static final class Reader {
    private final String text;
    private int at;

    Reader(String text) {
      this.text = text;
    }

    TolerantHeader read(boolean isComplete) {
      Channel channel = Channel.FINAL;
      String recipient = "";
      String first = "";
      boolean isFirst = true;
      boolean sawType = false;
      for (skipSpace(); at < text.length(); skipSpace()) {
        char c = text.charAt(at);
        if (c == CHANNEL) {
          at++;
          skipSpace();
          String name = word();
          channel = name.isEmpty() ? channel : channel(name);
        } else if (c == CONSTRAIN) {
          at++;
          typeName();
          sawType = true;
        } else if (text.startsWith("to=", at)) {
          at += "to=".length();
          String name = word();
          recipient = name.isEmpty() ? recipient : name;
        } else if (isFirst && isRole()) {
          first = word();
        } else if (isComplete) {
          word();
        } else if (!recipient.isEmpty() && !sawType) {
          int before = at;
          typeName();
          sawType = true;
          if (at == before) {
            break;
          }
        } else {
          break;
        }
        isFirst = false;
      }
      String rest = text.substring(at).replace(String.valueOf(CHANNEL), "");
      return new TolerantHeader(
          channel, recipient, OTHERS.contains(first), rest.replace(String.valueOf(CONSTRAIN), ""));
    }

    private static Channel channel(String name) {
      return switch (name.toLowerCase(Locale.ROOT)) {
        case "analysis" -> Channel.ANALYSIS;
        case "commentary" -> Channel.COMMENTARY;
        default -> Channel.FINAL;
      };
    }

    /** Whether a role stands here as a whole word of a header, not as the first word of a text. */
    private boolean isRole() {
      int start = at;
      String word = word();
      int end = at;
      skipSpace();
      boolean headerGoesOn =
          at == text.length()
              || text.charAt(at) == CHANNEL
              || text.charAt(at) == CONSTRAIN
              || text.startsWith("to=", at);
      at = start;
      return (end == text.length() || headerGoesOn) && Role.of(word).isPresent();
    }

    private String word() {
      int start = at;
      while (at < text.length() && !isEnd(text.charAt(at))) {
        at++;
      }
      return text.substring(start, at);
    }

    private void typeName() {
      while (at < text.length()
          && (Character.isLetterOrDigit(text.charAt(at))
              || "/+-._".indexOf(text.charAt(at)) >= 0)) {
        at++;
      }
    }

    private void skipSpace() {
      while (at < text.length() && RustText.isWhitespace(text.charAt(at))) {
        at++;
      }
    }

    private static boolean isEnd(char c) {
      return c == CHANNEL || c == CONSTRAIN || RustText.isWhitespace(c);
    }
  }
}
