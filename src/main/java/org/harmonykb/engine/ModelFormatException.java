package org.harmonykb.engine;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A model file that cannot be used: damaged, of an unknown kind, or lying about itself. */
public final class ModelFormatException extends EngineException {

  private final Path file;
  private final @Nullable String tensor;

  public ModelFormatException(Path file, @Nullable String tensor, String reason) {
    super(tensor == null ? file + ": " + reason : file + ": tensor " + tensor + ": " + reason);
    this.file = file;
    this.tensor = tensor;
  }

  public Path file() {
    return file;
  }

  /** The tensor in question, or null where it is the file as a whole. */
  public @Nullable String tensor() {
    return tensor;
  }
}
