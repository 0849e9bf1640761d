package org.harmonykb.backup;

/** A backup cannot be made, or is damaged, or does not fit. Nothing was changed. */
public final class BackupException extends RuntimeException {

  BackupException(String message) {
    super(message);
  }

  BackupException(String message, Throwable cause) {
    super(message, cause);
  }
}
