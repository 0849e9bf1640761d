package org.harmonykb.engine.kernel;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Threads that share the tasks of one parallel region after another. The caller takes part, so a
 * pool of one has no thread of its own. Workers spin for a moment after a region, because the next
 * one follows within microseconds while a model is computed, and park when none comes. One region
 * at a time; {@link #run} is called by one thread.
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
  private final AtomicInteger next = new AtomicInteger();
  private final AtomicInteger active = new AtomicInteger();
  private volatile int region;
  private volatile boolean closed;
  private volatile @Nullable Throwable failure;
  private @Nullable Task task;
  private int tasks;

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
    if (count == 1 || workers.length == 0) {
      for (int i = 0; i < count; i++) {
        work.run(i, 0);
      }
      return;
    }
    task = work;
    tasks = count;
    failure = null;
    next.set(0);
    active.set(workers.length);
    region++; // the volatile write publishes the fields above; only this thread writes it
    for (Thread worker : workers) {
      LockSupport.unpark(worker);
    }
    takeTasks(work, count, 0);
    while (active.get() > 0) {
      Thread.onSpinWait();
    }
    Throwable failed = failure;
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
    int seen = 0;
    while (!closed) {
      long spinUntil = System.nanoTime() + SPIN_NANOS;
      while (region == seen && !closed) {
        if (System.nanoTime() < spinUntil) {
          Thread.onSpinWait();
        } else {
          LockSupport.park(this);
        }
      }
      if (closed) {
        return;
      }
      seen = region;
      Task work = task;
      if (work != null) {
        takeTasks(work, tasks, worker);
      }
      active.decrementAndGet();
    }
  }

  private void takeTasks(Task work, int count, int worker) {
    try {
      for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
        work.run(i, worker);
      }
    } catch (Throwable e) {
      next.set(count);
      failure = e;
    }
  }
}
