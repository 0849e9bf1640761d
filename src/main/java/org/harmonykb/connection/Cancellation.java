package org.harmonykb.connection;

import org.jspecify.annotations.Nullable;

/**
 * Whether somebody still waits for what is being made, and how to stop making it. Thread-safe. A
 * thread is never interrupted: an interrupt inside the database would close its file.
 */
public final class Cancellation {

  private boolean cancelled; // guarded by this
  private boolean isShutdown; // guarded by this
  private @Nullable Runnable stop; // guarded by this

  /** Tells how to stop what just began; stopped at once if it was cancelled before. */
  public void began(Runnable howToStop) {
    boolean now;
    synchronized (this) {
      stop = howToStop;
      now = cancelled;
    }
    if (now) {
      howToStop.run();
    }
  }

  public void cancel() {
    Runnable now;
    synchronized (this) {
      cancelled = true;
      now = stop;
    }
    if (now != null) {
      now.run();
    }
  }

  /** Cancels because the service stops, not because the reader is gone. */
  void shutDown() {
    synchronized (this) {
      if (cancelled) {
        return;
      }
      isShutdown = true;
    }
    cancel();
  }

  /** Whether it was cancelled because the service stops; its reader still reads then. */
  public synchronized boolean isShutdown() {
    return isShutdown;
  }

  public synchronized boolean isCancelled() {
    return cancelled;
  }

  /** Whether there is something to stop. */
  public synchronized boolean hasBegun() {
    return stop != null;
  }
}
