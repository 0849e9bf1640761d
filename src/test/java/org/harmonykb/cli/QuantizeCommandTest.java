package org.harmonykb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.harmonykb.Fixtures;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Exit codes of the commands that make model files. */
class QuantizeCommandTest {

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  @Test
  void wrongUsageIsTwoFailureIsOneAndDoneIsZero() throws IOException {
    String in = Fixtures.shared("fixtures/engine/tiny-gpt-oss-F16.gguf").toString();
    String out = folder.resolve("out.gguf").toString();
    assertThat(run("quantize", in, out, "--type", "q9_9")).isEqualTo(2);
    assertThat(run("quantize", in, out, "--type", "q8_0", "--output", "q3")).isEqualTo(2);
    assertThat(run("quantize", in, out)).isEqualTo(2);
    assertThat(run("synth", "--shape", "huge", "--out", out)).isEqualTo(2);
    assertThat(run("quantize", in + ".none", out, "--type", "q8_0")).isEqualTo(1);
    assertThat(run("quantize", in, folder + "/none/out.gguf", "--type", "q8_0")).isEqualTo(1);
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).isEmpty();
    }
    assertThat(run("quantize", in, out, "--type", "q8_0", "--json")).isZero();
    assertThat(folder).isDirectoryContaining("glob:**/out.gguf");
  }

  private static int run(String... args) {
    return KbCommand.execute(
        Stream.concat(Stream.of("engine"), Stream.of(args)).toArray(String[]::new),
        _ -> {
          throw new IllegalStateException("no command here starts the service");
        });
  }
}
