package org.harmonykb.answering;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.harmonykb.engine.AdapterInfo;
import org.harmonykb.engine.EngineStatus;
import org.harmonykb.engine.FinishReason;
import org.harmonykb.engine.GenerationEvent;
import org.harmonykb.engine.GenerationRequest;
import org.harmonykb.engine.InferenceEngine;
import org.harmonykb.engine.ModelInfo;
import org.harmonykb.engine.TokenStream;
import org.harmonykb.engine.Tokenizer;

/**
 * Writes what it was told to, in the tokens of a real vocabulary, and keeps the prompts that it was
 * given: for what no model small enough for tests writes by itself.
 */
final class ScriptedEngine implements InferenceEngine {

  private final Tokenizer tokenizer;
  private final int[] script;
  private final List<String> prompts = new ArrayList<>();

  /**
   * @param script control tokens included
   */
  ScriptedEngine(Tokenizer tokenizer, String script) {
    this.tokenizer = tokenizer;
    this.script = tokenizer.encodeWithSpecial(script);
  }

  List<String> prompts() {
    return prompts;
  }

  @Override
  public ModelInfo model() {
    return new ModelInfo(
        "scripted",
        "gpt-oss",
        Path.of("scripted.gguf"),
        1,
        20_000_000_000L,
        tokenizer.vocabularySize(),
        8192,
        8192,
        Map.of(),
        null);
  }

  @Override
  public Tokenizer tokenizer() {
    return tokenizer;
  }

  @Override
  public TokenStream generate(GenerationRequest request) {
    prompts.add(tokenizer.decode(request.prompt()));
    List<GenerationEvent> events = new ArrayList<>();
    events.add(new GenerationEvent.Prefill(request.prompt().length, request.prompt().length, 0));
    for (int id : script) {
      events.add(new GenerationEvent.Token(id, tokenizer.decode(new int[] {id}), 0, List.of()));
    }
    events.add(
        new GenerationEvent.Finished(
            FinishReason.STOP,
            "",
            new GenerationEvent.Usage(request.prompt().length, 0, script.length),
            new GenerationEvent.Timings(0, 0, 0)));
    Iterator<GenerationEvent> all = events.iterator();
    return new TokenStream() {

      @Override
      public boolean hasNext() {
        return all.hasNext();
      }

      @Override
      public GenerationEvent next() {
        return all.next();
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public AdapterInfo loadAdapter(String name, Path path, float scale) {
    throw new UnsupportedOperationException("no adapters");
  }

  @Override
  public void unloadAdapter(String name) {
    throw new UnsupportedOperationException("no adapters");
  }

  @Override
  public List<AdapterInfo> adapters() {
    return List.of();
  }

  @Override
  public void warmUp() {}

  @Override
  public void forgetPrompts() {}

  @Override
  public EngineStatus status() {
    throw new UnsupportedOperationException("counts nothing");
  }

  @Override
  public void close() {}
}
