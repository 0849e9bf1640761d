package org.harmonykb.answering;

import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/**
 * Lets as many answers compute as there are processors; the others wait in the order they came.
 * Virtual threads do not share a processor by time: with a hundred searches ready to run, a thread
 * that waited for the disk in the middle of a commit came last each time, for seconds, and everyone
 * waited for the lock it held. Safe for use by several threads; work must not take a turn itself,
 * nor wait for a client or for the engine.
 */
final class ProcessorTurns {

  private final Semaphore turns;

  ProcessorTurns(int processors) {
    turns = new Semaphore(processors, true);
  }

  /** Waits for a turn, for as long as it takes. */
  <T> T take(Supplier<T> work) {
    turns.acquireUninterruptibly();
    try {
      return work.get();
    } finally {
      turns.release();
    }
  }
}
