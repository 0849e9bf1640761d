package org.harmonykb.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.harmonykb.Fixtures;
import org.harmonykb.engine.format.ModelFile;
import org.harmonykb.engine.kernel.Activations;
import org.harmonykb.engine.kernel.Compute;
import org.harmonykb.engine.kernel.KvLayout;
import org.harmonykb.engine.kvcache.KvCache;
import org.harmonykb.engine.kvcache.KvSequence;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Next-token distributions of tiny models in each format, against a float32 reference. */
class FixtureLogitsTest {

  record Case(
      String name,
      Path file,
      @Nullable Path adapter,
      float scale,
      Path logits,
      int[] positions,
      int[] argmax,
      int[] tokens) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Case> models() throws IOException {
    Path folder = Fixtures.shared("fixtures/engine");
    JsonMapper json = JsonMapper.builder().build();
    JsonNode manifest = json.readTree(Files.readString(folder.resolve("manifest.json")));
    int[] positions = json.treeToValue(manifest.get("positions"), int[].class);
    int[] tokens =
        json.readValue(
            Files.readString(folder.resolve(manifest.get("tokens").asString())), int[].class);
    List<Case> cases = new ArrayList<>();
    for (var entry : manifest.get("models").properties()) {
      JsonNode model = entry.getValue();
      List<String> adapters = new ArrayList<>();
      for (String kind : List.of("lora", "peft")) {
        if (model.has(kind)) {
          adapters.add(model.get(kind).asString());
        }
      }
      if (adapters.isEmpty()) {
        adapters.add("");
      }
      for (String adapter : adapters) {
        cases.add(
            new Case(
                adapter.isEmpty() ? entry.getKey() : entry.getKey() + " as " + adapter,
                folder.resolve(model.get(model.has("dir") ? "dir" : "file").asString()),
                adapter.isEmpty() ? null : folder.resolve(adapter),
                model.has("scale") ? model.get("scale").floatValue() : 1,
                folder.resolve(model.get("logits").asString()),
                positions,
                json.treeToValue(model.get("argmax"), int[].class),
                tokens));
      }
    }
    return cases.stream();
  }

  /** Answers with an adapter are computed from floats always. */
  static Stream<Case> plainModels() throws IOException {
    return models().filter(model -> model.adapter == null);
  }

  @ParameterizedTest
  @MethodSource("models")
  void distributionsEqualTheReference(Case model) throws IOException {
    assertThat(meanDivergence(model, KvLayout.F32, true)).isLessThanOrEqualTo(1e-4);
  }

  @ParameterizedTest
  @MethodSource("models")
  void halfPrecisionCacheStaysClose(Case model) throws IOException {
    assertThat(meanDivergence(model, KvLayout.F16, false)).isLessThanOrEqualTo(1e-3);
  }

  @ParameterizedTest
  @MethodSource("plainModels")
  void generatedTokensStayCloseWithRoundedActivations(Case model) throws IOException {
    assertThat(meanDivergence(model, KvLayout.F32, Activations.INT12, true))
        .isLessThanOrEqualTo(1e-3);
  }

  @ParameterizedTest
  @MethodSource("plainModels")
  void promptsStayCloseWithPackedActivations(Case model) throws IOException {
    assertThat(meanDivergence(model, KvLayout.F32, Activations.INT10, true))
        .isLessThanOrEqualTo(1e-3);
  }

  private static double meanDivergence(Case model, KvLayout layout, boolean sameArgmax)
      throws IOException {
    return meanDivergence(model, layout, Activations.F32, sameArgmax);
  }

  private static double meanDivergence(
      Case model, KvLayout layout, Activations activations, boolean sameArgmax) throws IOException {
    try (ModelFile file = ModelFile.open(model.file);
        Compute compute = new Compute(0, activations)) {
      Transformer transformer = Architectures.build(file, compute, layout);
      ModelConfig config = transformer.config();
      try (KvCache cache =
          new KvCache(
              new KvCache.Shape(
                  config.blockCount(), config.headCountKv(), config.keyLength(), layout),
              1)) {
        KvSequence sequence = cache.acquire(model.tokens);
        LoraAdapter adapter =
            model.adapter == null ? null : LoraAdapter.load(model.adapter, transformer);
        LoraChoice choice = adapter == null ? LoraChoice.NONE : LoraChoice.of(adapter, model.scale);
        Batch batch = new Batch();
        int next = 0;
        for (int i = 0; i < model.tokens.length; i++) {
          boolean wanted = next < model.positions.length && model.positions[next] == i;
          batch.addAs(activations, sequence, model.tokens[i], wanted, choice);
          next += wanted ? 1 : 0;
        }
        int vocabulary = transformer.vocabularySize();
        float[] logits = new float[model.positions.length * vocabulary];
        transformer.forward(batch, logits);
        if (adapter != null) {
          adapter.close();
        }
        float[] reference = new float[logits.length];
        ByteBuffer.wrap(Files.readAllBytes(model.logits))
            .order(ByteOrder.LITTLE_ENDIAN)
            .asFloatBuffer()
            .get(reference);
        double sum = 0;
        for (int p = 0; p < model.positions.length; p++) {
          sum += divergence(reference, logits, p * vocabulary, vocabulary);
          if (sameArgmax) {
            assertThat(argmax(logits, p * vocabulary, vocabulary))
                .as("most likely token after position %d", model.positions[p])
                .isEqualTo(model.argmax[p]);
          }
        }
        double mean = sum / model.positions.length;
        System.out.printf(
            "%-60s KV %s, activations %s  mean KL %.2e%n", model.name, layout, activations, mean);
        return mean;
      }
    }
  }

  private static int argmax(float[] logits, int offset, int size) {
    int best = 0;
    for (int i = 1; i < size; i++) {
      if (logits[offset + i] > logits[offset + best]) {
        best = i;
      }
    }
    return best;
  }

  /** KL(reference || ours) in nats. */
  static double divergence(float[] reference, float[] ours, int offset, int size) {
    double referenceNorm = logSumExp(reference, offset, size);
    double ourNorm = logSumExp(ours, offset, size);
    double sum = 0;
    for (int i = offset; i < offset + size; i++) {
      double log = reference[i] - referenceNorm;
      sum += Math.exp(log) * (log - (ours[i] - ourNorm));
    }
    return sum;
  }

  private static double logSumExp(float[] x, int offset, int size) {
    double max = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < size; i++) {
      max = Math.max(max, x[offset + i]);
    }
    double sum = 0;
    for (int i = 0; i < size; i++) {
      sum += Math.exp(x[offset + i] - max);
    }
    return max + Math.log(sum);
  }
}
