package org.harmonykb.engine.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.harmonykb.engine.ModelFormatException;
import org.harmonykb.engine.format.TinyCheckpoint;
import org.harmonykb.engine.format.TinyGguf;
import org.harmonykb.engine.model.ModelRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The short, repeatable part of fuzzing; docs/fuzzing.md tells of the long one. */
class DamagedModelsTest {

  private static final JsonMapper JSON = JsonMapper.builder().build();

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  @ParameterizedTest
  @EnumSource
  void undamagedInputsWork(FuzzTarget target) {
    for (byte[] seed : target.seeds()) {
      assertThat(target.accepts(seed, folder)).isTrue();
    }
  }

  /** Inputs of earlier runs that broke something, and the seeds that Jazzer begins with. */
  @ParameterizedTest
  @EnumSource
  void keptInputsWorkOrAreRefused(FuzzTarget target) throws IOException {
    Path kept = Path.of("src/test/fuzz", target.name().toLowerCase(Locale.ROOT));
    try (Stream<Path> inputs = Files.list(kept)) {
      for (Path input : inputs.toList()) {
        boolean isUsable = target.accepts(Files.readAllBytes(input), folder);
        assertThat(isUsable).as(input.toString()).isEqualTo(input.toString().contains("seed"));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void damagedInputsWorkOrAreRefused(FuzzTarget target) throws IOException {
    Fuzzer fuzzer = new Fuzzer(target, 99);
    int usable = 0;
    for (int i = 0; i < 800; i++) {
      usable += fuzzer.step(folder) ? 1 : 0;
    }
    assertThat(usable).isBetween(10, 790);
  }

  /** Each number, text and list of config.json in turn. */
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "GGUF")
  void absurdConfigurationsWorkOrAreRefused(FuzzTarget target) {
    for (byte[] seed : target.seeds()) {
      String[] parts = new String(seed, StandardCharsets.UTF_8).split("\0");
      ObjectNode config = (ObjectNode) JSON.readTree(parts[0]);
      int refused = 0;
      for (String key : List.copyOf(config.propertyNames())) {
        for (String value :
            List.of(
                "0", "1", "-1", "33", "2147483647", "9e99", "1e-9", "null", "\"\"", "[]", "{}")) {
          ObjectNode changed = config.deepCopy();
          changed.set(key, JSON.readTree(value));
          String input =
              JSON.writeValueAsString(changed) + "\0" + parts[1] + "\0" + parts[2] + "\0";
          refused += target.accepts(input.getBytes(StandardCharsets.UTF_8), folder) ? 0 : 1;
        }
      }
      assertThat(refused).isGreaterThan(80);
    }
  }

  @Test
  void splitFilesThatDoNotFitTogetherAreRefused() throws IOException {
    TinyCheckpoint model = new TinyCheckpoint("LlamaForCausalLM", 1).dense("F32", false, false);
    TinyGguf gguf = TinyGguf.llama(model, 32);
    List<Path> parts = gguf.writeSplit(folder, 3);
    byte[] second = Files.readAllBytes(parts.get(1));

    Files.delete(parts.get(1));
    assertRefused(parts.get(0), "00002-of-00003");
    Files.copy(parts.get(0), parts.get(1));
    assertRefused(parts.get(2), "does not say that it is part 2 of 3");
    Files.delete(parts.get(1));
    Files.createSymbolicLink(parts.get(1), parts.get(2));
    assertRefused(parts.get(0), "does not say that it is part 2 of 3");
    Files.delete(parts.get(1));
    Files.write(parts.get(1), Arrays.copyOf(second, second.length - 100));
    assertRefused(parts.get(0), "is the file whole?");
    Files.write(parts.get(1), second);
    ModelRun.logits(parts.get(2), 1);
    Path renamed = Files.move(parts.get(2), folder.resolve("other.gguf"));
    assertRefused(renamed, "is not named like");
  }

  @Test
  void everyTruncationOfAShardIsRefused() throws IOException {
    Path path =
        new TinyCheckpoint("LlamaForCausalLM", 1).dense("F16", false, false).write(folder, 1);
    Path weights = path.resolve("model.safetensors");
    byte[] whole = Files.readAllBytes(weights);
    for (int length = 0; length < whole.length; length += length < 64 ? 1 : 997) {
      Files.write(weights, Arrays.copyOf(whole, length));
      assertThatExceptionOfType(ModelFormatException.class)
          .isThrownBy(() -> ModelRun.logits(path, 1));
    }
  }

  @Test
  void anIndexThatLiesIsRefused() throws IOException {
    Path path =
        new TinyCheckpoint("LlamaForCausalLM", 1).dense("F16", false, false).write(folder, 2);
    Path index = path.resolve("model.safetensors.index.json");
    String text = Files.readString(index);
    Files.writeString(index, text.replaceFirst("00001-of-00002", "00002-of-00002"));
    assertRefused(path, "is not there, though the index says so");
    Files.writeString(index, text.replaceFirst("model-00001", "../model-00001"));
    assertRefused(path, "no safetensors file beside it");
    Files.writeString(
        index,
        text.replaceFirst("model-00001-of-00002.safetensors", "model.safetensors.index.json"));
    assertRefused(path, "no safetensors file beside it");
    Files.writeString(index, text.replace("model-00001", "model-00003"));
    assertRefused(path, "is missing, though the index lists it");
  }

  private static void assertRefused(Path path, String reason) {
    assertThatExceptionOfType(ModelFormatException.class)
        .isThrownBy(() -> ModelRun.logits(path, 1))
        .withMessageContaining(reason);
  }
}
