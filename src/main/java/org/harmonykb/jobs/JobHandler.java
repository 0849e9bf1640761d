package org.harmonykb.jobs;

import java.util.UUID;

/** Does the work of one kind of job. */
public interface JobHandler {

  Job.Kind kind();

  /**
   * Does the work; an exception makes the job fail with its message. May run again after a crash.
   */
  void run(Job job, Progress progress);

  /** Somebody cancelled the job, before it ran or while it did. */
  default void cancelled(Job job) {}

  /** How a running job tells where it is. */
  interface Progress {

    /**
     * Stores how far the work is.
     *
     * @throws JobCancelledException if somebody asked to stop
     */
    void report(int done, int total);

    /** Notes a document that went wrong while the job goes on. */
    default void error(UUID documentId, String name, String message) {}

    /** Stores what the job found out, as JSON. */
    default void result(String json) {}
  }
}
