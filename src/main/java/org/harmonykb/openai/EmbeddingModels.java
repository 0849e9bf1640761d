package org.harmonykb.openai;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.harmonykb.retrieval.Embedder;
import org.harmonykb.retrieval.Language;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.stereotype.Component;

/** The service's own embedding models by id. Thread-safe. */
@Component
class EmbeddingModels implements DisposableBean {

  static final int MAX_TOKENS = 512;

  private final Embedder embedder;
  private final Map<String, Model> models = new TreeMap<>();

  private record Model(String language, HuggingFaceTokenizer tokenizer) {}

  /** A text and how many tokens of the model it has. */
  record Text(String text, int tokens) {}

  EmbeddingModels(Embedder embedder) {
    this.embedder = embedder;
    models.put("bge-small-en-v1.5", model("bge-small-en-v1.5-q", Language.ENGLISH));
    models.put("bge-small-zh-v1.5", model("bge-small-zh-v1.5-q", Language.CHINESE));
  }

  private static Model model(String resource, String language) {
    String name = "/" + resource + "-tokenizer.json";
    try (InputStream vocabulary = EmbeddingModels.class.getResourceAsStream(name)) {
      if (vocabulary == null) {
        throw new IOException(name + " is not on the class path");
      }
      Map<String, String> options =
          Map.of("truncation", "false", "padding", "false", "modelMaxLength", "1000000");
      return new Model(language, HuggingFaceTokenizer.newInstance(vocabulary, options));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the tokenizer of " + resource, e);
    }
  }

  List<String> ids() {
    return List.copyOf(models.keySet());
  }

  private Model model(String id) {
    Model model = models.get(id);
    if (model == null) {
      throw ModelIds.unknown(id);
    }
    return model;
  }

  Text text(String id, String text) {
    Encoding encoding = model(id).tokenizer.encode(text);
    return new Text(text, encoding.getIds().length);
  }

  /** The text of ids of the model's own vocabulary. */
  Text text(String id, long[] ids) {
    String text = model(id).tokenizer.decode(ids, true);
    return text(id, text);
  }

  float[] embed(String id, String text) {
    return embedder.passage(model(id).language, text);
  }

  @Override
  public void destroy() {
    models.values().forEach(model -> model.tokenizer.close());
  }
}
