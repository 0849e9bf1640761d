package org.harmonykb.retrieval;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Which models turn texts into vectors; see docs/retrieval.md.
 *
 * @param models a model per language, or one for all; empty takes {@code multilingual}
 * @param multilingual folder of multilingual-e5-small, which {@code scripts/fetch-embedding-model}
 *     fills; the bundled pair of bge-small models is used when this is empty
 */
@ConfigurationProperties("kb.embedding")
public record EmbeddingProperties(
    @DefaultValue List<Model> models, @DefaultValue("") String multilingual) {

  /** How the tokens' outputs become one vector. */
  public enum Pooling {
    /** The first token's output. */
    CLS,
    /** The mean of all tokens' outputs. */
    MEAN
  }

  /**
   * One ONNX model.
   *
   * @param language {@code en}, {@code zh}, or {@code *} for all that have no model of their own
   * @param path the network; inputs {@code input_ids}, {@code attention_mask} and, if it has it,
   *     {@code token_type_ids}; its first output has a vector for each token
   * @param tokenizer its {@code tokenizer.json}; beside the network by default
   * @param pooling how the tokens' outputs become one vector
   * @param queryPrefix what the model wants in front of a question
   * @param passagePrefix what the model wants in front of a passage
   * @param dimension what the vectors' length must be; null takes what the model gives
   * @param maxTokens longer texts are cut off
   */
  public record Model(
      @DefaultValue(ANY) String language,
      Path path,
      @Nullable Path tokenizer,
      @DefaultValue("CLS") Pooling pooling,
      @DefaultValue("") String queryPrefix,
      @DefaultValue("") String passagePrefix,
      @Nullable Integer dimension,
      @DefaultValue("512") int maxTokens) {

    public static final String ANY = "*";

    Path tokenizerFile() {
      return tokenizer == null ? path.resolveSibling("tokenizer.json") : tokenizer;
    }
  }
}
