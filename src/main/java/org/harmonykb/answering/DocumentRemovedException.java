package org.harmonykb.answering;

/** A document that an answer was being made from was removed; asking again leaves it out. */
public final class DocumentRemovedException extends RuntimeException {

  DocumentRemovedException() {
    super("A document that this answer was made from was removed meanwhile; please ask again");
  }
}
