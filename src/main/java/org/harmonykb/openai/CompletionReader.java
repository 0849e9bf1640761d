package org.harmonykb.openai;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.harmonykb.engine.GenerationEvent;
import org.harmonykb.engine.Tokenizer;
import org.harmonykb.engine.sampling.StopSequences;
import org.harmonykb.harmony.Channel;
import org.harmonykb.harmony.CompletionParser;
import org.harmonykb.harmony.HarmonyFormat;

/**
 * Sorts what a model writes into answer, thoughts and calls while it is written. Stop sequences end
 * the answer, not the thoughts; what may begin one is held back. One completion, one thread.
 */
final class CompletionReader {

  private final ModelWriter.Job job;
  private final Tokenizer tokenizer;
  private final Written.Sink sink;
  private final CompletionParser parser;
  private final StopSequences stops;
  private final StringBuilder content = new StringBuilder();
  private final StringBuilder reasoning = new StringBuilder();
  private final List<Written.Call> calls = new ArrayList<>();
  private final StringBuilder arguments = new StringBuilder();
  private final List<Written.Token> all = new ArrayList<>();
  private final List<Written.Token> pending = new ArrayList<>(); // not told yet
  private String function = "";
  private Channel lastChannel = Channel.FINAL;
  private int reasoningTokens;

  CompletionReader(ModelWriter.Job job, Tokenizer tokenizer, Written.Sink sink) {
    this.job = job;
    this.tokenizer = tokenizer;
    this.sink = sink;
    this.parser = job.parser();
    this.stops = new StopSequences(job.settings().stops());
  }

  /**
   * @return whether a stop sequence has come
   */
  boolean accept(GenerationEvent.Token token) {
    boolean isControl = tokenizer.isSpecial(token.id());
    if (isControl) {
      pending.clear(); // headers are no part of the answer
    } else if (job.settings().alternatives() >= 0) {
      pending.add(described(token));
    }
    List<CompletionParser.Delta> deltas = parser.accept(token.id());
    deltas.forEach(this::take);
    if (lastChannel != Channel.FINAL) {
      reasoningTokens++;
    }
    return stops.stopped();
  }

  private void take(CompletionParser.Delta delta) {
    lastChannel = delta.channel();
    if (delta.recipient().startsWith(HarmonyFormat.FUNCTIONS)) {
      String name = delta.recipient().substring(HarmonyFormat.FUNCTIONS.length());
      if (!name.equals(function)) {
        endCall();
        function = name;
      }
      arguments.append(delta.text());
      pending.clear();
    } else if (delta.channel() == Channel.FINAL) {
      emit(stops.accept(delta.text()));
    } else {
      reasoning.append(delta.text());
      pending.clear();
      sink.reasoning(delta.text());
    }
  }

  private void emit(String text) {
    if (!text.isEmpty()) {
      List<Written.Token> tokens = List.copyOf(pending);
      pending.clear();
      content.append(text);
      all.addAll(tokens);
      sink.content(text, tokens);
    }
  }

  private void endCall() {
    if (!function.isEmpty()) {
      Written.Call call = new Written.Call(function, arguments.toString());
      calls.add(call);
      sink.call(call);
      arguments.setLength(0);
      function = "";
    }
  }

  Written finish(boolean isCut, GenerationEvent.Usage usage) {
    if (!stops.stopped()) {
      parser.finish().forEach(this::take);
      emit(stops.finish());
    }
    endCall();
    return new Written(
        content.toString(),
        reasoning.toString(),
        calls,
        isCut ? Written.End.LENGTH : calls.isEmpty() ? Written.End.STOP : Written.End.CALLS,
        new Written.Usage(
            usage.promptTokens(),
            usage.cachedTokens(),
            usage.completionTokens(),
            calls.isEmpty() ? Math.min(reasoningTokens, usage.completionTokens()) : 0),
        all,
        null);
  }

  private Written.Token described(GenerationEvent.Token token) {
    List<Written.Token> top =
        token.alternatives().stream()
            .map(other -> plain(other.id(), other.logProbability(), List.of()))
            .toList();
    return plain(token.id(), token.logProbability(), top);
  }

  private Written.Token plain(int id, float logprob, List<Written.Token> top) {
    byte[] bytes = tokenizer.bytes(id);
    List<Integer> values = new ArrayList<>();
    for (byte b : bytes) {
      values.add(b & 0xff);
    }
    // A value that JSON cannot write stands for one that never comes.
    double finite = Float.isFinite(logprob) ? logprob : -9999;
    return new Written.Token(new String(bytes, StandardCharsets.UTF_8), finite, values, top);
  }
}
