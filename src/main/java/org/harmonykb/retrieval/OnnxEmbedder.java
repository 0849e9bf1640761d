package org.harmonykb.retrieval;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import org.harmonykb.retrieval.EmbeddingProperties.Model;
import org.harmonykb.retrieval.EmbeddingProperties.Pooling;
import org.jspecify.annotations.Nullable;

/**
 * Embedding models on ONNX Runtime: those of the configuration, or bge-small-en-v1.5 (384 values)
 * and bge-small-zh-v1.5 (512 values), which are resources of two jars and need no download.
 */
public final class OnnxEmbedder implements Embedder, AutoCloseable {

  private static final int MAX_TOKENS = 512;

  /**
   * @param space see {@link VectorSpaces}
   * @param folding what is done to a text first
   * @param means what is taken off its vectors, or null
   */
  private record Encoder(
      String space,
      OnnxModel model,
      Pooling pooling,
      String queryPrefix,
      String passagePrefix,
      UnaryOperator<String> folding,
      @Nullable LanguageMeans means) {

    float[] query(String language, String text) {
      return centred(language, true, embed(queryPrefix, text));
    }

    float[] passage(String language, String text) {
      return centred(language, false, embed(passagePrefix, text));
    }

    private float[] centred(String language, boolean isQuestion, float[] vector) {
      return means == null ? vector : normalize(means.subtract(language, isQuestion, vector));
    }

    private float[] embed(String prefix, String text) {
      float[][] tokens =
          model.run(model.encode(prefix + folding.apply(text))) instanceof float[][][] output
              ? output[0]
              : null;
      if (tokens == null || tokens.length == 0) {
        throw new IllegalStateException(
            "the first output of an embedding model must have the shape [texts][tokens][values]");
      }
      return normalize(pooling == Pooling.CLS ? tokens[0] : mean(tokens));
    }
  }

  private final Map<String, Encoder> byLanguage;
  private final VectorSpaces spaces;
  private final AtomicBoolean closed = new AtomicBoolean();

  /** The bundled models. */
  public OnnxEmbedder() {
    this(bundled());
  }

  private OnnxEmbedder(Map<String, Encoder> byLanguage) {
    this.byLanguage = Map.copyOf(byLanguage);
    Map<String, String> names = new HashMap<>();
    for (String language : List.of(Language.ENGLISH, Language.CHINESE)) {
      names.put(language, encoder(language).space);
    }
    spaces = new VectorSpaces(names);
  }

  /**
   * The models that the configuration names.
   *
   * @throws IllegalStateException if one cannot be used, with the setting to mend
   */
  public static OnnxEmbedder open(EmbeddingProperties properties) {
    List<Model> models = properties.models();
    if (models.isEmpty() && !properties.multilingual().isBlank()) {
      models =
          List.of(
              new Model(
                  Model.ANY,
                  Path.of(properties.multilingual()).resolve("model.onnx"),
                  null,
                  Pooling.MEAN,
                  "query: ",
                  "passage: ",
                  null,
                  MAX_TOKENS));
    }
    if (models.isEmpty()) {
      return new OnnxEmbedder();
    }
    Map<String, Encoder> encoders = new HashMap<>();
    for (Model model : models) {
      if (encoders.put(model.language(), load(model)) != null) {
        throw new IllegalStateException(
            "kb.embedding.models has two models for the language " + model.language());
      }
    }
    for (String language : List.of(Language.ENGLISH, Language.CHINESE)) {
      if (!encoders.containsKey(language) && !encoders.containsKey(Model.ANY)) {
        throw new IllegalStateException(
            "kb.embedding.models has no model for the language %s; add one, or one for the language %s"
                .formatted(language, Model.ANY));
      }
    }
    return new OnnxEmbedder(encoders);
  }

  private static Map<String, Encoder> bundled() {
    // The Chinese model knows little of traditional characters.
    return Map.of(
        Language.ENGLISH,
        resource(
            Language.ENGLISH,
            "bge-small-en-v1.5-q",
            "Represent this sentence for searching relevant passages: ",
            UnaryOperator.identity()),
        Language.CHINESE,
        resource(
            Language.CHINESE, "bge-small-zh-v1.5-q", "为这个句子生成表示以用于检索相关文章：", SimplifiedChinese::of));
  }

  private static Encoder resource(
      String language, String name, String queryPrefix, UnaryOperator<String> folding) {
    OnnxModel model =
        new OnnxModel(
            "the embedding model " + name,
            bytes("/" + name + ".onnx"),
            bytes("/" + name + "-tokenizer.json"),
            MAX_TOKENS);
    return new Encoder(
        VectorSpaces.BUNDLED.of(language), model, Pooling.CLS, queryPrefix, "", folding, null);
  }

  private static byte[] bytes(String resource) {
    try (InputStream stream = OnnxEmbedder.class.getResourceAsStream(resource)) {
      return Objects.requireNonNull(stream, resource + " is not on the class path").readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + resource, e);
    }
  }

  private static Encoder load(Model model) {
    byte[] network = file(model.path());
    byte[] vocabulary = file(model.tokenizerFile());
    Path meansFile = model.path().resolveSibling("means.f32");
    byte[] means = Files.exists(meansFile) ? file(meansFile) : null;
    Encoder encoder =
        new Encoder(
            name(model, network, vocabulary, means),
            new OnnxModel(
                "the embedding model " + model.path(), network, vocabulary, model.maxTokens()),
            model.pooling(),
            model.queryPrefix(),
            model.passagePrefix(),
            UnaryOperator.identity(),
            means == null ? null : LanguageMeans.of(means));
    int dimension = encoder.query(Language.ENGLISH, "a").length;
    if (model.dimension() != null && model.dimension() != dimension) {
      throw new IllegalStateException(
          "the embedding model %s gives vectors of %d values, kb.embedding.models says %d"
              .formatted(model.path(), dimension, model.dimension()));
    }
    return encoder;
  }

  private static byte[] file(Path path) {
    try {
      return Files.readAllBytes(path);
    } catch (IOException e) {
      throw new IllegalStateException(
          ("kb.embedding names %s, which cannot be read (scripts/fetch-embedding-model fetches the"
                  + " multilingual model)")
              .formatted(path),
          e);
    }
  }

  /** The folder's name and what depends on all that decides about the vectors. */
  private static String name(
      Model model, byte[] network, byte[] vocabulary, byte @Nullable [] means) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(network);
      digest.update(vocabulary);
      digest.update(means == null ? new byte[0] : means);
      digest.update(
          "%s|%s|%s|%d"
              .formatted(
                  model.pooling(), model.queryPrefix(), model.passagePrefix(), model.maxTokens())
              .getBytes(StandardCharsets.UTF_8));
      Path folder = model.path().toAbsolutePath().getParent();
      String name = folder == null ? "model" : String.valueOf(folder.getFileName());
      return name.replaceAll("[^A-Za-z0-9.-]", "-")
          + "@"
          + HexFormat.of().formatHex(digest.digest(), 0, 6);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public float[] query(String language, String text) {
    return encoder(language).query(language, text);
  }

  @Override
  public float[] passage(String language, String text) {
    return encoder(language).passage(language, text);
  }

  @Override
  public VectorSpaces spaces() {
    return spaces;
  }

  private Encoder encoder(String language) {
    Encoder own = byLanguage.get(language);
    Encoder any = own == null ? byLanguage.get(Model.ANY) : own;
    return any == null ? Objects.requireNonNull(byLanguage.get(Language.ENGLISH)) : any;
  }

  private static float[] mean(float[][] tokens) {
    float[] mean = new float[tokens[0].length];
    for (float[] token : tokens) {
      for (int i = 0; i < mean.length; i++) {
        mean[i] += token[i];
      }
    }
    return mean; // its length is brought to 1 anyway
  }

  private static float[] normalize(float[] vector) {
    double sum = 0;
    for (float v : vector) {
      sum += v * v;
    }
    float scale = (float) (1 / Math.sqrt(Math.max(sum, 1e-12)));
    for (int i = 0; i < vector.length; i++) {
      vector[i] *= scale;
    }
    return vector;
  }

  @Override
  public void close() {
    if (closed.getAndSet(true)) {
      return;
    }
    new LinkedHashSet<>(byLanguage.values()).forEach(encoder -> encoder.model.close());
  }
}
