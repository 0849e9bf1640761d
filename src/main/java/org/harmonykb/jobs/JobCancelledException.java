package org.harmonykb.jobs;

/** Somebody asked a job to stop, and it did at a safe place. */
public final class JobCancelledException extends RuntimeException {

  public JobCancelledException() {
    super("cancelled");
  }
}
