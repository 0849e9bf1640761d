package org.harmonykb.faults;

/** There is too little room on the disk for what was sent; nothing was stored. */
public final class InsufficientDiskSpaceException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public InsufficientDiskSpaceException(String message) {
    super(message);
  }
}
