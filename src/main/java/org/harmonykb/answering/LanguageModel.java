package org.harmonykb.answering;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.harmonykb.engine.EngineException;
import org.harmonykb.engine.EngineOptions;
import org.harmonykb.engine.GenerationRequest;
import org.harmonykb.engine.InferenceEngine;
import org.harmonykb.engine.SamplingOptions;
import org.harmonykb.engine.TokenStream;
import org.harmonykb.engine.Tokenizer;
import org.harmonykb.harmony.ChatFormat;
import org.harmonykb.harmony.ChatFormats;
import org.harmonykb.harmony.Vocabulary;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;

/**
 * The loaded model, if there is one. The service starts and answers without: {@link #loaded} is
 * null then, and {@link #describe} tells what to do about it.
 */
@Component("modelHealthIndicator")
public class LanguageModel implements HealthIndicator, DisposableBean {

  private static final Logger LOG = LoggerFactory.getLogger(LanguageModel.class);

  /** A model and how to talk to it. */
  public record Loaded(InferenceEngine engine, ChatFormat format) {}

  private final @Nullable Loaded loaded;
  private final String description;

  @Autowired
  LanguageModel(
      @Value("${kb.model.path:}") String configured,
      @Value("${kb.engine.context-length:4096}") int contextLength,
      @Value("${kb.engine.threads:0}") int threads) {
    Loaded model = null;
    String text;
    try {
      Path file = configured.isBlank() ? firstModel() : Path.of(configured);
      if (file == null) {
        text = "No model is loaded: run scripts/fetch-model or set kb.model.path to a GGUF file";
      } else {
        model = load(file, contextLength, threads);
        text = model.engine.model().name();
      }
    } catch (EngineException | IllegalArgumentException | IOException e) {
      text = "The model cannot be used: " + e.getMessage();
    }
    if (model == null) {
      LOG.warn("{}. Answers quote the documents until then.", text);
    }
    loaded = model;
    description = text;
    if (model != null) {
      Loaded ready = model;
      Thread.ofVirtual().name("warm-up").start(() -> warmUp(ready.engine));
    }
  }

  private LanguageModel() {
    loaded = null;
    description = "No model is wanted";
  }

  /** No model, where only quotes are wanted. */
  static LanguageModel none() {
    return new LanguageModel();
  }

  /** Reads a prompt once, so that the kernels are compiled before the first question comes. */
  private static void warmUp(InferenceEngine engine) {
    int[] prompt =
        IntStream.range(0, Math.min(256, engine.model().contextLength() / 2))
            .map(i -> i + 100)
            .toArray();
    try (TokenStream stream =
        engine.generate(
            new GenerationRequest(prompt, 16, SamplingOptions.GREEDY, Set.of(), List.of(), null))) {
      while (stream.hasNext()) {
        stream.next();
      }
    } catch (EngineException e) {
      LOG.debug("The warm-up ended early", e);
    }
  }

  private static @Nullable Path firstModel() throws IOException {
    Path models = Path.of("models");
    if (!Files.isDirectory(models)) {
      return null;
    }
    try (Stream<Path> files = Files.list(models)) {
      return files.filter(f -> f.toString().endsWith(".gguf")).sorted().findFirst().orElse(null);
    }
  }

  private static Loaded load(Path file, int contextLength, int threads) {
    EngineOptions options =
        EngineOptions.DEFAULTS.withContextLength(contextLength).withThreads(threads);
    InferenceEngine engine = InferenceEngine.load(file, options);
    try {
      return new Loaded(engine, ChatFormats.forVocabulary(vocabulary(engine.tokenizer())));
    } catch (IllegalArgumentException e) {
      engine.close();
      throw e;
    }
  }

  private static Vocabulary vocabulary(Tokenizer tokenizer) {
    return new Vocabulary() {
      @Override
      public int[] encode(String text) {
        return tokenizer.encode(text);
      }

      @Override
      public OptionalInt controlToken(String text) {
        return tokenizer.specialToken(text);
      }

      @Override
      public byte[] bytes(int id) {
        return tokenizer.bytes(id);
      }
    };
  }

  public @Nullable Loaded loaded() {
    return loaded;
  }

  /** The model's name, or why there is none and what to do. */
  public String describe() {
    return description;
  }

  @Override
  public Health health() {
    // Answers work without a model, so its absence must not take the service out of rotation.
    return Health.up()
        .withDetail("loaded", loaded != null)
        .withDetail("model", description)
        .build();
  }

  @Override
  public void destroy() {
    if (loaded != null) {
      loaded.engine.close();
    }
  }
}
