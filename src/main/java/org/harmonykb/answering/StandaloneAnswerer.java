package org.harmonykb.answering;

import io.micrometer.observation.ObservationRegistry;
import java.nio.file.Path;
import java.time.Clock;
import org.harmonykb.engine.EngineOptions;
import org.harmonykb.engine.MemoryOptions;
import org.harmonykb.retrieval.Embedder;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;
import org.springframework.core.env.StandardEnvironment;

/**
 * An {@link Answerer} without a service around it, for passages that are given. Settings come from
 * system properties and the environment ({@code kb.ask.…}, {@code kb.engine.speculation}).
 */
public final class StandaloneAnswerer implements AutoCloseable {

  private static final int CONTEXT = 4096;

  private final LanguageModel model;
  private final Answerer answerer;

  /**
   * @param modelFile the model, or null to quote only
   */
  public StandaloneAnswerer(Embedder embedder, @Nullable Path modelFile) {
    Environment environment = new StandardEnvironment();
    EngineOptions options =
        EngineOptions.DEFAULTS
            .withContextLength(CONTEXT)
            .withSpeculation(environment.getProperty("kb.engine.speculation", Boolean.class, true))
            .withMemory(
                MemoryOptions.parse(environment.getProperty("kb.engine.memory", "auto"))
                    .plusOthers(EngineProperties.SERVICE_BYTES));
    model =
        modelFile == null ? LanguageModel.none() : new LanguageModel(modelFile.toString(), options);
    AnsweringProperties properties =
        Binder.get(environment).bindOrCreate("kb.ask", AnsweringProperties.class);
    answerer =
        new Answerer(
            embedder,
            model,
            Assistants.builtIn(),
            properties,
            Clock.systemUTC(),
            ObservationRegistry.NOOP);
  }

  public Answerer answerer() {
    return answerer;
  }

  public LanguageModel model() {
    return model;
  }

  @Override
  public void close() {
    model.destroy();
  }
}
