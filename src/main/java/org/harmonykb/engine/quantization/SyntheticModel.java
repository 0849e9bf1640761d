package org.harmonykb.engine.quantization;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.harmonykb.engine.EngineException;
import org.harmonykb.engine.format.GgufPairs;
import org.harmonykb.engine.format.GgufWriter;
import org.harmonykb.engine.format.ModelMetadata;
import org.harmonykb.engine.format.TensorType;
import org.harmonykb.engine.tokenizer.SyntheticVocabulary;
import org.jspecify.annotations.Nullable;

/**
 * Writes gpt-oss models of random weights: right in shapes, types, metadata and cost, and sane
 * enough to compute with, but without sense. A seed gives the same file on every machine.
 */
public final class SyntheticModel {

  /** Whether all experts are chosen about as often. */
  public enum Router {
    UNIFORM,
    /** About half of the experts serve 80 % of the choices. */
    SKEWED
  }

  /** Dimensions, by the names of {@link org.harmonykb.engine.model.ModelConfig}. */
  public record Shape(
      String name,
      int blockCount,
      int contextLength,
      int originalContextLength,
      int embeddingLength,
      int headCount,
      int headCountKv,
      int keyLength,
      int slidingWindow,
      int expertCount,
      int expertUsedCount,
      int expertLength,
      int vocabulary) {

    public static final Shape GPT_OSS_20B =
        new Shape("gpt-oss-20b", 24, 131_072, 4096, 2880, 64, 8, 64, 128, 32, 4, 2880, 201_088);

    public static final Shape TINY =
        new Shape("tiny", 4, 8192, 256, 256, 8, 2, 64, 32, 8, 2, 256, 1024);

    Shape withVocabulary(int tokens) {
      return new Shape(
          name,
          blockCount,
          contextLength,
          originalContextLength,
          embeddingLength,
          headCount,
          headCountKv,
          keyLength,
          slidingWindow,
          expertCount,
          expertUsedCount,
          expertLength,
          tokens);
    }
  }

  /** Told the bytes written of all. */
  public interface Listener {
    void progress(long done, long total);
  }

  /** A tensor with what fills it. */
  private record Part(GgufWriter.Entry entry, RandomWeights.Kind kind, double size) {}

  private final Shape shape;
  private final long seed;
  private final Router router;
  private final List<Part> parts = new ArrayList<>();

  private SyntheticModel(Shape shape, long seed, Router router) {
    this.shape = shape;
    this.seed = seed;
    this.router = router;
  }

  /**
   * Writes a model.
   *
   * @param vocabulary whose tokenizer to copy, or null for one of plain bytes
   * @return bytes of the file
   * @throws EngineException if it cannot be written
   */
  public static long write(
      Shape shape,
      Path out,
      long seed,
      Router router,
      @Nullable ModelMetadata vocabulary,
      Listener listener) {
    Shape actual =
        vocabulary == null
            ? shape
            : shape.withVocabulary(vocabulary.strings("tokenizer.ggml.tokens").length);
    return new SyntheticModel(actual, seed, router).write(out, vocabulary, listener);
  }

  private long write(Path out, @Nullable ModelMetadata vocabulary, Listener listener) {
    layOut();
    try (GgufWriter writer =
            GgufWriter.create(out, metadata(vocabulary), parts.stream().map(Part::entry).toList());
        SlabWriter slabs = new SlabWriter(writer, 0)) {
      slabs.expect(parts.stream().mapToLong(part -> part.entry.bytes()).sum(), listener::progress);
      RandomWeights weights = new RandomWeights(seed);
      for (int i = 0; i < parts.size(); i++) {
        int tensor = i;
        Part part = parts.get(i);
        long columns = part.entry.shape()[0];
        long rowBytes = part.entry.type().bytes(columns);
        slabs.write(
            i,
            part.entry.bytes() / rowBytes,
            rowBytes,
            (from, _, slab) -> weights.fill(part.kind, part.size, tensor, from * columns, slab));
      }
      writer.finish();
      return writer.size();
    } catch (IOException e) {
      throw new EngineException("cannot write " + out + ": " + e.getMessage(), e);
    }
  }

  private GgufPairs metadata(@Nullable ModelMetadata vocabulary) {
    GgufPairs pairs =
        new GgufPairs()
            .put("general.architecture", "gpt-oss")
            .put("general.name", "synthetic " + shape.name)
            .put("gpt-oss.context_length", shape.contextLength)
            .put("gpt-oss.embedding_length", shape.embeddingLength)
            .put("gpt-oss.block_count", shape.blockCount)
            .put("gpt-oss.attention.head_count", shape.headCount)
            .put("gpt-oss.attention.head_count_kv", shape.headCountKv)
            .put("gpt-oss.attention.key_length", shape.keyLength)
            .put("gpt-oss.attention.value_length", shape.keyLength)
            .put("gpt-oss.rope.freq_base", 150_000f)
            .put("gpt-oss.attention.layer_norm_rms_epsilon", 1e-5f)
            .put("gpt-oss.expert_count", shape.expertCount)
            .put("gpt-oss.expert_used_count", shape.expertUsedCount)
            .put("gpt-oss.attention.sliding_window", shape.slidingWindow)
            .put("gpt-oss.expert_feed_forward_length", shape.expertLength)
            .put("gpt-oss.feed_forward_length", shape.expertLength)
            .put("gpt-oss.rope.scaling.type", "yarn")
            .put("gpt-oss.rope.scaling.factor", 32f)
            .put("gpt-oss.rope.scaling.original_context_length", shape.originalContextLength);
    if (vocabulary != null) {
      pairs.putAll(vocabulary, "tokenizer.");
    } else {
      SyntheticVocabulary.metadata(shape.vocabulary).forEach(pairs::put);
    }
    return pairs.put("general.quantization_version", 2).put("general.file_type", 38);
  }

  /**
   * All tensors, in the order of files converted by llama.cpp. A matrix keeps the size of what goes
   * through it; those that write to the residual stream a half of it, so that it grows slowly. The
   * logits have a deviation of 3: some tokens are likely, none is certain.
   */
  private void layOut() {
    int width = shape.embeddingLength;
    int queries = shape.headCount * shape.keyLength;
    int keys = shape.headCountKv * shape.keyLength;
    matrix("output.weight", TensorType.Q8_0, 3, width, shape.vocabulary);
    vector("output_norm.weight", RandomWeights.Kind.NORM, 0.1, width);
    matrix("token_embd.weight", TensorType.Q8_0, Math.sqrt(width), width, shape.vocabulary);
    for (int l = 0; l < shape.blockCount; l++) {
      String prefix = "blk." + l + ".";
      projection(prefix + "attn_k", 1, width, keys);
      vector(prefix + "attn_norm.weight", RandomWeights.Kind.NORM, 0.1, width);
      projection(prefix + "attn_output", 0.5, queries, width);
      projection(prefix + "attn_q", 1, width, queries);
      vector(prefix + "attn_sinks.weight", RandomWeights.Kind.FLOATS, 0.5, shape.headCount);
      projection(prefix + "attn_v", 1, width, keys);
      experts(prefix + "ffn_down_exps", 0.5, shape.expertLength, width);
      experts(prefix + "ffn_gate_exps", 1, width, shape.expertLength);
      vector(
          prefix + "ffn_gate_inp.bias",
          RandomWeights.Kind.SKEWED,
          router == Router.SKEWED ? skew() : 0,
          shape.expertCount);
      vector(
          prefix + "ffn_gate_inp.weight",
          RandomWeights.Kind.FLOATS,
          1 / Math.sqrt(width),
          width,
          shape.expertCount);
      experts(prefix + "ffn_up_exps", 1, width, shape.expertLength);
      vector(prefix + "post_attention_norm.weight", RandomWeights.Kind.NORM, 0.1, width);
    }
  }

  private void projection(String name, double gain, int columns, int rows) {
    vector(name + ".bias", RandomWeights.Kind.FLOATS, 0.02, rows);
    matrix(name + ".weight", TensorType.Q8_0, gain, columns, rows);
  }

  private void experts(String name, double gain, int columns, int rows) {
    vector(name + ".bias", RandomWeights.Kind.FLOATS, 0.02, rows, shape.expertCount);
    matrix(name + ".weight", TensorType.MXFP4, gain, columns, rows, shape.expertCount);
  }

  private void matrix(String name, TensorType type, double gain, long... extents) {
    RandomWeights.Kind kind =
        type == TensorType.MXFP4 ? RandomWeights.Kind.MXFP4 : RandomWeights.Kind.Q8_0;
    parts.add(
        new Part(new GgufWriter.Entry(name, type, extents), kind, gain / Math.sqrt(extents[0])));
  }

  private void vector(String name, RandomWeights.Kind kind, double size, long... extents) {
    parts.add(new Part(new GgufWriter.Entry(name, TensorType.F32, extents), kind, size));
  }

  /**
   * How much higher the logits of one half of the experts must lie. Logits have a deviation of 1,
   * and an expert is chosen when its own passes some bar: the favoured half 1.6 times as often as
   * the mean, the other 0.4 times.
   */
  private double skew() {
    double mean = (double) shape.expertUsedCount / shape.expertCount;
    return RandomWeights.quantile(1 - 0.4 * mean) - RandomWeights.quantile(1 - 1.6 * mean);
  }
}
