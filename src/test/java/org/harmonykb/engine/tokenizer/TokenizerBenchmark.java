package org.harmonykb.engine.tokenizer;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.harmonykb.engine.format.ModelFile;

/**
 * Megabytes of text encoded per second of one core's time: {@code ./mvnw test-compile
 * exec:exec@benchmarks -Dbenchmarks.main=org.harmonykb.engine.tokenizer.TokenizerBenchmark}. By the
 * thread's processor time, so that a busy machine does not matter.
 */
public final class TokenizerBenchmark {

  private static final Path FOLDER = Path.of("../shared/fixtures/tokenizer");

  private TokenizerBenchmark() {}

  public static void main(String[] args) throws IOException {
    BpeTokenizer tokenizer;
    try (ModelFile file = ModelFile.open(FOLDER.resolve("o200k_harmony-vocab.gguf"))) {
      tokenizer = BpeTokenizer.from(file.metadata());
    }
    for (String name :
        new String[] {
          "long-gpl3-gfdl-en.txt", "long-python-argparse.txt", "long-bash-man-zh_CN.txt"
        }) {
      String text = Files.readString(FOLDER.resolve(name));
      int bytes = text.getBytes(StandardCharsets.UTF_8).length;
      double best = 0;
      for (int run = 0; run < 40; run++) {
        long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        int tokens = tokenizer.encode(text).length;
        long spent = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start;
        best = Math.max(best, tokens == 0 ? 0 : bytes / 1e6 / (spent / 1e9));
      }
      System.out.printf("%-28s %.1f MB/s%n", name, best);
    }
  }
}
