package org.harmonykb.engine.kernel;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Threads that share the tasks of one parallel region after another. The caller takes part, so a
 * pool of one has no thread of its own. Workers spin for a moment after a region, because the next
 * one follows within microseconds while a model is computed, and park when none comes. Nobody waits
 * for a worker that has not begun: where other programs keep the processors busy, the caller does
 * the work of a worker that is not running. One region at a time; {@link #run} is called by one
 * thread.
 */
public final class WorkerPool implements AutoCloseable {

  /** Called with each task number once, by any of the threads. */
  @FunctionalInterface
  public interface Task {
    /**
     * @param task number of the task
     * @param worker number of the thread, below {@link WorkerPool#threads}
     */
    void run(int task, int worker);
  }

  private static final long SPIN_NANOS = 50_000;

  private final int threads;
  private final Thread[] workers;
  private volatile @Nullable Region region;
  private volatile boolean closed;

  /**
   * @param threads threads in all, the caller included; 0 means one per processor of the process
   */
  public WorkerPool(int threads) {
    this.threads = threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
    this.workers = new Thread[this.threads - 1];
    for (int i = 0; i < workers.length; i++) {
      int worker = i + 1;
      workers[i] =
          Thread.ofPlatform().daemon().name("engine-worker-" + worker).start(() -> work(worker));
    }
  }

  /** Threads that take part, the caller included. */
  public int threads() {
    return threads;
  }

  /** Runs tasks 0 to {@code count - 1} and returns when all are done. */
  public void run(int count, Task work) {
    if (count <= 1 || workers.length == 0) {
      for (int i = 0; i < count; i++) {
        work.run(i, 0);
      }
      return;
    }
    Region next = new Region(work, count);
    region = next;
    for (Thread worker : workers) {
      LockSupport.unpark(worker);
    }
    next.takeTasks(0);
    next.awaitDone();
    Throwable failed = next.failure;
    if (failed != null) {
      throw new IllegalStateException("a worker failed: " + failed, failed);
    }
  }

  @Override
  public void close() {
    closed = true;
    for (Thread worker : workers) {
      LockSupport.unpark(worker);
    }
  }

  private void work(int worker) {
    Region seen = null;
    while (true) {
      long spinUntil = System.nanoTime() + SPIN_NANOS;
      Region next = region;
      while (next == seen && !closed) {
        if (System.nanoTime() < spinUntil) {
          Thread.onSpinWait();
        } else {
          LockSupport.park(this);
        }
        next = region;
      }
      if (next == null || closed) {
        return;
      }
      next.takeTasks(worker);
      seen = next;
    }
  }

  /** The tasks of one call of {@link #run}; a worker that comes late finds none left. */
  private static final class Region {

    private final Task work;
    private final int count;
    private final Thread caller = Thread.currentThread();
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger done = new AtomicInteger();
    private volatile boolean callerParks;
    private volatile @Nullable Throwable failure;

    Region(Task work, int count) {
      this.work = work;
      this.count = count;
    }

    /** Takes tasks until none is left. After a failure the rest is taken, but not run. */
    void takeTasks(int worker) {
      int taken = 0;
      for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
        taken++;
        if (failure == null) {
          try {
            work.run(i, worker);
          } catch (Throwable e) {
            failure = e;
          }
        }
      }
      if (taken > 0 && done.addAndGet(taken) == count && callerParks) {
        LockSupport.unpark(caller);
      }
    }

    /** Waits for the tasks that workers have begun. */
    void awaitDone() {
      long spinUntil = System.nanoTime() + SPIN_NANOS;
      while (done.get() < count) {
        if (System.nanoTime() < spinUntil) {
          Thread.onSpinWait();
        } else {
          callerParks = true;
          if (done.get() < count) {
            LockSupport.park(this);
          }
        }
      }
    }
  }
}
