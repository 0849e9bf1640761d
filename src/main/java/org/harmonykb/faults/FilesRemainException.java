package org.harmonykb.faults;

/**
 * A document is gone, and its files wait for the storage to answer; they are deleted then, without
 * anybody asking again.
 */
public final class FilesRemainException extends StorageException {

  private static final long serialVersionUID = 1L;

  public FilesRemainException(StorageException cause) {
    super(
        "It is removed: no search, answer, conversation or download holds it any more. The object storage does not answer, so its files still lie there; they are deleted as soon as it does.",
        cause);
  }
}
