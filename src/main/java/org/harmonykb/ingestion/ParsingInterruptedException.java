package org.harmonykb.ingestion;

/** The service stops while it reads a file; the file is read again after the next start. */
final class ParsingInterruptedException extends RuntimeException {

  ParsingInterruptedException(String filename) {
    super("The service stopped while reading " + filename);
  }
}
