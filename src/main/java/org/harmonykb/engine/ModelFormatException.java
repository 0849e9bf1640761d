package org.harmonykb.engine;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A model file that cannot be used: damaged, of an unknown kind, or lying about itself. */
public final class ModelFormatException extends EngineException {

  private static final int MAX_LENGTH = 500;

  private final Path file;
  private final @Nullable String tensor;

  public ModelFormatException(Path file, @Nullable String tensor, String reason) {
    super(
        file
            + ": "
            + readable(tensor == null ? reason : "tensor " + readable(tensor) + ": " + reason));
    this.file = file;
    this.tensor = tensor;
  }

  /** Names come out of the file and may be anything; messages end up in logs and on pages. */
  private static String readable(String text) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < text.length() && out.length() < MAX_LENGTH; i++) {
      char c = text.charAt(i);
      out.append(Character.isISOControl(c) || Character.isSurrogate(c) ? '?' : c);
    }
    return text.length() > MAX_LENGTH ? out + "…" : out.toString();
  }

  public Path file() {
    return file;
  }

  /** The tensor in question, or null where it is the file as a whole. */
  public @Nullable String tensor() {
    return tensor;
  }
}
