package org.harmonykb.engine.paging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.harmonykb.Fixtures;
import org.harmonykb.engine.format.ModelFile;
import org.junit.jupiter.api.Test;

/** What the kernel says is locked of this process. */
class PageLockTest {

  private static final Path STATUS = Path.of("/proc/self/status");

  @Test
  void mappedWeightsAreLockedAsLongAsTheyAreMapped() throws IOException {
    assumeTrue(Files.exists(STATUS), "needs Linux");
    Path model = Fixtures.shared("fixtures/engine/tiny-gpt-oss-MXFP4_MOE.gguf");
    long before = lockedKilobytes();
    try (ModelFile file = ModelFile.open(model)) {
      assumeTrue(PageLock.lock(file), "this process may lock no memory");
      // Pages are locked when they are read; the range counts at once.
      assertThat(lockedKilobytes() - before).isGreaterThan(file.size() / 1024 / 2);
    }
    assertThat(lockedKilobytes()).isEqualTo(before);
  }

  private static long lockedKilobytes() throws IOException {
    return Files.readAllLines(STATUS).stream()
        .filter(line -> line.startsWith("VmLck:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElse(0);
  }
}
