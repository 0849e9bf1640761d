package org.harmonykb.documents;

/** A revision that still answers cannot be purged. */
public final class RevisionInUseException extends RuntimeException {

  RevisionInUseException(int revision) {
    super("Revision " + revision + " still answers questions; delete the document to remove it");
  }
}
