package org.harmonykb.engine.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.harmonykb.engine.ModelFormatException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is in a file: a model, or one exception that says what is wrong. */
class GgufFileTest {

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  @Test
  void tensorsAndMetadataComeBackAsWritten() throws IOException {
    try (GgufFile file = GgufFile.open(write(valid()))) {
      assertThat(file.metadata().string("general.architecture")).isEqualTo("llama");
      assertThat(file.tensor("t").shape()).containsExactly(4, 2);
      assertThat(file.tensor("t").data().byteSize()).isEqualTo(32);
    }
  }

  @Test
  void everyTruncationIsRefused() throws IOException {
    byte[] whole = valid();
    for (int length = 0; length < whole.length; length++) {
      Path file = write(Arrays.copyOf(whole, length));
      assertThatExceptionOfType(ModelFormatException.class)
          .isThrownBy(() -> GgufFile.open(file).close());
    }
  }

  @Test
  void flippedBitsNeverDoMoreThanAreRefused() throws IOException {
    Random random = new Random(5);
    byte[] whole = valid();
    for (int i = 0; i < 3000; i++) {
      byte[] damaged = whole.clone();
      for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
        damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
      }
      Path path = write(damaged);
      try (GgufFile file = GgufFile.open(path)) {
        file.tensors()
            .forEach(tensor -> assertThat(tensor.data().byteSize()).isLessThan(whole.length));
      } catch (ModelFormatException e) {
        assertThat(e.file()).isEqualTo(path);
      }
    }
  }

  @Test
  void bigEndianFilesAreNamedSo() throws IOException {
    byte[] whole = valid();
    whole[4] = 0;
    whole[7] = 3;
    Path file = write(whole);
    assertThatExceptionOfType(ModelFormatException.class)
        .isThrownBy(() -> GgufFile.open(file).close())
        .withMessageContaining("big-endian");
  }

  private Path write(byte[] bytes) throws IOException {
    return Files.write(folder.resolve("model.gguf"), bytes);
  }

  /** A file with one pair and one tensor of 4 by 2 floats. */
  private static byte[] valid() {
    ByteBuffer out = ByteBuffer.allocate(1024).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(GgufFile.MAGIC).putInt(3).putLong(1).putLong(1);
    string(out, "general.architecture").putInt(8);
    string(out, "llama");
    string(out, "t").putInt(2).putLong(4).putLong(2).putInt(0).putLong(0);
    out.position((out.position() + 31) / 32 * 32);
    for (int i = 0; i < 8; i++) {
      out.putFloat(i);
    }
    return Arrays.copyOf(out.array(), out.position());
  }

  private static ByteBuffer string(ByteBuffer out, String text) {
    return out.putLong(text.length()).put(text.getBytes(StandardCharsets.US_ASCII));
  }
}
