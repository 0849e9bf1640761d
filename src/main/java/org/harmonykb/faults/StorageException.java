package org.harmonykb.faults;

import org.jspecify.annotations.Nullable;

/** The object storage that holds the files of documents is away, or refuses. */
public class StorageException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public StorageException(String message) {
    super(message);
  }

  public StorageException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
