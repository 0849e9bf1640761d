package org.harmonykb.metrics;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.observation.Observation;
import java.time.Duration;
import java.util.Locale;
import org.harmonykb.engine.FinishReason;
import org.harmonykb.engine.GenerationEvent;

/** Times and speeds of finished generations, whoever wrote them. Thread-safe. */
public record GenerationMetrics(MeterRegistry meters) {

  /** Counts a generation and tells its observation about it, which it does not stop. */
  public void finished(
      FinishReason reason,
      GenerationEvent.Usage usage,
      GenerationEvent.Timings times,
      Observation observation) {
    time("kb.generation.queue", times.queuedMs());
    time("kb.generation.prefill", times.prefillMs());
    time("kb.generation.decode", times.decodeMs());
    rate(
        "kb.generation.prefill.speed",
        usage.promptTokens() - usage.cachedTokens(),
        times.prefillMs());
    rate("kb.generation.decode.speed", usage.completionTokens(), times.decodeMs());
    observation
        .lowCardinalityKeyValue("reason", reason.name().toLowerCase(Locale.ROOT))
        .highCardinalityKeyValue("prompt_tokens", Integer.toString(usage.promptTokens()))
        .highCardinalityKeyValue("cached_tokens", Integer.toString(usage.cachedTokens()))
        .highCardinalityKeyValue("completion_tokens", Integer.toString(usage.completionTokens()))
        .highCardinalityKeyValue("queue_ms", Double.toString(times.queuedMs()))
        .highCardinalityKeyValue("prefill_ms", Double.toString(times.prefillMs()))
        .highCardinalityKeyValue("decode_ms", Double.toString(times.decodeMs()));
  }

  private void time(String name, double ms) {
    Timer.builder(name)
        .publishPercentileHistogram()
        .register(meters)
        .record(Duration.ofNanos(Math.round(ms * 1e6)));
  }

  /** Tokens per second of one request. */
  private void rate(String name, int tokens, double ms) {
    if (tokens > 0 && ms > 0) {
      DistributionSummary.builder(name)
          .baseUnit("tokens/s")
          .register(meters)
          .record(tokens * 1000 / ms);
    }
  }
}
