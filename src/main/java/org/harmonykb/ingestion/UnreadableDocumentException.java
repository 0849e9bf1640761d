package org.harmonykb.ingestion;

/** A file that holds nothing to be found: damaged, encrypted, over a limit. */
final class UnreadableDocumentException extends RuntimeException {

  UnreadableDocumentException(String message, Throwable cause) {
    super(message, cause);
  }

  UnreadableDocumentException(String message) {
    super(message);
  }
}
