package org.harmonykb.jobs;

/** What a job needs is away; it runs again soon, and says meanwhile what it waits for. */
public final class JobPostponedException extends RuntimeException {

  /**
   * @param reason in words for an administrator
   */
  public JobPostponedException(String reason, Throwable cause) {
    super(reason, cause);
  }
}
