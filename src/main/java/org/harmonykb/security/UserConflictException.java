package org.harmonykb.security;

/** What was asked does not fit the users as they are. */
public final class UserConflictException extends RuntimeException {

  UserConflictException(String message) {
    super(message);
  }
}
