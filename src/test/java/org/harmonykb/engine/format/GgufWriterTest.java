package org.harmonykb.engine.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.harmonykb.Fixtures;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written is what is read; and only what is whole stands under its name. */
class GgufWriterTest {

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  @RepeatedTest(100)
  void readingGivesBackWhatWasWritten(RepetitionInfo repetition) throws IOException {
    Random random = new Random(repetition.getCurrentRepetition());
    GgufPairs pairs = new GgufPairs();
    long alignment = 1L << random.nextInt(3, 9);
    pairs.put("general.alignment", alignment);
    for (int i = random.nextInt(40); i > 0; i--) {
      GgufType type = GgufType.values()[random.nextInt(GgufType.values().length)];
      if (type != GgufType.ARRAY) {
        Object value = random.nextBoolean() ? scalar(type, random) : array(type, random);
        pairs.put("key." + i + text(random), type, value);
      }
    }
    List<TensorType> storable =
        Stream.of(TensorType.values()).filter(TensorType::isStorable).toList();
    List<GgufWriter.Entry> entries = new ArrayList<>();
    Map<String, byte[]> contents = new HashMap<>();
    for (int i = random.nextInt(8); i > 0; i--) {
      TensorType type = storable.get(random.nextInt(storable.size()));
      long[] shape = new long[random.nextInt(1, 5)];
      for (int d = 0; d < shape.length; d++) {
        shape[d] = random.nextInt(1, 4);
      }
      shape[0] *= type.blockSize();
      GgufWriter.Entry entry = new GgufWriter.Entry("t" + i + text(random), type, shape);
      byte[] bytes = new byte[(int) entry.bytes()];
      random.nextBytes(bytes);
      entries.add(entry);
      contents.put(entry.name(), bytes);
    }

    Path path = folder.resolve("written.gguf");
    try (GgufWriter writer = GgufWriter.create(path, pairs, entries)) {
      // In pieces, and the last tensor first.
      for (int i = entries.size() - 1; i >= 0; i--) {
        byte[] bytes = Objects.requireNonNull(contents.get(entries.get(i).name()));
        int cut = random.nextInt(bytes.length);
        writer.write(i, cut, ByteBuffer.wrap(bytes, cut, bytes.length - cut));
        writer.write(i, 0, ByteBuffer.wrap(bytes, 0, cut));
      }
      writer.finish();
      assertThat(Files.size(path)).isEqualTo(writer.size());
    }

    try (GgufFile file = GgufFile.open(path)) {
      assertThat(file.metadata().keys()).containsExactlyElementsOf(pairs.values().keySet());
      pairs
          .values()
          .forEach(
              (key, value) -> {
                assertThat(file.metadata().raw(key)).as(key).isEqualTo(value.value());
                assertThat(file.metadata().type(key)).as(key).isEqualTo(value.type());
              });
      assertThat(file.tensors().stream().map(Tensor::name))
          .containsExactlyElementsOf(entries.stream().map(GgufWriter.Entry::name).toList());
      for (GgufWriter.Entry entry : entries) {
        Tensor tensor = file.tensor(entry.name());
        assertThat(tensor.type()).isEqualTo(entry.type());
        assertThat(tensor.shape()).containsExactly(entry.shape());
        assertThat(tensor.data().toArray(ValueLayout.JAVA_BYTE))
            .containsExactly(contents.get(entry.name()));
      }
    }
  }

  /** Files of llama.cpp's, copied through our classes, keep every byte of header and data. */
  @Test
  void copyOfAFixtureIsTheSameFile() throws IOException {
    Path source = Fixtures.shared("fixtures/engine/tiny-gpt-oss-MXFP4_MOE.gguf");
    Path copy = folder.resolve("copy.gguf");
    try (GgufFile file = GgufFile.open(source)) {
      List<Tensor> tensors = List.copyOf(file.tensors());
      try (GgufWriter writer =
          GgufWriter.create(
              copy,
              GgufPairs.copyOf(file.metadata()),
              tensors.stream()
                  .map(t -> new GgufWriter.Entry(t.name(), t.type(), t.shape()))
                  .toList())) {
        for (int i = 0; i < tensors.size(); i++) {
          writer.write(i, 0, tensors.get(i).data().asByteBuffer());
        }
        writer.finish();
      }
    }
    assertThat(Files.mismatch(source, copy)).isEqualTo(-1);
  }

  @Test
  void unfinishedFileLeavesNothingBehindAndTheOldOneInPlace() throws IOException {
    Path path = Files.writeString(folder.resolve("model.gguf"), "old");
    GgufWriter.Entry entry = new GgufWriter.Entry("t", TensorType.F32, new long[] {4});
    try (GgufWriter writer = GgufWriter.create(path, new GgufPairs(), List.of(entry))) {
      writer.write(0, 0, ByteBuffer.allocate(12));
      assertThatIllegalStateException()
          .isThrownBy(writer::finish)
          .withMessageContaining("12 of 16");
    }
    assertThat(path).hasContent("old");
    assertThat(files()).containsExactly("model.gguf");
  }

  @Test
  void mistakesAreRefusedBeforeAnythingIsWritten() throws IOException {
    Path path = folder.resolve("model.gguf");
    GgufWriter.Entry entry = new GgufWriter.Entry("t", TensorType.F32, new long[] {4});
    assertThatIllegalArgumentException()
        .isThrownBy(() -> GgufWriter.create(path, new GgufPairs(), List.of(entry, entry)))
        .withMessageContaining("twice");
    GgufWriter.Entry odd = new GgufWriter.Entry("odd", TensorType.Q8_0, new long[] {33});
    assertThatIllegalArgumentException()
        .isThrownBy(() -> GgufWriter.create(path, new GgufPairs(), List.of(odd)))
        .withMessageContaining("blocks of 32");
    GgufWriter.Entry huge =
        new GgufWriter.Entry("t", TensorType.F32, new long[] {1L << 30, 1L << 30});
    assertThatIOException()
        .isThrownBy(() -> GgufWriter.create(path, new GgufPairs(), List.of(huge)))
        .withMessageContaining("disk");
    assertThatIOException()
        .isThrownBy(
            () ->
                GgufWriter.create(
                    folder.resolve("none/model.gguf"), new GgufPairs(), List.of(entry)))
        .withMessageContaining("no folder");
    assertThat(files()).isEmpty();
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  private static String text(Random random) {
    return random
        .ints(random.nextInt(6), 0, 0x3000)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  /** As the reader gives it: small numbers as integers, UINT32 and wider as longs. */
  private static Object scalar(GgufType type, Random random) {
    return switch (type) {
      case UINT8 -> random.nextInt(1 << 8);
      case INT8 -> (int) (byte) random.nextInt();
      case UINT16 -> random.nextInt(1 << 16);
      case INT16 -> (int) (short) random.nextInt();
      case UINT32 -> random.nextLong(1L << 32);
      case INT32 -> random.nextInt();
      case FLOAT32 -> Float.intBitsToFloat(random.nextInt(0x7f800000));
      case BOOL -> random.nextBoolean();
      case STRING -> text(random);
      case UINT64, INT64 -> random.nextLong();
      case FLOAT64 -> random.nextDouble();
      case ARRAY -> throw new IllegalArgumentException("nested");
    };
  }

  private static Object array(GgufType type, Random random) {
    int size = random.nextInt(5);
    return switch (type) {
      case UINT8 -> random.ints(size, 0, 1 << 8).toArray();
      case INT8 -> random.ints(size, -128, 128).toArray();
      case BOOL -> random.ints(size, 0, 2).toArray();
      case UINT16 -> random.ints(size, 0, 1 << 16).toArray();
      case INT16 -> random.ints(size, Short.MIN_VALUE, Short.MAX_VALUE).toArray();
      case UINT32, INT32 -> random.ints(size).toArray();
      case FLOAT32 -> {
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
          values[i] = random.nextFloat();
        }
        yield values;
      }
      case STRING -> Stream.generate(() -> text(random)).limit(size).toArray(String[]::new);
      case UINT64, INT64 -> random.longs(size).toArray();
      case FLOAT64 -> random.doubles(size).toArray();
      case ARRAY -> throw new IllegalArgumentException("nested");
    };
  }
}
