package org.harmonykb.ingestion;

/** The reading process cannot be started: not the file's fault. */
final class ParsingFailedException extends RuntimeException {

  ParsingFailedException(Throwable cause) {
    super("The process that reads files cannot be started: " + cause.getMessage(), cause);
  }
}
