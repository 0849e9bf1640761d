package org.harmonykb.harmony;

import java.util.List;

/**
 * Reads what gpt-oss writes after {@code <|start|>assistant}, as tolerantly as a service has to: a
 * header may be malformed or missing, text outside a message counts as final, a recipient is only
 * what follows {@code to=}, and control tokens never reach the text. A message in the name of
 * another speaker is left out.
 */
final class HarmonyCompletionParser implements CompletionParser {

  /** Characters; a header that is longer is an answer that lost its header. */
  private static final int LONGEST_HEADER = 512;

  private enum State {
    HEADER,
    CONTENT,
    /** Content in the name of the user or the system. */
    SKIPPED
  }

  private final Vocabulary vocabulary;
  private final int start;
  private final int message;
  private final int channelMarker;
  private final int constrain;
  private final int end;
  private final int call;
  private final int returned;
  private final Utf8Pieces utf8 = new Utf8Pieces();
  private final StringBuilder header = new StringBuilder();
  private State state = State.HEADER;
  private boolean afterStart;
  private Channel channel = Channel.FINAL;
  private String recipient = "";

  HarmonyCompletionParser(Vocabulary vocabulary) {
    this.vocabulary = vocabulary;
    start = PromptBuilder.control(vocabulary, "<|start|>");
    message = PromptBuilder.control(vocabulary, "<|message|>");
    channelMarker = PromptBuilder.control(vocabulary, "<|channel|>");
    constrain = PromptBuilder.control(vocabulary, "<|constrain|>");
    end = PromptBuilder.control(vocabulary, "<|end|>");
    call = PromptBuilder.control(vocabulary, "<|call|>");
    returned = PromptBuilder.control(vocabulary, "<|return|>");
  }

  @Override
  public List<Delta> accept(int token) {
    if (token == start || token == end || token == call || token == returned) {
      List<Delta> rest = endMessage();
      afterStart = token == start;
      return rest;
    }
    if (token == channelMarker && state != State.HEADER) {
      // The model went on to its next channel without ending the message.
      List<Delta> rest = endMessage();
      header.append(TolerantHeader.CHANNEL);
      return rest;
    }
    if (state == State.HEADER) {
      return acceptHeader(token);
    }
    return vocabulary.isControl(token) ? List.of() : delta(utf8.accept(vocabulary.bytes(token)));
  }

  private List<Delta> acceptHeader(int token) {
    if (token == message) {
      header.append(text(utf8.finish()));
      TolerantHeader read = TolerantHeader.complete(header.toString());
      header.setLength(0);
      channel = read.channel();
      recipient = read.recipient();
      state = afterStart && read.fromOther() ? State.SKIPPED : State.CONTENT;
      return List.of();
    }
    if (token == channelMarker) {
      header.append(text(utf8.finish())).append(TolerantHeader.CHANNEL);
    } else if (token == constrain) {
      header.append(text(utf8.finish())).append(TolerantHeader.CONSTRAIN);
    } else if (!vocabulary.isControl(token)) {
      header.append(text(utf8.accept(vocabulary.bytes(token))));
    }
    return header.length() > LONGEST_HEADER ? headerIsAnswer() : List.of();
  }

  /** Without the two characters that stand for control tokens here. */
  private static String text(String piece) {
    return piece.replace(TolerantHeader.CHANNEL, ' ').replace(TolerantHeader.CONSTRAIN, ' ');
  }

  @Override
  public List<Delta> finish() {
    return endMessage();
  }

  private List<Delta> headerIsAnswer() {
    TolerantHeader read = TolerantHeader.broken(header.toString());
    header.setLength(0);
    channel = read.channel();
    recipient = read.recipient();
    state = State.CONTENT;
    return delta(read.rest());
  }

  private List<Delta> endMessage() {
    String rest = utf8.finish();
    List<Delta> deltas;
    if (state == State.HEADER) {
      header.append(text(rest));
      deltas = headerIsAnswer();
    } else {
      deltas = delta(rest);
    }
    state = State.HEADER;
    afterStart = false;
    return deltas;
  }

  private List<Delta> delta(String text) {
    return text.isEmpty() || state == State.SKIPPED
        ? List.of()
        : List.of(new Delta(channel, recipient, text));
  }
}
