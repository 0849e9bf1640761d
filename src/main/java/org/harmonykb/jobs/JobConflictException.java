package org.harmonykb.jobs;

/** What was asked does not fit the state of a job. */
public final class JobConflictException extends RuntimeException {

  public JobConflictException(String message) {
    super(message);
  }
}
