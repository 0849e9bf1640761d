package org.harmonykb.jobs;

/** The service stops in the middle of a job; the job runs again after the next start. */
public final class JobInterruptedException extends RuntimeException {

  public JobInterruptedException(String what) {
    super("The service stopped during " + what);
  }
}
