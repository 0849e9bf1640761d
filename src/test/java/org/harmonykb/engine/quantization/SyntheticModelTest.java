package org.harmonykb.engine.quantization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.harmonykb.Fixtures;
import org.harmonykb.engine.EngineException;
import org.harmonykb.engine.EngineOptions;
import org.harmonykb.engine.GenerationEvent;
import org.harmonykb.engine.GenerationRequest;
import org.harmonykb.engine.InferenceEngine;
import org.harmonykb.engine.SamplingOptions;
import org.harmonykb.engine.TokenStream;
import org.harmonykb.engine.format.ModelFile;
import org.harmonykb.engine.format.Tensor;
import org.harmonykb.engine.kernel.Activations;
import org.harmonykb.engine.kernel.Compute;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Synthetic models are the same for a seed, load, and compute sane numbers. */
class SyntheticModelTest {

  private static final SyntheticModel.Shape TINY = SyntheticModel.Shape.TINY;

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  @Test
  void seedDecidesEveryByte() throws IOException {
    Path first = write("a.gguf", 7, SyntheticModel.Router.UNIFORM);
    Path second = write("b.gguf", 7, SyntheticModel.Router.UNIFORM);
    Path other = write("c.gguf", 8, SyntheticModel.Router.UNIFORM);
    assertThat(Files.mismatch(first, second)).isEqualTo(-1);
    assertThat(Files.mismatch(first, other)).isNotEqualTo(-1);
  }

  @Test
  void textGoesInAndTokensComeOut() {
    Path model = write("tiny.gguf", 1, SyntheticModel.Router.UNIFORM);
    try (InferenceEngine engine = InferenceEngine.load(model, EngineOptions.DEFAULTS)) {
      int[] prompt = engine.tokenizer().encode("Grüße, 世界!");
      assertThat(engine.tokenizer().decode(prompt)).isEqualTo("Grüße, 世界!");
      int tokens = 0;
      try (TokenStream stream =
          engine.generate(
              new GenerationRequest(
                  prompt, 20, SamplingOptions.GREEDY, Set.of(), List.of(), null))) {
        while (stream.hasNext()) {
          switch (stream.next()) {
            case GenerationEvent.Token _ -> tokens++;
            case GenerationEvent.Failed failed -> throw failed.cause();
            case GenerationEvent.Queued _,
                GenerationEvent.Prefill _,
                GenerationEvent.Finished _ -> {}
          }
        }
      }
      assertThat(tokens).isEqualTo(20);
    }
  }

  /** Random logits: uncertain, but not as if all 1,024 tokens were equal. */
  @Test
  void logitsAreFiniteAndNotDegenerate() {
    Path model = write("tiny.gguf", 1, SyntheticModel.Router.SKEWED);
    String text = "The quick brown fox jumps over the lazy dog. ".repeat(6);
    try (ModelFile a = ModelFile.open(model);
        ModelFile b = ModelFile.open(model)) {
      ModelComparison.Result result =
          ModelComparison.run(a, b, text, 256, 0, Activations.F32, 0, _ -> {});
      System.out.printf("perplexity of a random model: %.0f%n", result.perplexityA());
      assertThat(result.klDivergence()).isCloseTo(0, within(1e-9));
      assertThat(result.sameTopToken()).isEqualTo(1);
      assertThat(result.perplexityA()).isBetween(1024.0, 1e6).isFinite();
    }
  }

  @Test
  void otherTokenizersCannotBeCompared() {
    Path model = write("tiny.gguf", 1, SyntheticModel.Router.UNIFORM);
    try (ModelFile a = ModelFile.open(model);
        ModelFile b = ModelFile.open(Fixtures.shared("fixtures/engine/tiny-gpt-oss-F16.gguf"))) {
      assertThatExceptionOfType(EngineException.class)
          .isThrownBy(() -> ModelComparison.run(a, b, "text", 16, 0, Activations.F32, 0, _ -> {}))
          .withMessageContaining("different tokenizers");
    }
  }

  @Test
  void tokenizerIsCopied() {
    Path out = folder.resolve("vocabulary.gguf");
    try (ModelFile source =
        ModelFile.open(Fixtures.shared("fixtures/engine/tiny-gpt-oss-F16.gguf"))) {
      SyntheticModel.write(
          TINY, out, 1, SyntheticModel.Router.UNIFORM, source.metadata(), (_, _) -> {});
      try (ModelFile copy = ModelFile.open(out)) {
        assertThat(copy.metadata().strings("tokenizer.ggml.tokens"))
            .isEqualTo(source.metadata().strings("tokenizer.ggml.tokens"));
        assertThat(copy.metadata().integer("tokenizer.ggml.bos_token_id"))
            .isEqualTo(source.metadata().integer("tokenizer.ggml.bos_token_id"));
      }
    }
  }

  /** Routers fed with normalised random activations, as each layer's norm gives them. */
  @Test
  void routerIsAsSkewedAsAskedFor() {
    for (SyntheticModel.Router router : SyntheticModel.Router.values()) {
      Path model = write(router + ".gguf", 3, router);
      double share = 0;
      try (ModelFile file = ModelFile.open(model);
          Compute compute = new Compute(1)) {
        for (int layer = 0; layer < TINY.blockCount(); layer++) {
          share += shareOfBusierHalf(file, compute, layer) / TINY.blockCount();
        }
      }
      System.out.printf("%s: the busier half serves %.3f of the choices%n", router, share);
      if (router == SyntheticModel.Router.SKEWED) {
        assertThat(share).isBetween(0.72, 0.88);
      } else {
        assertThat(share).isBetween(0.5, 0.6);
      }
    }
  }

  private static double shareOfBusierHalf(ModelFile file, Compute compute, int layer) {
    Tensor weights = file.tensor("blk." + layer + ".ffn_gate_inp.weight");
    float[] bias = compute.values(file.tensor("blk." + layer + ".ffn_gate_inp.bias"));
    Random random = new Random(layer);
    int experts = TINY.expertCount();
    int[] counts = new int[experts];
    float[] x = new float[TINY.embeddingLength()];
    float[] logits = new float[experts];
    for (int token = 0; token < 4000; token++) {
      for (int i = 0; i < x.length; i++) {
        x[i] = (float) random.nextGaussian();
      }
      compute.product(weights, x, 1, logits, bias).run();
      float[] sorted = logits.clone();
      Arrays.sort(sorted);
      for (int e = 0; e < experts; e++) {
        counts[e] += logits[e] >= sorted[experts - TINY.expertUsedCount()] ? 1 : 0;
      }
    }
    Arrays.sort(counts);
    double busier = Arrays.stream(counts, experts / 2, experts).sum();
    return busier / Arrays.stream(counts).sum();
  }

  private Path write(String name, long seed, SyntheticModel.Router router) {
    Path out = folder.resolve(name);
    SyntheticModel.write(TINY, out, seed, router, null, (_, _) -> {});
    return out;
  }
}
