package org.harmonykb.documents;

/** A file that is not taken in; nothing has changed. */
public final class RefusedFileException extends RuntimeException {

  /** Why, as far as the sender can act on it. */
  public enum Kind {
    EMPTY,
    TOO_LARGE,
    UNSUPPORTED,
    BAD_NAME,
    BAD_DATES
  }

  private final Kind kind;

  public RefusedFileException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }
}
