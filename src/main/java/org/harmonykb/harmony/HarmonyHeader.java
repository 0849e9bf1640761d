package org.harmonykb.harmony;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What stands between {@code <|start|>} and {@code <|message|>}, read as openai/harmony v0.0.8
 * reads it, oddities included: a single word counts as recipient even without {@code to=}.
 *
 * @param name the tool's name, for tools whose header gives the role
 */
record HarmonyHeader(
    Role role,
    @Nullable String name,
    @Nullable String recipient,
    @Nullable String channel,
    @Nullable String contentType) {

  private static final String CHANNEL = "<|channel|>";
  private static final String CONSTRAIN = "<|constrain|>";

  Message message(String content) {
    return new Message(
        role, name, recipient, List.of(new Content.Text(content)), channel, contentType);
  }

  /**
   * Reads a complete header.
   *
   * @param given the role that the prompt already named, or null
   * @throws HarmonyException if there is no role or no channel name, or if words are left over
   */
  static HarmonyHeader parse(String text, @Nullable Role given) {
    Words words = Words.of(text, given);
    List<String> rest = words.rest;
    String recipient = null;
    String contentType = null;
    if (!rest.isEmpty()) {
      boolean single = rest.size() == 1;
      String last = rest.removeLast();
      if (single || last.startsWith("to=")) {
        recipient = withoutTo(last);
      } else {
        contentType = last;
        recipient = withoutTo(rest.removeLast());
      }
    }
    if (!rest.isEmpty()) {
      throw new HarmonyException(
          "unexpected tokens remaining in message header: Some("
              + RustText.debug(String.join(" ", rest))
              + ")");
    }
    return new HarmonyHeader(words.role, words.name, recipient, words.channel, contentType);
  }

  /**
   * The message that a header without {@code <|message|>} stands for: all words but role and
   * channel are its content.
   *
   * @throws HarmonyException if there is no channel name after its marker
   */
  static Message malformed(String text, Role given) {
    Words words = Words.of(text, given);
    return new HarmonyHeader(words.role, words.name, null, words.channel, null)
        .message(String.join(" ", words.rest));
  }

  private static String withoutTo(String word) {
    return word.startsWith("to=") ? word.substring("to=".length()) : word;
  }

  /** Role and channel, and the words that are left. */
  private record Words(
      Role role, @Nullable String name, @Nullable String channel, List<String> rest) {

    static Words of(String header, @Nullable Role given) {
      String text = header;
      String channel = null;
      int marker = text.indexOf(CHANNEL);
      if (marker >= 0) {
        int start = marker + CHANNEL.length();
        int end = start;
        while (end < text.length() && !endsChannel(text.charAt(end))) {
          end++;
        }
        if (end == start) {
          throw new HarmonyException("channel marker present but no channel value found in header");
        }
        channel = text.substring(start, end);
        text = text.substring(0, marker) + text.substring(end);
      }
      List<String> words = split(text.replace(CONSTRAIN, " " + CONSTRAIN));
      Role role;
      String name = null;
      if (given != null) {
        role = given;
      } else {
        if (words.isEmpty()) {
          throw new HarmonyException("message header did not contain a role");
        }
        String first = words.getFirst();
        Optional<Role> known = Role.of(first);
        if (known.isEmpty()) {
          if (words.size() == 1 && !first.startsWith("to=")) {
            throw new HarmonyException("Unknown role: " + first);
          }
          words.removeFirst(); // a tool's name
        }
        role = known.orElse(Role.TOOL);
        name = role == Role.TOOL ? first : null;
      }
      if (!words.isEmpty() && words.getFirst().equals(role.text())) {
        words.removeFirst();
      }
      return new Words(role, name, channel, words);
    }

    private static boolean endsChannel(char c) {
      return c == '<' || RustText.isWhitespace(c);
    }

    /** Words between ASCII whitespace, after a trim of all whitespace. */
    private static List<String> split(String text) {
      int start = 0;
      int end = text.length();
      while (start < end && RustText.isWhitespace(text.charAt(start))) {
        start++;
      }
      while (end > start && RustText.isWhitespace(text.charAt(end - 1))) {
        end--;
      }
      List<String> words = new ArrayList<>();
      for (String word : text.substring(start, end).split("[ \t\n\f\r]+", -1)) {
        if (!word.isEmpty()) {
          words.add(word);
        }
      }
      return words;
    }
  }
}
