package org.harmonykb.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.harmonykb.engine.ModelFormatException;
import org.harmonykb.engine.format.ModelFile;
import org.harmonykb.engine.format.PackedCheckpoint;
import org.harmonykb.engine.format.PackedCheckpoint.Variant;
import org.harmonykb.engine.format.TensorType;
import org.harmonykb.engine.format.TinyCheckpoint;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** GPTQ and AWQ in every variant against the same weights as floats. */
class PackedInt4Test {

  private static final int[] TOKENS = new Random(3).ints(12, 0, 256).toArray();

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  private final Random random = new Random(17);

  static Stream<Variant> variants() {
    return Stream.of(
        new Variant("gptq", "gptq", 32, "shuffled", false),
        new Variant("gptq", "gptq", 32, "shuffled", true),
        new Variant("gptq", "gptq", 32, "in order", false),
        new Variant("gptq", "gptq", 32, "none", true),
        new Variant("gptq", "gptq_v2", 32, "shuffled", false),
        new Variant("gptq", "gptq_v2", -1, "none", false),
        new Variant("gptq", "gptq", -1, "in order", false),
        new Variant("gptq", "gptq", 16, "shuffled", false),
        new Variant("gptq", "gptq_v2", 64, "none", false),
        new Variant("awq", "gemm", 32, "none", false),
        new Variant("awq", "GEMM", 64, "none", false),
        new Variant("awq", "gemm", -1, "none", false),
        new Variant("awq", "gemm", 16, "none", false));
  }

  @ParameterizedTest
  @MethodSource("variants")
  void weightsAreExact(Variant variant) throws IOException {
    TinyCheckpoint floats = new TinyCheckpoint("LlamaForCausalLM", 5).dense("F16", false, false);
    TinyCheckpoint packed = PackedCheckpoint.pack(floats, variant, random);
    float[][] expected = ModelRun.logits(floats.write(folder.resolve("floats"), 1), TOKENS);
    Path path = packed.write(folder.resolve("packed"), 1);
    float[][] ours = ModelRun.logits(path, TOKENS);
    for (int t = 0; t < TOKENS.length; t++) {
      assertThat(ours[t]).containsExactly(expected[t], within(2e-4f));
    }
    try (ModelFile file = ModelFile.open(path)) {
      assertThat(file.tensor("blk.0.attn_q.weight").type())
          .isEqualTo(variant.groupSize() == 16 ? TensorType.F32 : TensorType.INT4);
    }
  }

  @Test
  void otherWidthsAndFormatsAreRefusedByName() throws IOException {
    TinyCheckpoint floats = new TinyCheckpoint("LlamaForCausalLM", 5).dense("F16", false, false);
    for (Map<String, Object> broken :
        new Map[] {
          Map.of("quant_method", "gptq", "bits", 8),
          Map.of("quant_method", "gptq", "bits", 4, "checkpoint_format", "marlin"),
          Map.of("quant_method", "awq", "bits", 4, "version", "gemv"),
          Map.of("quant_method", "fp8")
        }) {
      floats.config.put("quantization_config", broken);
      Path path = floats.write(folder.resolve("broken"), 1);
      assertThatExceptionOfType(ModelFormatException.class)
          .isThrownBy(() -> ModelFile.open(path).close())
          .withMessageContaining("can be read");
    }
  }
}
