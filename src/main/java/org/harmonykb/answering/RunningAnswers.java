package org.harmonykb.answering;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.harmonykb.documents.RemovalListener;
import org.harmonykb.documents.RemovedDocument;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;

/**
 * The answers and searches that are being made. When a document is removed, those that were begun
 * with it are stopped, and the removal waits until they are over: so nothing of it is said or
 * stored afterwards. Thread-safe.
 */
@Component
@Order(RemovalListener.RUNNING_ANSWERS)
class RunningAnswers implements RemovalListener {

  private static final Logger LOG = LoggerFactory.getLogger(RunningAnswers.class);

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Set<Run> runs = ConcurrentHashMap.newKeySet();

  /**
   * Begins an answer.
   *
   * @param history documents of earlier turns, which its prompt repeats
   * @param listener is told all that the run is told
   */
  Run begin(Set<UUID> history, AnswerListener listener) {
    Run run = new Run(history, listener);
    runs.add(run);
    return run;
  }

  @Override
  public void removed(RemovedDocument document) {
    for (Run run : Set.copyOf(runs)) {
      run.leaveOut(document.id());
    }
  }

  /** One answer: a listener that learns the documents and stops where one of them is removed. */
  final class Run implements AnswerListener, AutoCloseable {

    private final AnswerListener listener;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Set<UUID> documents = new HashSet<>(); // guarded by lock
    private boolean isSearching = true; // guarded by lock
    private boolean isOver; // guarded by lock
    private boolean isSpoilt; // guarded by lock
    private @Nullable Runnable stop; // guarded by lock

    private Run(Set<UUID> history, AnswerListener listener) {
      this.listener = listener;
      documents.addAll(history);
    }

    /** The documents that the answer was made from. */
    Set<UUID> documents() {
      lock.lock();
      try {
        return Set.copyOf(documents);
      } finally {
        lock.unlock();
      }
    }

    /**
     * @throws DocumentRemovedException if a document that the answer uses was removed
     */
    void check() {
      lock.lock();
      try {
        if (isSpoilt) {
          throw new DocumentRemovedException();
        }
      } finally {
        lock.unlock();
      }
    }

    private void leaveOut(UUID document) {
      lock.lock();
      try {
        long left = PATIENCE.toNanos();
        while (isSearching && !isOver && left > 0) {
          left = changed.awaitNanos(left);
        }
        if (isOver || !isSearching && !documents.contains(document)) {
          return;
        }
        isSpoilt = true;
        if (stop != null) {
          stop.run();
        }
        while (!isOver && left > 0) {
          left = changed.awaitNanos(left);
        }
        if (!isOver) {
          LOG.warn("An answer with the removed document {} does not end", document);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while a document was removed", e);
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void sources(List<Answer.Citation> sources) {
      lock.lock();
      try {
        sources.forEach(source -> documents.add(source.documentId()));
        isSearching = false;
        changed.signalAll();
      } finally {
        lock.unlock();
      }
      check();
      listener.sources(sources);
    }

    @Override
    public void began(Runnable stopAnswer) {
      lock.lock();
      try {
        stop = stopAnswer;
      } finally {
        lock.unlock();
      }
      check();
      listener.began(stopAnswer);
    }

    @Override
    public void progress(int queued, int done, int total) {
      check();
      listener.progress(queued, done, total);
    }

    @Override
    public void token(String text) {
      check();
      listener.token(text);
    }

    @Override
    public void reasoning(String text) {
      check();
      listener.reasoning(text);
    }

    @Override
    public void citation(int n, String sentence) {
      check();
      listener.citation(n, sentence);
    }

    @Override
    public void heartbeat() {
      check();
      listener.heartbeat();
    }

    /** The answer is stored, or given up. */
    @Override
    public void close() {
      runs.remove(this);
      lock.lock();
      try {
        isOver = true;
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }
}
