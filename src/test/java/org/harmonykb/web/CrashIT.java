package org.harmonykb.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A few kills, twice as many in CI; {@code scripts/crash-test 50} does many. */
class CrashIT {

  private static final int KILLS =
      Integer.getInteger("kb.crash.kills", "true".equals(System.getenv("CI")) ? 4 : 2);

  @Test
  void nothingIsLostAndNothingComesBackAfterKills(@TempDir Path data) throws Exception {
    CrashRun run = new CrashRun(data, 20261124);
    run.run(KILLS);
    assertThat(run.counts()).containsKeys("uploads answered", "documents found");
    System.out.println("crash test: " + run.counts());
  }
}
