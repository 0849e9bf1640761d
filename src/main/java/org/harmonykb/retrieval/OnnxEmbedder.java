package org.harmonykb.retrieval;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.ibm.icu.text.Transliterator;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * bge-small-en-v1.5 (384 values) and bge-small-zh-v1.5 (512 values) on ONNX Runtime. The models are
 * resources of two jars and need no download. A session computes with one thread: two callers side
 * by side use two processors better than one call with two threads.
 */
public final class OnnxEmbedder implements Embedder, AutoCloseable {

  private static final int MAX_TOKENS = 512;

  /**
   * @param folding what is done to a text first
   */
  private record Model(
      OrtSession session,
      HuggingFaceTokenizer tokenizer,
      String queryPrefix,
      UnaryOperator<String> folding) {}

  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final Model english;
  private final Model chinese;

  public OnnxEmbedder() {
    english =
        load(
            "bge-small-en-v1.5-q",
            "Represent this sentence for searching relevant passages: ",
            UnaryOperator.identity());
    // The Chinese model knows little of traditional characters.
    Transliterator simplified = Transliterator.getInstance("Traditional-Simplified");
    chinese = load("bge-small-zh-v1.5-q", "为这个句子生成表示以用于检索相关文章：", simplified::transliterate);
  }

  private Model load(String name, String queryPrefix, UnaryOperator<String> folding) {
    try (InputStream network = resource("/" + name + ".onnx");
        InputStream vocabulary = resource("/" + name + "-tokenizer.json");
        OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      options.setInterOpNumThreads(1);
      HuggingFaceTokenizer tokenizer =
          HuggingFaceTokenizer.newInstance(
              vocabulary,
              Map.of(
                  "truncation",
                  "true",
                  "maxLength",
                  Integer.toString(MAX_TOKENS),
                  "modelMaxLength",
                  Integer.toString(MAX_TOKENS),
                  "padding",
                  "false"));
      return new Model(
          environment.createSession(network.readAllBytes(), options),
          tokenizer,
          queryPrefix,
          folding);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the embedding model " + name, e);
    } catch (OrtException e) {
      throw new IllegalStateException("cannot load the embedding model " + name, e);
    }
  }

  private static InputStream resource(String name) throws IOException {
    InputStream stream = OnnxEmbedder.class.getResourceAsStream(name);
    if (stream == null) {
      throw new IOException(name + " is not on the class path");
    }
    return stream;
  }

  @Override
  public float[] query(String language, String text) {
    Model model = model(language);
    return embed(model, model.queryPrefix + model.folding.apply(text));
  }

  @Override
  public float[] passage(String language, String text) {
    Model model = model(language);
    return embed(model, model.folding.apply(text));
  }

  private Model model(String language) {
    return language.equals(Language.CHINESE) ? chinese : english;
  }

  /** The first token's output, scaled to length 1. */
  private float[] embed(Model model, String text) {
    Encoding encoding = model.tokenizer.encode(text);
    Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
    try {
      inputs.put(
          "input_ids", OnnxTensor.createTensor(environment, new long[][] {encoding.getIds()}));
      inputs.put(
          "attention_mask",
          OnnxTensor.createTensor(environment, new long[][] {encoding.getAttentionMask()}));
      inputs.put(
          "token_type_ids",
          OnnxTensor.createTensor(environment, new long[][] {encoding.getTypeIds()}));
      inputs.keySet().retainAll(model.session.getInputNames());
      try (OrtSession.Result result = model.session.run(inputs)) {
        float[][][] output = (float[][][]) result.get(0).getValue();
        return normalize(output[0][0]);
      }
    } catch (OrtException e) {
      throw new IllegalStateException("cannot embed a text of " + text.length() + " characters", e);
    } finally {
      inputs.values().forEach(OnnxTensor::close);
    }
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
    for (Model model : new Model[] {english, chinese}) {
      try {
        model.session.close();
      } catch (OrtException e) {
        throw new IllegalStateException("cannot close an embedding model", e);
      }
      model.tokenizer.close();
    }
  }
}
