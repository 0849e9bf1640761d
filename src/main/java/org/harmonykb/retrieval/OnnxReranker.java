package org.harmonykb.retrieval;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** A cross-encoder on ONNX Runtime, bounded by time. Thread-safe. */
public final class OnnxReranker implements Reranker, AutoCloseable {

  private final OnnxModel model;
  private final int most;
  private final Duration timeout;
  private final LongSupplier nanoTime;

  private OnnxReranker(OnnxModel model, int most, Duration timeout, LongSupplier nanoTime) {
    this.model = model;
    this.most = most;
    this.timeout = timeout;
    this.nanoTime = nanoTime;
  }

  /**
   * The configured reranker, or null if there is none.
   *
   * @throws IllegalStateException if it cannot be used, with the reason
   */
  public static @Nullable OnnxReranker open(RerankerProperties properties) {
    return open(properties, System::nanoTime);
  }

  static @Nullable OnnxReranker open(RerankerProperties properties, LongSupplier nanoTime) {
    Path path = properties.path();
    if (path == null || path.toString().isBlank()) {
      return null;
    }
    Path tokenizer = properties.tokenizer();
    OnnxReranker reranker =
        new OnnxReranker(
            new OnnxModel(
                "the reranker " + path,
                bytes(path),
                bytes(tokenizer == null ? path.resolveSibling("tokenizer.json") : tokenizer),
                properties.maxTokens()),
            properties.passages(),
            properties.timeout(),
            nanoTime);
    reranker.score("a", "b");
    return reranker;
  }

  private static byte[] bytes(Path path) {
    try {
      return Files.readAllBytes(path);
    } catch (IOException e) {
      throw new IllegalStateException(
          "kb.reranker names %s, which cannot be read".formatted(path), e);
    }
  }

  @Override
  public List<Ranked> rerank(String question, List<Passage> passages) {
    long end = nanoTime.getAsLong() + timeout.toNanos();
    List<Ranked> read = new ArrayList<>();
    List<Ranked> rest = new ArrayList<>();
    for (Passage passage : passages) {
      if (read.size() < most && nanoTime.getAsLong() - end < 0) {
        String heading = passage.section().isEmpty() ? passage.title() : passage.section();
        read.add(new Ranked(passage, score(question, heading + "\n" + passage.text())));
      } else {
        rest.add(new Ranked(passage, Double.NaN));
      }
    }
    read.sort(Comparator.comparingDouble(Ranked::score).reversed());
    read.addAll(rest);
    return read;
  }

  private double score(String question, String passage) {
    Object output = model.run(model.encode(question, passage));
    float[] scores =
        switch (output) {
          case float[][] rows when rows.length == 1 -> rows[0];
          case float[] row -> row;
          default -> new float[0];
        };
    return switch (scores.length) {
      case 1 -> scores[0];
      case 2 -> scores[1] - scores[0];
      default ->
          throw new IllegalStateException(
              "the first output of kb.reranker must have the shape [pairs][1] or [pairs][2]");
    };
  }

  @Override
  public void close() {
    model.close();
  }
}
