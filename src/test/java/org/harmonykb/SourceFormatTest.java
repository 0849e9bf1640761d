package org.harmonykb;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.ImportOrderer;
import com.google.googlejavaformat.java.JavaFormatterOptions.Style;
import com.google.googlejavaformat.java.RemoveUnusedImports;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Every source file is as google-java-format writes it. To rewrite them: {@code ./mvnw test
 * -Dtest=SourceFormatTest -Dkb.format=write}. A test rather than a plugin, because plugins run in
 * Maven's JVM, which may be older than the sources' language level.
 */
class SourceFormatTest {

  private static final boolean WRITE = "write".equals(System.getProperty("kb.format"));

  @Test
  void sourcesAreFormatted() throws Exception {
    List<Path> unformatted = new ArrayList<>();
    for (Path file : sources()) {
      String source = Files.readString(file);
      String formatted =
          new Formatter()
              .formatSource(
                  ImportOrderer.reorderImports(
                      RemoveUnusedImports.removeUnusedImports(source), Style.GOOGLE));
      if (!formatted.equals(source)) {
        unformatted.add(file);
        if (WRITE) {
          Files.writeString(file, formatted);
        }
      }
    }
    if (!WRITE) {
      assertThat(unformatted)
          .as("files that ./mvnw test -Dtest=SourceFormatTest -Dkb.format=write would change")
          .isEmpty();
    }
  }

  private static List<Path> sources() throws Exception {
    try (Stream<Path> files = Files.walk(Path.of("src"))) {
      return files.filter(file -> file.toString().endsWith(".java")).sorted().toList();
    }
  }
}
