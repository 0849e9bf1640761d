package org.harmonykb.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.ToLongFunction;
import org.harmonykb.engine.AdapterInfo;
import org.harmonykb.engine.EngineStatus;
import org.harmonykb.engine.GenerationEvent;
import org.harmonykb.engine.GenerationRequest;
import org.harmonykb.engine.InferenceEngine;
import org.harmonykb.engine.ModelInfo;
import org.harmonykb.engine.TokenStream;
import org.harmonykb.engine.Tokenizer;

/** An engine whose queue, caches and speed are measured; each generation is an observation. */
public final class ObservedEngine implements InferenceEngine {

  private final InferenceEngine engine;
  private final MeterRegistry meters;
  private final GenerationMetrics metrics;
  private final ObservationRegistry observations;

  public ObservedEngine(
      InferenceEngine engine, MeterRegistry meters, ObservationRegistry observations) {
    this.engine = engine;
    this.meters = meters;
    this.metrics = new GenerationMetrics(meters);
    this.observations = observations;
    gauge("kb.engine.running", "requests being computed", EngineStatus::running);
    gauge("kb.engine.queued", "requests that wait", EngineStatus::queued);
    gauge("kb.engine.kv.bytes", "memory of the KV cache", EngineStatus::kvCacheBytes);
    counter("kb.engine.prompt.tokens", "prompt tokens handed in", EngineStatus::promptTokens);
    counter("kb.engine.cached.tokens", "of them found in the cache", EngineStatus::cachedTokens);
    counter("kb.engine.completion.tokens", "tokens written", EngineStatus::completionTokens);
    counter("kb.engine.drafted.tokens", "tokens guessed", EngineStatus::draftedTokens);
    counter("kb.engine.accepted.tokens", "guesses that came true", EngineStatus::acceptedTokens);
  }

  private void gauge(String name, String what, ToLongFunction<EngineStatus> value) {
    Gauge.builder(name, engine, e -> value.applyAsLong(e.status()))
        .description(what)
        .register(meters);
  }

  private void counter(String name, String what, ToLongFunction<EngineStatus> value) {
    FunctionCounter.builder(name, engine, e -> value.applyAsLong(e.status()))
        .description(what)
        .register(meters);
  }

  @Override
  public TokenStream generate(GenerationRequest request) {
    Observation observation =
        Observation.createNotStarted("kb.generation", observations)
            .contextualName("generate")
            .highCardinalityKeyValue("prompt_tokens", Integer.toString(request.prompt().length))
            .start();
    try {
      return new ObservedStream(engine.generate(request), observation);
    } catch (RuntimeException e) {
      observation.error(e).stop();
      throw e;
    }
  }

  private final class ObservedStream implements TokenStream {

    private final TokenStream stream;
    private final Observation observation;
    private final AtomicBoolean over = new AtomicBoolean();

    private ObservedStream(TokenStream stream, Observation observation) {
      this.stream = stream;
      this.observation = observation;
    }

    @Override
    public boolean hasNext() {
      return stream.hasNext();
    }

    @Override
    public GenerationEvent next() {
      GenerationEvent event = stream.next();
      switch (event) {
        case GenerationEvent.Finished finished -> finished(finished);
        case GenerationEvent.Failed failed -> {
          observation.error(failed.cause());
          stop();
        }
        case GenerationEvent.Queued _, GenerationEvent.Prefill _, GenerationEvent.Token _ -> {}
      }
      return event;
    }

    private void finished(GenerationEvent.Finished finished) {
      metrics.finished(finished.reason(), finished.usage(), finished.timings(), observation);
      stop();
    }

    private void stop() {
      if (over.compareAndSet(false, true)) {
        observation.stop();
      }
    }

    @Override
    public void close() {
      stream.close();
      stop();
    }
  }

  @Override
  public ModelInfo model() {
    return engine.model();
  }

  @Override
  public Tokenizer tokenizer() {
    return engine.tokenizer();
  }

  @Override
  public AdapterInfo loadAdapter(String name, Path path, float scale) {
    return engine.loadAdapter(name, path, scale);
  }

  @Override
  public void unloadAdapter(String name) {
    engine.unloadAdapter(name);
  }

  @Override
  public List<AdapterInfo> adapters() {
    return engine.adapters();
  }

  @Override
  public void warmUp() {
    engine.warmUp();
  }

  @Override
  public void forgetPrompts() {
    engine.forgetPrompts();
  }

  @Override
  public EngineStatus status() {
    return engine.status();
  }

  @Override
  public void close() {
    engine.close();
  }
}
