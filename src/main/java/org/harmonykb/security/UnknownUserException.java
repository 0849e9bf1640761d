package org.harmonykb.security;

/** There is no user of this name, or no API key of this id. */
public final class UnknownUserException extends RuntimeException {

  UnknownUserException(String what) {
    super("There is no " + what);
  }
}
