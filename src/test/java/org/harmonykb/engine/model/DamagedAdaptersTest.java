package org.harmonykb.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.harmonykb.Fixtures;
import org.harmonykb.engine.ModelFormatException;
import org.harmonykb.engine.TestAdapters;
import org.harmonykb.engine.format.ModelFile;
import org.harmonykb.engine.kernel.Compute;
import org.harmonykb.engine.kernel.KvLayout;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

/** Whatever is in an adapter: it fits the model, or one exception says what is wrong. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class DamagedAdaptersTest {

  private static final String CONFIG = "adapter_config.json";
  private static final String WEIGHTS = "adapter_model.safetensors";

  @TempDir private Path folder;
  private Compute compute;
  private ModelFile file;
  private Transformer model;

  @BeforeAll
  void open() {
    compute = new Compute(1);
    file = ModelFile.open(Fixtures.shared("fixtures/engine/tiny-gpt-oss-MXFP4_MOE.gguf"));
    model = Architectures.build(file, compute, KvLayout.F32);
  }

  @AfterAll
  void close() {
    if (file != null) {
      file.close();
      compute.close();
    }
  }

  @Test
  void damagedGgufIsRefusedOrFits() throws IOException {
    byte[] whole = Files.readAllBytes(Fixtures.shared("fixtures/engine/tiny-lora.gguf"));
    Path damaged = folder.resolve("damaged.gguf");
    for (int length = 0; length < whole.length; length += length < 2000 ? 13 : 7919) {
      Files.write(damaged, Arrays.copyOf(whole, length));
      assertRefused(damaged);
    }
    Random random = new Random(1);
    for (int i = 0; i < 700; i++) {
      Files.write(damaged, flipped(whole, 1280, random));
      load(damaged);
    }
  }

  @Test
  void damagedPeftIsRefusedOrFits() throws IOException {
    byte[] config = Files.readAllBytes(peft().resolve(CONFIG));
    byte[] weights = Files.readAllBytes(peft().resolve(WEIGHTS));
    Path damaged = Files.createDirectories(folder.resolve("damaged"));
    Files.write(damaged.resolve(CONFIG), config);
    for (int length = 0; length < weights.length; length += length < 2000 ? 13 : 7919) {
      Files.write(damaged.resolve(WEIGHTS), Arrays.copyOf(weights, length));
      assertRefused(damaged);
    }
    Random random = new Random(2);
    for (int i = 0; i < 700; i++) {
      Files.write(damaged.resolve(WEIGHTS), flipped(weights, 2100, random));
      load(damaged);
    }
    Files.write(damaged.resolve(WEIGHTS), weights);
    for (int length = 0; length < config.length; length++) {
      Files.write(damaged.resolve(CONFIG), Arrays.copyOf(config, length));
      assertRefused(damaged);
    }
    for (int i = 0; i < 700; i++) {
      Files.write(damaged.resolve(CONFIG), flipped(config, config.length, random));
      load(damaged);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "peft_type|\"LOHA\"|LOHA",
        "use_dora|true|use_dora",
        "bias|\"all\"|biases",
        "fan_in_fan_out|true|fan_in_fan_out",
        "modules_to_save|[\"lm_head\"]|modules_to_save",
        "r|4|rank",
        "r|\"8\"|number r",
        "lora_alpha|null|lora_alpha",
        "lora_alpha|1e300|scale",
        "alpha_pattern|{\"(a+)+\":1}|alpha_pattern"
      })
  void configThatCannotBeUsedIsRefused(String key, String value, String why) throws IOException {
    JsonMapper json = JsonMapper.builder().build();
    Map<String, Object> config = new HashMap<>();
    json.readTree(Files.readString(peft().resolve(CONFIG)))
        .properties()
        .forEach(entry -> config.put(entry.getKey(), entry.getValue()));
    config.put(key, json.readTree(value));
    Path changed = Files.createDirectories(folder.resolve("changed"));
    Files.write(changed.resolve(WEIGHTS), Files.readAllBytes(peft().resolve(WEIGHTS)));
    Files.write(changed.resolve(CONFIG), json.writeValueAsBytes(config));
    assertThatExceptionOfType(ModelFormatException.class)
        .isThrownBy(() -> LoraAdapter.load(changed, model))
        .withMessageContaining(why);
  }

  @ParameterizedTest
  @CsvSource({"false,,2", "true,,5.656854", "false,32,4"})
  void scaleFollowsRankAndPatterns(boolean rankStabilized, Double pattern, float expected)
      throws IOException {
    Map<String, Object> config = new HashMap<>();
    config.put("peft_type", "LORA");
    config.put("r", 8);
    config.put("lora_alpha", 16);
    config.put("use_rslora", rankStabilized);
    if (pattern != null) {
      config.put("alpha_pattern", Map.of("self_attn.q_proj", pattern));
    }
    String weight = "blk.1.attn_q.weight";
    Path path =
        TestAdapters.writePeft(
            folder.resolve("scaled"),
            config,
            Map.of(weight, "base_model.model.model.layers.1.self_attn.q_proj"),
            TestAdapters.random(file.path(), 8, 1, 1, List.of(weight)));
    try (LoraAdapter adapter = LoraAdapter.load(path, model)) {
      LoraAdapter.Delta delta = Objects.requireNonNull(adapter.delta(file.tensor(weight)));
      assertThat(delta.scale()).isEqualTo(expected);
    }
  }

  @Test
  void unknownModuleIsNamed() throws IOException {
    String weight = "token_embd.weight";
    Path path =
        TestAdapters.writePeft(
            folder.resolve("embedding"),
            Map.of("peft_type", "LORA", "r", 2, "lora_alpha", 4),
            Map.of(weight, "base_model.model.model.embed_tokens"),
            TestAdapters.random(file.path(), 2, 1, 1, List.of(weight)));
    assertThatExceptionOfType(ModelFormatException.class)
        .isThrownBy(() -> LoraAdapter.load(path, model))
        .satisfies(e -> assertThat(e.tensor()).contains("embed_tokens"));
  }

  @Test
  void valuesThatAreNoNumbersAreRefused() throws IOException {
    List<TestAdapters.Change> changes =
        TestAdapters.random(file.path(), 2, 1, 1, List.of("blk.0.attn_k.weight"));
    changes.getFirst().b()[3] = Float.NaN;
    Path path = TestAdapters.writeGguf(folder.resolve("nan.gguf"), "gpt-oss", 4, changes);
    assertThatExceptionOfType(ModelFormatException.class)
        .isThrownBy(() -> LoraAdapter.load(path, model))
        .withMessageContaining("blk.0.attn_k.weight.lora_b");
  }

  private void load(Path path) {
    try {
      LoraAdapter.load(path, model).close();
    } catch (ModelFormatException e) {
      assertThat(e).hasMessageContaining(folder.toString());
    }
  }

  private void assertRefused(Path path) {
    assertThatExceptionOfType(ModelFormatException.class)
        .isThrownBy(() -> LoraAdapter.load(path, model));
  }

  private static byte[] flipped(byte[] whole, int within, Random random) {
    byte[] damaged = whole.clone();
    for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
      damaged[random.nextInt(within)] ^= (byte) (1 << random.nextInt(8));
    }
    return damaged;
  }

  private static Path peft() {
    return Fixtures.shared("fixtures/engine/tiny-lora-peft");
  }
}
