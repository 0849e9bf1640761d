package org.harmonykb.engine.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Where Jazzer enters. {@code KB_FUZZ_FORMAT} names the format; an empty input stands for a seed.
 * See docs/fuzzing.md.
 */
public final class JazzerTarget {

  private static final FuzzTarget TARGET =
      FuzzTarget.valueOf(
          System.getenv().getOrDefault("KB_FUZZ_FORMAT", "gguf").toUpperCase(Locale.ROOT));

  private static final Path FOLDER = folder();

  private JazzerTarget() {}

  public static void fuzzerTestOneInput(byte[] input) {
    TARGET.accepts(input.length == 0 ? TARGET.seeds().getFirst() : input, FOLDER);
  }

  /** Writes the seeds of the format into a folder: {@code JazzerTarget FOLDER}. */
  public static void main(String[] arguments) throws IOException {
    Path corpus = Files.createDirectories(Path.of(arguments[0]));
    for (int i = 0; i < TARGET.seeds().size(); i++) {
      Files.write(corpus.resolve("seed-" + i), TARGET.seeds().get(i));
    }
  }

  private static Path folder() {
    try {
      return Files.createTempDirectory("kb-fuzz");
    } catch (IOException e) {
      throw new ExceptionInInitializerError(e);
    }
  }
}
