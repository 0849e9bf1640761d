package org.harmonykb.documents;

import java.util.UUID;

/** There is no document with this id. */
public final class UnknownDocumentException extends RuntimeException {

  public UnknownDocumentException(UUID id) {
    super("There is no document " + id);
  }
}
