package org.harmonykb.openai;

import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.harmonykb.connection.Cancellation;
import org.harmonykb.openai.ChatWire.Delta;
import org.jspecify.annotations.Nullable;

/**
 * One chat completion on the wire, whole or in chunks, all with the same id.
 *
 * @param tellsReasoning whether thoughts are told
 */
record ChatReply(String id, long created, String model, boolean tellsReasoning) {

  ChatWire.Completion whole(Written written) {
    boolean hasCalls = !written.calls().isEmpty();
    ChatWire.Message message =
        new ChatWire.Message(
            "assistant",
            hasCalls && written.content().isEmpty() ? null : written.content(),
            tellsReasoning && !written.reasoning().isEmpty() ? written.reasoning() : null,
            hasCalls ? calls(written.calls()) : null,
            null);
    return new ChatWire.Completion(
        id,
        "chat.completion",
        created,
        model,
        List.of(
            new ChatWire.Choice(
                0, message, ChatWire.Logprobs.of(written.tokens()), written.end().finishReason())),
        ChatWire.Usage.of(written.usage()),
        written.sources());
  }

  private static List<ChatWire.Call> calls(List<Written.Call> calls) {
    return IntStream.range(0, calls.size()).mapToObj(i -> call(null, calls.get(i))).toList();
  }

  private static ChatWire.Call call(@Nullable Integer index, Written.Call call) {
    return new ChatWire.Call(
        index,
        "call_" + UUID.randomUUID().toString().replace("-", ""),
        "function",
        new ChatWire.Function(call.name(), call.arguments()));
  }

  void stream(Writer writer, Cancellation cancellation, EventWriter out, boolean withUsage) {
    send(out, new Delta("assistant", "", null, null), List.of(), null, null);
    Written written = writer.write(cancellation, new Chunks(out));
    send(
        out,
        new Delta(null, null, null, null),
        List.of(),
        written.end().finishReason(),
        written.sources());
    if (withUsage) {
      out.send(
          null,
          new ChatWire.Chunk(
              id,
              "chat.completion.chunk",
              created,
              model,
              List.of(),
              ChatWire.Usage.of(written.usage()),
              null));
    }
    out.send(null, "[DONE]");
  }

  private void send(
      EventWriter out,
      Delta delta,
      List<Written.Token> tokens,
      @Nullable String finishReason,
      @Nullable Object sources) {
    out.send(
        null,
        new ChatWire.Chunk(
            id,
            "chat.completion.chunk",
            created,
            model,
            List.of(new ChatWire.ChunkChoice(0, delta, ChatWire.Logprobs.of(tokens), finishReason)),
            null,
            sources));
  }

  private final class Chunks implements Written.Sink {
    private final EventWriter out;
    private int calls;

    Chunks(EventWriter out) {
      this.out = out;
    }

    @Override
    public void content(String text, List<Written.Token> tokens) {
      send(out, Delta.content(text), tokens, null, null);
    }

    @Override
    public void reasoning(String text) {
      if (tellsReasoning) {
        send(out, new Delta(null, null, text, null), List.of(), null, null);
      }
    }

    @Override
    public void call(Written.Call call) {
      Delta delta = new Delta(null, null, null, List.of(ChatReply.call(calls++, call)));
      send(out, delta, List.of(), null, null);
    }
  }
}
