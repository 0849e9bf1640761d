package org.harmonykb.harmony;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads Harmony messages token by token exactly as openai/harmony v0.0.8 does, errors and delays of
 * the text included. For text that a reader waits for, {@link CompletionParser} is the right one:
 * it never fails. One completion, one thread; after an exception the parser is of no further use.
 */
public final class HarmonyStreamParser {

  /** Where the parser stands. */
  public enum State {
    EXPECT_START,
    HEADER,
    CONTENT
  }

  private static final String REPLACEMENT = "\uFFFD";

  /** The library knows one reserved token more than the model's vocabulary has. */
  private static final int LAST_RESERVED = 201_088;

  private final Vocabulary vocabulary;
  private final boolean strict;
  private final int start;
  private final int message;
  private final List<Integer> stops;
  private final List<Message> messages = new ArrayList<>();
  private final List<Integer> headerTokens = new ArrayList<>();
  private final StringBuilder content = new StringBuilder();
  private byte[] undecoded = {};
  private boolean sawUnknownToken;
  private State state;
  private @Nullable Role nextRole;
  private @Nullable HarmonyHeader header;
  private @Nullable String lastContentDelta;

  /**
   * @param role the role after which the prompt ended; null if the tokens begin with {@code
   *     <|start|>}
   * @param strict false: a message that ends before its {@code <|message|>} is recovered
   */
  public HarmonyStreamParser(Vocabulary vocabulary, @Nullable Role role, boolean strict) {
    this.vocabulary = vocabulary;
    this.strict = strict;
    start = PromptBuilder.control(vocabulary, "<|start|>");
    message = PromptBuilder.control(vocabulary, "<|message|>");
    stops =
        List.of(
            PromptBuilder.control(vocabulary, "<|return|>"),
            PromptBuilder.control(vocabulary, "<|end|>"),
            PromptBuilder.control(vocabulary, "<|call|>"));
    nextRole = role;
    state = role == null ? State.EXPECT_START : State.HEADER;
  }

  /**
   * All messages of a completion.
   *
   * @param ids unsigned token ids
   * @throws HarmonyException if the tokens are no sequence of messages
   */
  public static List<Message> parse(
      Vocabulary vocabulary, int[] ids, @Nullable Role role, boolean strict) {
    HarmonyStreamParser parser = new HarmonyStreamParser(vocabulary, role, strict);
    for (int id : ids) {
      parser.process(id);
    }
    parser.processEos();
    return parser.messages();
  }

  /**
   * Takes the next token.
   *
   * @throws HarmonyException if it cannot stand here, or ends a header that makes no sense
   */
  public void process(int token) {
    switch (state) {
      case EXPECT_START -> {
        if (token != start) {
          throw new HarmonyException(
              "Unexpected token %s while expecting start token %d"
                  .formatted(Integer.toUnsignedString(token), start));
        }
        headerTokens.clear();
        state = State.HEADER;
      }
      case HEADER -> {
        if (token == message) {
          state = State.EXPECT_START;
          header = HarmonyHeader.parse(headerText("could not decode header"), nextRole);
          nextRole = null;
          state = State.CONTENT;
        } else if (!strict && stops.contains(token)) {
          if (nextRole != null && !headerTokens.isEmpty()) {
            messages.add(HarmonyHeader.malformed(headerText(null), nextRole));
          }
          nextRole = null;
          state = State.EXPECT_START;
        } else {
          headerTokens.add(token);
        }
      }
      case CONTENT -> {
        if (stops.contains(token)) {
          endMessage();
        } else {
          addContent(token);
        }
      }
    }
  }

  /**
   * Ends the input; a message in the middle of its content is complete now.
   *
   * @throws HarmonyException if the input ends inside a header
   */
  public void processEos() {
    switch (state) {
      case EXPECT_START -> {} // the last message ended with a token of its own
      case HEADER ->
          throw new HarmonyException("Unexpected EOS while waiting for message header to complete");
      case CONTENT -> endMessage();
    }
  }

  private String headerText(@Nullable String failure) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int token : headerTokens) {
      byte[] bytes = bytes(token);
      if (bytes.length == 0) {
        throw new HarmonyException(
            failure != null
                ? failure
                : "Could not decode tokens: Invalid token error: Invalid token for decoding: "
                    + Integer.toUnsignedString(token));
      }
      all.writeBytes(bytes);
    }
    Utf8.Scan scan = Utf8.scan(all.toByteArray());
    if (!scan.isValid()) {
      String what =
          scan.badLength() == 0
              ? "incomplete utf-8 byte sequence"
              : "invalid utf-8 sequence of " + scan.badLength() + " bytes";
      throw new HarmonyException(
          failure != null
              ? failure
              : "Could not decode tokens: Invalid utf-8 sequence: %s from index %d"
                  .formatted(what, scan.validLength()));
    }
    return all.toString(StandardCharsets.UTF_8);
  }

  private void addContent(int token) {
    byte[] bytes = bytes(token);
    if (sawUnknownToken || bytes.length == 0) {
      // The library decodes the waiting tokens together, so one unknown id holds back all others.
      sawUnknownToken = true;
      lastContentDelta = null;
      return;
    }
    byte[] all = Arrays.copyOf(undecoded, undecoded.length + bytes.length);
    System.arraycopy(bytes, 0, all, undecoded.length, bytes.length);
    Utf8.Scan scan = Utf8.scan(all);
    String delta = new String(all, 0, scan.validLength(), StandardCharsets.UTF_8);
    if (scan.badLength() > 0) {
      delta += REPLACEMENT; // one per step: what follows the bad bytes waits for the next token
    }
    undecoded = Arrays.copyOfRange(all, scan.validLength() + scan.badLength(), all.length);
    content.append(delta);
    lastContentDelta = delta.isEmpty() ? null : delta;
  }

  private void endMessage() {
    HarmonyHeader complete = header;
    if (complete == null) {
      throw new IllegalStateException("content without a header");
    }
    String text =
        content
            + (sawUnknownToken ? REPLACEMENT : "")
            + new String(undecoded, StandardCharsets.UTF_8);
    messages.add(complete.message(text));
    header = null;
    content.setLength(0);
    undecoded = new byte[0];
    sawUnknownToken = false;
    lastContentDelta = null;
    state = State.EXPECT_START;
  }

  private byte[] bytes(int token) {
    return token == LAST_RESERVED
        ? ("<|reserved_" + LAST_RESERVED + "|>").getBytes(StandardCharsets.UTF_8)
        : vocabulary.bytes(token);
  }

  public State state() {
    return state;
  }

  /** The messages that are complete, in order; a view that grows. */
  public List<Message> messages() {
    return Collections.unmodifiableList(messages);
  }

  /**
   * The text that the last token completed; null in headers, at ends, and while bytes are missing.
   */
  public @Nullable String lastContentDelta() {
    return lastContentDelta;
  }

  /** The current message's text so far, without bytes that are no text yet. */
  public String currentContent() {
    return content.toString();
  }

  /** The current message's role; before its header is complete the role given at the beginning. */
  public @Nullable Role currentRole() {
    return header != null ? header.role() : nextRole;
  }

  public @Nullable String currentChannel() {
    return header != null ? header.channel() : null;
  }

  public @Nullable String currentRecipient() {
    return header != null ? header.recipient() : null;
  }

  public @Nullable String currentContentType() {
    return header != null ? header.contentType() : null;
  }
}
