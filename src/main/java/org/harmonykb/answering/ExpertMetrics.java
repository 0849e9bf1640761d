package org.harmonykb.answering;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.function.ToDoubleFunction;
import org.harmonykb.engine.InferenceEngine;
import org.harmonykb.engine.MemoryStatus;
import org.springframework.stereotype.Component;

/** How a model's weights are held, where its experts are read into slots on demand. */
@Component
final class ExpertMetrics implements MeterBinder {

  private final LanguageModel model;

  ExpertMetrics(LanguageModel model) {
    this.model = model;
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    LanguageModel.Loaded loaded = model.loaded();
    if (loaded == null || loaded.engine().status().memory().mode() != MemoryStatus.Mode.SLOTS) {
      return;
    }
    InferenceEngine engine = loaded.engine();
    Gauge.builder("kb.engine.experts.slots", engine, of(MemoryStatus::slots))
        .description("Experts that can be in memory at once")
        .register(registry);
    FunctionCounter.builder("kb.engine.experts.hits", engine, of(MemoryStatus::hits))
        .description("Chosen experts that were in memory")
        .register(registry);
    FunctionCounter.builder("kb.engine.experts.misses", engine, of(MemoryStatus::misses))
        .description("Chosen experts that had to be read")
        .register(registry);
    FunctionCounter.builder("kb.engine.experts.read", engine, of(MemoryStatus::bytesRead))
        .baseUnit("bytes")
        .description("Weights read from disk into slots")
        .register(registry);
  }

  private static ToDoubleFunction<InferenceEngine> of(ToDoubleFunction<MemoryStatus> value) {
    return engine -> value.applyAsDouble(engine.status().memory());
  }
}
