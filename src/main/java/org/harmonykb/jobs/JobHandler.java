package org.harmonykb.jobs;

/** Does the work of one kind of job. */
public interface JobHandler {

  Job.Kind kind();

  /**
   * Does the work; an exception makes the job fail with its message. May run again after a crash.
   */
  void run(Job job, Progress progress);

  /** How a running job tells where it is. */
  interface Progress {

    /**
     * Stores how far the work is.
     *
     * @throws JobCancelledException if somebody asked to stop
     */
    void report(int done, int total);
  }
}
