package org.harmonykb;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.nio.file.Files;
import java.nio.file.Path;

/** Material that lies beside the checkout or is fetched: a laptop may lack it, CI may not. */
public final class Fixtures {

  private Fixtures() {}

  /** A file or folder under {@code ../shared}. */
  public static Path shared(String path) {
    return require(
        Path.of("../shared").resolve(path), "the shared fixtures are not beside the checkout");
  }

  /** The default model. */
  public static Path smolLm2() {
    return require(
        Path.of("models/SmolLM2-135M-Instruct.Q4_1.gguf"), "run scripts/fetch-model to fetch it");
  }

  private static Path require(Path path, String hint) {
    if (!Files.exists(path)) {
      String message = path + " is missing: " + hint;
      if ("true".equals(System.getenv("CI"))) {
        fail(message);
      }
      abort(message);
    }
    return path;
  }
}
