package org.harmonykb.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.harmonykb.Fixtures;
import org.harmonykb.engine.ModelFormatException;
import org.harmonykb.engine.format.ModelFile;
import org.harmonykb.engine.format.TinyCheckpoint;
import org.harmonykb.engine.format.TinyGguf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Folders of every family and spelling against a reference in plain doubles. */
class HuggingFaceFolderTest {

  private static final int[] TOKENS = new Random(11).ints(40, 0, 256).toArray();

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"F32", "F16", "BF16"})
  void llamaInEachType(String dtype) throws IOException {
    check(new TinyCheckpoint("LlamaForCausalLM", 1).dense(dtype, false, false), 1);
  }

  @Test
  void tiedEmbeddingsInSeveralFilesGiveTheLogits() throws IOException {
    TinyCheckpoint model = new TinyCheckpoint("LlamaForCausalLM", 2);
    model.config.put("tie_word_embeddings", true);
    check(model.dense("BF16", true, false), 3);
  }

  @Test
  void llamaWithBiasesEverywhere() throws IOException {
    TinyCheckpoint model = new TinyCheckpoint("LlamaForCausalLM", 3).dense("F32", true, false);
    for (int l = 0; l < 2; l++) {
      model.add("F32", "model.layers." + l + ".self_attn.o_proj.bias", 0.5, 64);
      model.add("F32", "model.layers." + l + ".mlp.gate_proj.bias", 0.5, 96);
      model.add("F32", "model.layers." + l + ".mlp.up_proj.bias", 0.5, 96);
      model.add("F32", "model.layers." + l + ".mlp.down_proj.bias", 0.5, 64);
    }
    check(model, 1);
  }

  @Test
  void qwen2SeesAWindowInItsLaterLayers() throws IOException {
    TinyCheckpoint model = new TinyCheckpoint("Qwen2ForCausalLM", 4);
    model.config.put("use_sliding_window", true);
    model.config.put("sliding_window", 7);
    model.config.put("max_window_layers", 1);
    check(model.dense("BF16", true, false), 1);
    model.config.put("layer_types", List.of("full_attention", "sliding_attention"));
    model.config.remove("max_window_layers");
    Path listed = model.write(folder.resolve("listed"), 1);
    assertThat(ModelRun.logits(listed, TOKENS))
        .isDeepEqualTo(ModelRun.logits(folder.resolve("model"), TOKENS));
  }

  @Test
  void qwen3HasHeadsWiderThanItsShareAndNorms() throws IOException {
    TinyCheckpoint model = new TinyCheckpoint("Qwen3ForCausalLM", 5);
    model.config.put("head_dim", 32);
    check(model.dense("BF16", false, true), 1);
    model.config.remove("head_dim");
    Path derived = model.write(folder.resolve("derived"), 1);
    assertThat(ModelRun.logits(derived, TOKENS))
        .isDeepEqualTo(ModelRun.logits(folder.resolve("model"), TOKENS));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void qwen3MoeWithAndWithoutNormalisedWeights(boolean normalises) throws IOException {
    TinyCheckpoint model = new TinyCheckpoint("Qwen3MoeForCausalLM", 6);
    model.config.put("norm_topk_prob", normalises);
    model.config.put("num_experts", 6);
    model.config.put("num_experts_per_tok", 3);
    model.config.put("moe_intermediate_size", 32);
    model.config.put("mlp_only_layers", List.of(1));
    model.config.put("head_dim", 16);
    model.common("BF16", false, true);
    model.add("BF16", "model.layers.0.mlp.gate.weight", 0.5, 6, 64);
    for (int e = 0; e < 6; e++) {
      model.denseFeedForward(
          "BF16", "model.layers.0.mlp.experts." + e + ".", "moe_intermediate_size");
    }
    model.denseFeedForward("BF16", "model.layers.1.mlp.", "intermediate_size");
    check(model, 2);
    float[][] apart = ModelRun.logits(folder.resolve("model"), TOKENS);
    assertThat(ModelRun.logits(fused(model).write(folder.resolve("fused"), 1), TOKENS))
        .isDeepEqualTo(apart);
  }

  /** All experts in one tensor, each one's gate before its up. */
  private static TinyCheckpoint fused(TinyCheckpoint model) {
    TinyCheckpoint fused = model.copy();
    String prefix = "model.layers.0.mlp.experts.";
    int size = 32 * 64;
    float[] both = new float[6 * 2 * size];
    float[] down = new float[6 * size];
    for (int e = 0; e < 6; e++) {
      String expert = prefix + e + ".";
      System.arraycopy(model.floats(expert + "gate_proj.weight"), 0, both, e * 2 * size, size);
      System.arraycopy(model.floats(expert + "up_proj.weight"), 0, both, (e * 2 + 1) * size, size);
      System.arraycopy(model.floats(expert + "down_proj.weight"), 0, down, e * size, size);
      for (String part : List.of("gate", "up", "down")) {
        fused.remove(expert + part + "_proj.weight");
      }
    }
    fused.put("BF16", prefix + "gate_up_proj", both, 6, 64, 64);
    fused.put("BF16", prefix + "down_proj", down, 6, 64, 32);
    return fused;
  }

  @Test
  void gptOssIsTheSameInTheNewerSpellingOfItsConfiguration() throws IOException {
    Path fixture = Fixtures.shared("fixtures/engine/tiny-gpt-oss-hf");
    try (Stream<Path> files = Files.list(fixture)) {
      for (Path file : files.toList()) {
        Files.write(folder.resolve(file.getFileName()), Files.readAllBytes(file));
      }
    }
    JsonMapper json = JsonMapper.builder().build();
    ObjectNode config =
        (ObjectNode) json.readTree(Files.readString(fixture.resolve("config.json")));
    ObjectNode rope = (ObjectNode) config.remove("rope_scaling");
    rope.set("rope_theta", config.remove("rope_theta"));
    config.set("rope_parameters", rope);
    Files.writeString(folder.resolve("config.json"), json.writeValueAsString(config));
    assertThat(ModelRun.logits(folder, TOKENS)).isDeepEqualTo(ModelRun.logits(fixture, TOKENS));
  }

  @Test
  void gptOssExpertsAsFloatsAreTheSameAsPacked() throws IOException {
    float[][][] logits = new float[2][][];
    for (int i = 0; i < 2; i++) {
      TinyCheckpoint model = new TinyCheckpoint("GptOssForCausalLM", 15);
      model.config.put("num_local_experts", 4);
      model.config.put("num_experts_per_tok", 2);
      model.config.put("sliding_window", 8);
      model.config.put("layer_types", List.of("sliding_attention", "full_attention"));
      Path path = model.gptOss(i == 0).write(folder.resolve("gpt-oss-" + i), 1);
      logits[i] = ModelRun.logits(path, TOKENS);
    }
    assertThat(logits[0]).isDeepEqualTo(logits[1]);
  }

  @Test
  void ropeIsReadInTheOlderAndTheNewerSpelling() throws IOException {
    TinyCheckpoint model = new TinyCheckpoint("LlamaForCausalLM", 7).dense("F32", false, false);
    model.config.put("rope_theta", 5000.0);
    double[] inverse = ReferenceModel.plainFrequencies(16, 5000);
    check(model, 1, inverse, 1);

    model.config.put("rope_scaling", Map.of("type", "linear", "factor", 4.0));
    double[] linear = inverse.clone();
    java.util.Arrays.setAll(linear, i -> inverse[i] / 4);
    check(model, 1, linear, 1);
    model.config.remove("rope_theta");
    model.config.remove("rope_scaling");
    model.config.put(
        "rope_parameters", Map.of("rope_type", "linear", "factor", 4, "rope_theta", 5000));
    check(model, 1, linear, 1);
  }

  @Test
  void llama3RopeStretchesSlowTurnsOnly() throws IOException {
    TinyCheckpoint model = new TinyCheckpoint("LlamaForCausalLM", 8).dense("F32", false, false);
    model.config.put("rope_theta", 1000.0);
    model.config.put(
        "rope_scaling",
        Map.of(
            "rope_type", "llama3",
            "factor", 8.0,
            "low_freq_factor", 1.0,
            "high_freq_factor", 4.0,
            "original_max_position_embeddings", 64));
    double[] inverse = ReferenceModel.plainFrequencies(16, 1000);
    for (int i = 0; i < inverse.length; i++) {
      double waveLength = 2 * Math.PI / inverse[i];
      if (waveLength > 64 / 1.0) {
        inverse[i] /= 8;
      } else if (waveLength >= 64 / 4.0) {
        double smooth = (64 / waveLength - 1) / (4 - 1);
        inverse[i] = (1 - smooth) * inverse[i] / 8 + smooth * inverse[i];
      }
    }
    check(model, 1, inverse, 1);
  }

  @Test
  void yarnRoundsItsRangeUnlessToldNotTo() throws IOException {
    TinyCheckpoint model = new TinyCheckpoint("Qwen2ForCausalLM", 9).dense("F32", true, false);
    model.config.put("rope_theta", 1000.0);
    for (boolean truncate : new boolean[] {true, false}) {
      model.config.put(
          "rope_scaling",
          Map.of(
              "rope_type",
              "yarn",
              "factor",
              4.0,
              "original_max_position_embeddings",
              100,
              "truncate",
              truncate));
      double[] inverse = ReferenceModel.plainFrequencies(16, 1000);
      double low = 16 * Math.log(100 / (32 * 2 * Math.PI)) / (2 * Math.log(1000));
      double high = 16 * Math.log(100 / (2 * Math.PI)) / (2 * Math.log(1000));
      low = Math.max(0, truncate ? Math.floor(low) : low);
      high = Math.min(15, truncate ? Math.ceil(high) : high);
      for (int i = 0; i < inverse.length; i++) {
        double stretched = Math.min(1, Math.max(0, (i - low) / (high - low)));
        inverse[i] = inverse[i] / 4 * stretched + inverse[i] * (1 - stretched);
      }
      check(model, 1, inverse, 0.1 * Math.log(4) + 1);
    }
  }

  @Test
  void llamaFromGgufWithPermutedRowsIsTheSameModel() throws IOException {
    TinyCheckpoint model = new TinyCheckpoint("LlamaForCausalLM", 10).dense("F32", false, false);
    float[][] unpermuted = ModelRun.logits(model.write(folder.resolve("model"), 1), TOKENS);
    Path gguf = TinyGguf.llama(model, 64).write(folder.resolve("tiny.gguf"));
    assertClose(ModelRun.logits(gguf, TOKENS), unpermuted);
  }

  @Test
  void aSplitGgufIsTheWholeWhicheverPartIsOpened() throws IOException {
    TinyCheckpoint model = new TinyCheckpoint("LlamaForCausalLM", 12).dense("F32", false, false);
    TinyGguf gguf = TinyGguf.llama(model, 32);
    float[][] whole = ModelRun.logits(gguf.write(folder.resolve("tiny.gguf")), TOKENS);
    for (Path part : gguf.writeSplit(folder, 3)) {
      assertThat(ModelRun.logits(part, TOKENS)).isDeepEqualTo(whole);
    }
    try (ModelFile file = ModelFile.open(folder.resolve("model-00002-of-00003.gguf"))) {
      assertThat(file.metadata().integer("llama.block_count")).isEqualTo(2);
    }
  }

  @Test
  void oneOfTheFilesStandsForTheFolder() throws IOException {
    TinyCheckpoint model = new TinyCheckpoint("LlamaForCausalLM", 13).dense("F16", false, false);
    Path several = model.write(folder.resolve("several"), 2);
    Path single = model.write(folder.resolve("single"), 1);
    float[][] expected = ModelRun.logits(single, TOKENS);
    assertThat(ModelRun.logits(single.resolve("model.safetensors"), TOKENS))
        .isDeepEqualTo(expected);
    assertThat(ModelRun.logits(several.resolve("model-00002-of-00002.safetensors"), TOKENS))
        .isDeepEqualTo(expected);
  }

  @Test
  void whatIsMissingIsNamed() throws IOException {
    TinyCheckpoint model = new TinyCheckpoint("LlamaForCausalLM", 14).dense("F16", false, false);
    model.remove("model.layers.1.self_attn.v_proj.weight");
    Path path = model.write(folder.resolve("model"), 1);
    assertThatExceptionOfType(ModelFormatException.class)
        .isThrownBy(() -> ModelRun.logits(path, TOKENS))
        .withMessageContaining("blk.1.attn_v.weight");
    Path empty = Files.createDirectory(folder.resolve("empty"));
    assertThatExceptionOfType(ModelFormatException.class)
        .isThrownBy(() -> ModelFile.open(empty).close())
        .withMessageContaining("without safetensors weights");
  }

  private void check(TinyCheckpoint model, int shards) throws IOException {
    check(model, shards, ReferenceModel.plainFrequencies(model.headSize(), 10000), 1);
  }

  private void check(TinyCheckpoint model, int shards, double[] inverse, double magnitude)
      throws IOException {
    float[][] ours = ModelRun.logits(model.write(folder.resolve("model"), shards), TOKENS);
    double[][] reference = new ReferenceModel(model, inverse, magnitude).logits(TOKENS);
    float[][] expected = new float[reference.length][reference[0].length];
    for (int t = 0; t < expected.length; t++) {
      for (int i = 0; i < expected[t].length; i++) {
        expected[t][i] = (float) reference[t][i];
      }
    }
    assertClose(ours, expected);
  }

  private static void assertClose(float[][] ours, float[][] expected) {
    assertThat(ours.length).isEqualTo(expected.length);
    for (int t = 0; t < ours.length; t++) {
      double largest = 0;
      double difference = 0;
      for (int i = 0; i < ours[t].length; i++) {
        largest = Math.max(largest, Math.abs(expected[t][i]));
        difference = Math.max(difference, Math.abs(ours[t][i] - expected[t][i]));
      }
      assertThat(difference).as("logits after token %d", t).isLessThan(2e-5 * largest);
    }
  }
}
