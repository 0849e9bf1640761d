package org.harmonykb.ingestion;

import org.jspecify.annotations.Nullable;

/** A file that holds nothing to be found: damaged, encrypted, over a limit. */
public final class UnreadableDocumentException extends RuntimeException {

  UnreadableDocumentException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  UnreadableDocumentException(String message) {
    super(message);
  }

  static UnreadableDocumentException encrypted(String filename, @Nullable Throwable cause) {
    return new UnreadableDocumentException(
        filename + " is encrypted; remove the password and send it again", cause);
  }

  static UnreadableDocumentException damaged(String filename, Throwable cause) {
    Throwable root = cause;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return new UnreadableDocumentException(
        "%s is damaged or not what its name says (%s)"
            .formatted(filename, root.getClass().getSimpleName()),
        cause);
  }

  static UnreadableDocumentException tooLong(int characters) {
    return new UnreadableDocumentException(
        "The document has more than " + characters + " characters of text");
  }
}
