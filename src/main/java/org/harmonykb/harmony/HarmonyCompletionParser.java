package org.harmonykb.harmony;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Reads what gpt-oss writes after {@code <|start|>assistant}, as tolerantly as a service has to: a
 * header may be malformed or missing, text outside a message counts as final, a recipient is only
 * what follows {@code to=}, and control tokens never reach the text.
 */
final class HarmonyCompletionParser implements CompletionParser {

  private enum State {
    HEADER,
    CONTENT
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
    if (token == start) {
      List<Delta> rest = endMessage();
      header.setLength(0);
      state = State.HEADER;
      return rest;
    }
    if (token == end || token == call || token == returned) {
      List<Delta> rest = endMessage();
      header.setLength(0);
      state = State.HEADER;
      return rest;
    }
    if (state == State.HEADER) {
      if (token == message) {
        readHeader();
        state = State.CONTENT;
      } else if (token == channelMarker) {
        header.append(" channel=");
      } else if (token == constrain) {
        header.append(' ');
      } else {
        header.append(utf8.accept(vocabulary.bytes(token)));
      }
      return List.of();
    }
    if (token == message || token == channelMarker || token == constrain) {
      return List.of();
    }
    return delta(utf8.accept(vocabulary.bytes(token)));
  }

  @Override
  public List<Delta> finish() {
    return endMessage();
  }

  private List<Delta> endMessage() {
    String rest = utf8.finish();
    if (state == State.CONTENT) {
      return delta(rest);
    }
    // Words after an end without a new start are an answer that lost its header.
    String text = header.append(rest).toString().strip();
    boolean isHeader = text.isEmpty() || text.startsWith("assistant") || text.contains("channel=");
    if (isHeader) {
      return List.of();
    }
    channel = Channel.FINAL;
    recipient = "";
    return delta(text);
  }

  private List<Delta> delta(String text) {
    return text.isEmpty()
        ? List.of()
        : new ArrayList<>(List.of(new Delta(channel, recipient, text)));
  }

  private void readHeader() {
    channel = Channel.FINAL;
    recipient = "";
    for (String word : header.toString().strip().split("\\s+")) {
      if (word.startsWith("channel=")) {
        channel =
            switch (word.substring("channel=".length()).toLowerCase(Locale.ROOT)) {
              case "analysis" -> Channel.ANALYSIS;
              case "commentary" -> Channel.COMMENTARY;
              default -> Channel.FINAL;
            };
      } else if (word.startsWith("to=")) {
        recipient = word.substring("to=".length());
      }
    }
  }
}
