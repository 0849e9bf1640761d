package org.harmonykb.documents;

import java.util.UUID;

/** A document has no such revision, or not any more. */
public final class UnknownRevisionException extends RuntimeException {

  public UnknownRevisionException(UUID id, int revision) {
    super("Document %s has no revision %d, or it was purged".formatted(id, revision));
  }
}
