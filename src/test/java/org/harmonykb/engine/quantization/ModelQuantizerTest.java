package org.harmonykb.engine.quantization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.harmonykb.Fixtures;
import org.harmonykb.engine.EngineException;
import org.harmonykb.engine.ModelFormatException;
import org.harmonykb.engine.format.GgufPairs;
import org.harmonykb.engine.format.GgufWriter;
import org.harmonykb.engine.format.ModelFile;
import org.harmonykb.engine.format.Tensor;
import org.harmonykb.engine.format.TensorType;
import org.harmonykb.engine.kernel.Activations;
import org.harmonykb.engine.kernel.RowCodec;
import org.harmonykb.engine.quantization.QuantizationOptions.Target;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Quantised files load, say nearly the same, and keep all that is not a weight. */
class ModelQuantizerTest {

  private static final ModelQuantizer.Listener SILENT =
      new ModelQuantizer.Listener() {
        @Override
        public void tensor(TensorPlan plan) {}

        @Override
        public void progress(long done, long total) {}
      };

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  /** GPTQ's sorted columns and Hugging Face's order of rotated rows must come out as GGUF's. */
  @ParameterizedTest
  @ValueSource(strings = {"tiny-llama-gptq", "tiny-llama-awq", "tiny-gpt-oss-hf"})
  void huggingFaceFolderBecomesAnOrdinaryGgufFile(String name) throws IOException {
    Path out = folder.resolve("out.gguf");
    String text =
        Files.readString(Fixtures.shared("fixtures/tokenizer/long-gpl3-gfdl-en.txt"))
            .substring(0, 1600);
    try (ModelFile source = open(name)) {
      ModelQuantizer.run(source, out, QuantizationOptions.of(Target.Q8_0), SILENT);
      try (ModelFile quantised = ModelFile.open(out)) {
        ModelComparison.Result result =
            ModelComparison.run(source, quantised, text, 256, 512, Activations.F32, 0, _ -> {});
        System.out.printf("Q8_0 of %s: KL %.5f%n", name, result.klDivergence());
        assertThat(result.klDivergence()).isBetween(1e-9, 0.1);
        assertThat(quantised.metadata().keys()).doesNotContain("llama.rope.pairing");
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void quantisedModelStaysCloseToItsSource(Target target) throws IOException {
    Path out = folder.resolve("out.gguf");
    String text =
        Files.readString(Fixtures.shared("fixtures/tokenizer/long-gpl3-gfdl-en.txt"))
            .substring(0, 1600);
    try (ModelFile source = open("tiny-gpt-oss-F16.gguf")) {
      ModelQuantizer.run(source, out, QuantizationOptions.of(target), SILENT);
      try (ModelFile quantised = ModelFile.open(out)) {
        ModelComparison.Result result =
            ModelComparison.run(source, quantised, text, 256, 512, Activations.F32, 0, _ -> {});
        // A tiny random model is far more sensitive than a real one, so llama.cpp's own loss
        // counts.
        double theirs = lossOfLlamaCpp(source, target, text);
        System.out.printf(
            "%s of tiny-gpt-oss-F16: %d bytes, KL %.5f (llama.cpp's file %.5f), same top token %.3f%n",
            target, Files.size(out), result.klDivergence(), theirs, result.sameTopToken());
        assertThat(result.tokens()).isGreaterThan(300);
        assertThat(result.klDivergence()).isBetween(1e-9, 2 * theirs);
        assertThat(quantised.metadata().keys()).containsAll(source.metadata().keys());
        assertThat(quantised.metadata().strings("tokenizer.ggml.merges"))
            .isEqualTo(source.metadata().strings("tokenizer.ggml.merges"));
        assertThat(quantised.metadata().integer("general.quantization_version")).isEqualTo(2);
        assertThat(quantised.metadata().integer("general.file_type"))
            .isEqualTo(
                switch (target) {
                  case Q4_0 -> 2;
                  case Q8_0 -> 7;
                  case MXFP4 -> 38;
                  case INT4_MIXED ->
                      quantised.tensor("blk.0.ffn_up_exps.weight").type() == TensorType.Q4_0
                          ? 2
                          : 38;
                });
        for (Tensor tensor : source.tensors()) {
          TensorType type = quantised.tensor(tensor.name()).type();
          if (tensor.type() == TensorType.F32) {
            assertThat(type).as(tensor.name()).isEqualTo(TensorType.F32);
          } else if (tensor.name().contains("attn") && target == Target.INT4_MIXED) {
            assertThat(type).as(tensor.name()).isEqualTo(TensorType.Q8_0);
          }
        }
      }
    }
  }

  /** KL divergence of the fixture that llama.cpp made for the same purpose. */
  private static double lossOfLlamaCpp(ModelFile source, Target target, String text) {
    String name =
        switch (target) {
          case Q4_0, MXFP4 -> "Q4_0";
          case Q8_0 -> "Q8_0";
          case INT4_MIXED -> "MXFP4_MOE";
        };
    try (ModelFile theirs = open("tiny-gpt-oss-" + name + ".gguf")) {
      return ModelComparison.run(source, theirs, text, 256, 512, Activations.F32, 0, _ -> {})
          .klDivergence();
    }
  }

  @Test
  void expertsInMxfp4AreCopiedBitByBit() {
    Path out = folder.resolve("out.gguf");
    try (ModelFile source = open("tiny-gpt-oss-MXFP4_MOE.gguf")) {
      ModelQuantizer.run(source, out, QuantizationOptions.of(Target.INT4_MIXED), SILENT);
      try (ModelFile quantised = ModelFile.open(out)) {
        for (Tensor tensor : source.tensors()) {
          Tensor copy = quantised.tensor(tensor.name());
          assertThat(copy.type()).isEqualTo(tensor.type());
          assertThat(copy.data().mismatch(tensor.data())).as(tensor.name()).isEqualTo(-1);
        }
      }
    }
  }

  @Test
  void resultDoesNotDependOnThreads() throws IOException {
    Path one = folder.resolve("one.gguf");
    Path many = folder.resolve("many.gguf");
    try (ModelFile source = open("tiny-gpt-oss-F16.gguf")) {
      for (int threads : new int[] {1, 5}) {
        ModelQuantizer.run(
            source,
            threads == 1 ? one : many,
            new QuantizationOptions(
                Target.Q4_0,
                TensorType.MXFP4,
                TensorType.F16,
                null,
                RowCodec.Rounding.SEARCH,
                threads),
            SILENT);
      }
      try (ModelFile file = ModelFile.open(one)) {
        assertThat(file.tensor("token_embd.weight").type()).isEqualTo(TensorType.MXFP4);
        assertThat(file.tensor("output.weight").type()).isEqualTo(TensorType.F16);
      }
    }
    assertThat(Files.mismatch(one, many)).isEqualTo(-1);
  }

  @Test
  void rowsThatDoNotFitStayAsTheyAre() throws IOException {
    Path in = folder.resolve("in.gguf");
    write(in, new GgufWriter.Entry("odd.weight", TensorType.F16, new long[] {100, 2}), null);
    Path out = folder.resolve("out.gguf");
    StringBuilder notes = new StringBuilder();
    try (ModelFile source = ModelFile.open(in)) {
      ModelQuantizer.run(
          source,
          out,
          QuantizationOptions.of(Target.Q4_0),
          new ModelQuantizer.Listener() {
            @Override
            public void tensor(TensorPlan plan) {
              notes.append(plan.note());
            }

            @Override
            public void progress(long done, long total) {}
          });
    }
    try (ModelFile file = ModelFile.open(out)) {
      assertThat(file.tensor("odd.weight").type()).isEqualTo(TensorType.F16);
    }
    assertThat(notes).contains("rows of 100");
  }

  @Test
  void failureLeavesTheOldFileAndNoPart() throws IOException {
    Path out = Files.writeString(folder.resolve("out.gguf"), "old");
    // Measured with another shape: found out when the first tensor is already written.
    Path importance = folder.resolve("importance.gguf");
    GgufWriter.Entry sums =
        new GgufWriter.Entry("blk.1.attn_q.weight.in_sum2", TensorType.F32, new long[] {8, 1});
    GgufWriter.Entry counts =
        new GgufWriter.Entry("blk.1.attn_q.weight.counts", TensorType.F32, new long[] {1, 1});
    write(importance, sums, counts);
    QuantizationOptions options =
        new QuantizationOptions(
            Target.Q4_0,
            TensorType.Q8_0,
            TensorType.Q8_0,
            ImportanceMatrix.read(importance),
            RowCodec.Rounding.SEARCH,
            2);
    try (ModelFile source = open("tiny-gpt-oss-F16.gguf")) {
      assertThatExceptionOfType(ModelFormatException.class)
          .isThrownBy(() -> ModelQuantizer.run(source, out, options, SILENT))
          .withMessageContaining("another model");
      assertThatExceptionOfType(EngineException.class)
          .isThrownBy(() -> ModelQuantizer.run(source, source.path(), options, SILENT))
          .withMessageContaining("the model itself");
    }
    assertThat(out).hasContent("old");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("out.gguf", "importance.gguf");
    }
  }

  /** Both of llama.cpp's formats; the important columns lose less with the matrix than without. */
  @Test
  void importanceMovesTheErrorAway() throws IOException {
    String name = "blk.0.attn_q.weight";
    float[] sums = new float[256];
    for (int i = 0; i < sums.length; i++) {
      sums[i] = i % 4 == 0 ? 400 : 2;
    }
    Path gguf = folder.resolve("importance.gguf");
    GgufWriter.Entry entry =
        new GgufWriter.Entry(name + ".in_sum2", TensorType.F32, new long[] {256, 1});
    GgufWriter.Entry counts =
        new GgufWriter.Entry(name + ".counts", TensorType.F32, new long[] {1, 1});
    try (GgufWriter writer = GgufWriter.create(gguf, new GgufPairs(), List.of(entry, counts))) {
      ByteBuffer bytes = ByteBuffer.allocate(1024).order(ByteOrder.LITTLE_ENDIAN);
      bytes.asFloatBuffer().put(sums);
      writer.write(0, 0, bytes);
      writer.write(1, 0, ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(0, 4));
      writer.finish();
    }
    Path legacy = folder.resolve("importance.dat");
    byte[] key = name.getBytes(StandardCharsets.UTF_8);
    ByteBuffer dat = ByteBuffer.allocate(16 + key.length + 1024).order(ByteOrder.LITTLE_ENDIAN);
    dat.putInt(1).putInt(key.length).put(key).putInt(4).putInt(256);
    dat.asFloatBuffer().put(sums);
    Files.write(legacy, dat.array());

    try (ModelFile source = open("tiny-gpt-oss-F16.gguf")) {
      Tensor tensor = source.tensor(name);
      ImportanceMatrix matrix = ImportanceMatrix.read(gguf);
      float[] expected = new float[256];
      for (int i = 0; i < 256; i++) {
        expected[i] = sums[i] / 4;
      }
      assertThat(matrix.of(tensor)).containsExactly(expected);
      assertThat(ImportanceMatrix.read(legacy).of(tensor)).containsExactly(expected);
      assertThat(matrix.of(source.tensor("blk.1.attn_q.weight"))).isNull();
      QuantizationOptions with =
          new QuantizationOptions(
              Target.Q4_0, TensorType.Q8_0, TensorType.Q8_0, matrix, RowCodec.Rounding.SEARCH, 1);
      double blind = errorAt(tensor, null, expected);
      double seeing = errorAt(tensor, with.importance(), expected);
      System.out.printf(
          "weighted relative error of Q4_0: %.5f without importance, %.5f with%n", blind, seeing);
      assertThat(seeing).isLessThan(0.95 * blind);
    }
    assertThatExceptionOfType(ModelFormatException.class)
        .isThrownBy(
            () -> ImportanceMatrix.read(Files.write(legacy, new byte[] {9, 9, 9, 9, 9, 9})));
  }

  /** The error that counts, after quantising with or without knowing the importance. */
  private static double errorAt(
      Tensor tensor, @Nullable ImportanceMatrix known, float[] importance) {
    RowCodec codec = new RowCodec(RowCodec.Rounding.SEARCH);
    float[] x = new float[tensor.columns()];
    float[] y = new float[x.length];
    double error = 0;
    double total = 0;
    try (Arena arena = Arena.ofConfined()) {
      var bytes = arena.allocate(TensorType.Q4_0.bytes(x.length));
      for (int r = 0; r < tensor.rows(); r++) {
        codec.decode(tensor.type(), tensor.data(), r * tensor.rowBytes(), x, x.length);
        codec.encode(
            TensorType.Q4_0, x, x.length, known == null ? null : known.of(tensor), 0, bytes, 0);
        codec.decode(TensorType.Q4_0, bytes, 0, y, x.length);
        for (int i = 0; i < x.length; i++) {
          error += importance[i] * (x[i] - y[i]) * (x[i] - y[i]);
          total += importance[i] * x[i] * x[i];
        }
      }
    }
    return error / total;
  }

  private static ModelFile open(String fixture) {
    return ModelFile.open(Fixtures.shared("fixtures/engine/" + fixture));
  }

  /** A file of zeros. */
  private static void write(Path path, GgufWriter.Entry first, GgufWriter.@Nullable Entry second)
      throws IOException {
    List<GgufWriter.Entry> entries = second == null ? List.of(first) : List.of(first, second);
    try (GgufWriter writer = GgufWriter.create(path, new GgufPairs(), entries)) {
      for (int i = 0; i < entries.size(); i++) {
        writer.write(i, 0, ByteBuffer.allocate((int) entries.get(i).bytes()));
      }
      writer.finish();
    }
  }
}
