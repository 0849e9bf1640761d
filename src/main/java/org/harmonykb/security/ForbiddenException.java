package org.harmonykb.security;

/** The caller may not do this. */
public final class ForbiddenException extends RuntimeException {

  public ForbiddenException(String message) {
    super(message);
  }
}
