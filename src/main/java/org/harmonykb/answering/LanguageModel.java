package org.harmonykb.answering;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.harmonykb.engine.EngineException;
import org.harmonykb.engine.EngineOptions;
import org.harmonykb.engine.EngineStatus;
import org.harmonykb.engine.InferenceEngine;
import org.harmonykb.engine.MemoryStatus;
import org.harmonykb.engine.format.ModelFile;
import org.harmonykb.engine.format.ModelFingerprint;
import org.harmonykb.harmony.ChatFormat;
import org.harmonykb.harmony.ChatFormats;
import org.harmonykb.metrics.ObservedEngine;
import org.harmonykb.remote.RemoteModel;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;
import org.springframework.util.FileSystemUtils;

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
  private final @Nullable Path cacheFolder;
  private final @Nullable RemoteModel remote;
  private @Nullable String fingerprint;

  @Autowired
  LanguageModel(
      @Value("${kb.model.path:}") String configured,
      @Value("${kb.data-dir}") Path dataDir,
      EngineProperties properties,
      MeterRegistry meters,
      ObservationRegistry observations,
      ObjectProvider<RemoteModel> remote) {
    this(
        configured,
        properties.options(dataDir.resolve("kv-cache")),
        engine -> new ObservedEngine(engine, meters, observations),
        remote.getIfAvailable());
  }

  /**
   * @param configured the model's file or folder; blank takes what is in {@code models}
   */
  LanguageModel(String configured, EngineOptions options) {
    this(configured, options, engine -> engine, null);
  }

  private LanguageModel(
      String configured,
      EngineOptions options,
      UnaryOperator<InferenceEngine> observed,
      @Nullable RemoteModel remote) {
    this.remote = remote;
    cacheFolder = options.kvCacheFolder();
    if (remote != null) {
      loaded = null;
      description = remote.name();
      return;
    }
    Loaded model = null;
    String text;
    try {
      Path file = configured.isBlank() ? firstModel() : Path.of(configured);
      if (file == null) {
        text =
            "No model is loaded: run scripts/fetch-model or set kb.model.path to a GGUF file or a"
                + " folder of safetensors";
      } else {
        Loaded bare = load(file, options);
        model = new Loaded(observed.apply(bare.engine), bare.format);
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
      Thread.ofVirtual()
          .name("warm-up")
          .start(
              () -> {
                fingerprint(); // while the file is there: what is mapped outlives it
                ready.engine.warmUp();
              });
    }
  }

  private LanguageModel(@Nullable Loaded loaded, String description) {
    this.loaded = loaded;
    this.description = description;
    cacheFolder = null;
    remote = null;
  }

  /** No model, where only quotes are wanted. */
  static LanguageModel none() {
    return new LanguageModel(null, "No model is wanted");
  }

  /** A model that is loaded already. */
  static LanguageModel of(Loaded loaded) {
    return new LanguageModel(loaded, loaded.engine.model().name());
  }

  /** A GGUF file in {@code models}, or else a folder of safetensors there. */
  private static @Nullable Path firstModel() throws IOException {
    Path models = Path.of("models");
    if (!Files.isDirectory(models)) {
      return null;
    }
    try (Stream<Path> files = Files.list(models)) {
      List<Path> found = files.sorted().toList();
      return Stream.concat(
              found.stream().filter(f -> f.toString().endsWith(".gguf")),
              found.stream().filter(f -> Files.isRegularFile(f.resolve("config.json"))))
          .findFirst()
          .orElse(null);
    }
  }

  private static Loaded load(Path file, EngineOptions options) {
    InferenceEngine engine = InferenceEngine.load(file, options);
    try {
      return new Loaded(
          engine, ChatFormats.forVocabulary(new TokenizerVocabulary(engine.tokenizer())));
    } catch (IllegalArgumentException e) {
      engine.close();
      throw e;
    }
  }

  /** The model in this process; null where there is none or servers write. */
  public @Nullable Loaded loaded() {
    return loaded;
  }

  /** Whether answers are written: by a model here or by servers. */
  public boolean canWrite() {
    return loaded != null || remote != null;
  }

  /** Whether they are written now: a model is here, or a server was there the last time. */
  boolean isReady() {
    return loaded != null || remote != null && remote.isAvailable();
  }

  /** Who writes, or null if nobody does. */
  @Nullable Generator generator(Clock clock) {
    if (remote != null) {
      return new RemoteGenerator(remote, clock);
    }
    return loaded == null ? null : new LocalGenerator(loaded, clock);
  }

  /** How many tokens a text has; without a model here a careful guess. */
  int tokens(String text) {
    return loaded == null ? TokenEstimate.of(text) : loaded.engine.tokenizer().encode(text).length;
  }

  /**
   * Whether this is what the loaded model is called: its name, its name with dashes in lower case,
   * or its file's.
   */
  public boolean isCalled(String name) {
    if (loaded == null) {
      return false;
    }
    String own = loaded.engine.model().name();
    String file = String.valueOf(loaded.engine.model().file().getFileName());
    return name.equals(own)
        || name.equals(own.toLowerCase(Locale.ROOT).replace(' ', '-'))
        || name.equals(file)
        || file.equals(name + ".gguf");
  }

  /** Tells the model's weights from others, those of servers by name only; null without a model. */
  synchronized @Nullable String fingerprint() {
    if (remote != null) {
      return "remote: " + remote.name();
    }
    if (fingerprint == null && loaded != null) {
      try (ModelFile file = ModelFile.open(loaded.engine.model().file())) {
        fingerprint = ModelFingerprint.of(file);
      }
    }
    return fingerprint;
  }

  /** The model's name, or why there is none and what to do. */
  public String describe() {
    return description;
  }

  /** Drops what prompts left behind in caches, on disk too; what a running answer reads stays. */
  void forgetPrompts() {
    if (loaded != null) {
      loaded.engine.forgetPrompts();
    } else if (cacheFolder != null) {
      try {
        FileSystemUtils.deleteRecursively(cacheFolder); // of a model that was loaded before
      } catch (IOException e) {
        throw new UncheckedIOException("cannot delete " + cacheFolder, e);
      }
    }
  }

  @Override
  public Health health() {
    // Answers work without a model, so its absence must not take the service out of rotation.
    Health.Builder health =
        Health.up().withDetail("loaded", loaded != null).withDetail("model", description);
    if (remote != null) {
      health.withDetail("backEnds", remote.status());
    }
    if (loaded != null) {
      EngineStatus status = loaded.engine.status();
      health
          .withDetail("completionTokens", status.completionTokens())
          .withDetail("draftedTokens", status.draftedTokens())
          .withDetail("acceptedTokens", status.acceptedTokens())
          .withDetail("memory", memory(status.memory()));
    }
    return health.build();
  }

  private static Map<String, Object> memory(MemoryStatus memory) {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("mode", memory.mode().name().toLowerCase(Locale.ROOT));
    facts.put("limitBytes", memory.limitBytes());
    if (memory.mode() == MemoryStatus.Mode.SLOTS) {
      facts.put("residentBytes", memory.residentBytes());
      facts.put("expertSlots", memory.slots());
      facts.put("experts", memory.experts());
      facts.put("hitRate", memory.hitRate());
      facts.put("bytesRead", memory.bytesRead());
    }
    return facts;
  }

  @Override
  public void destroy() {
    if (loaded != null) {
      loaded.engine.close();
    }
  }
}
