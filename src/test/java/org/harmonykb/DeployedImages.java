package org.harmonykb;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The container images of the scaled overlay, so that tests run what is deployed. */
public final class DeployedImages {

  private static final Pattern IMAGE = Pattern.compile("image: (\\S+)");

  private DeployedImages() {}

  /**
   * @param component a file of the overlay
   */
  public static String of(String component) {
    Path manifest = Path.of("k8s/overlays/scaled", component + ".yaml");
    try {
      Matcher found = IMAGE.matcher(Files.readString(manifest));
      if (!found.find()) {
        throw new IllegalStateException("no image in " + manifest);
      }
      return found.group(1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
