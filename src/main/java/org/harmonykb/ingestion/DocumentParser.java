package org.harmonykb.ingestion;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.harmonykb.jobs.JobInterruptedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/**
 * Turns files into headings, paragraphs and tables. Each file is read by another process, within
 * limits of time and memory: a poisonous file ends that process and nothing else. One process reads
 * one file after the other and is kept while there is work. Thread-safe; files wait for each other.
 */
@Component
class DocumentParser implements DisposableBean {

  private static final Logger LOG = LoggerFactory.getLogger(DocumentParser.class);

  private final ParseProperties properties;
  private final ReentrantLock lock = new ReentrantLock();
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("parse-timer").factory());
  private volatile boolean closed;
  private volatile @Nullable WorkerProcess worker; // written under the lock
  private int filesRead; // by the current worker; guarded by lock
  private @Nullable ScheduledFuture<?> retirement; // guarded by lock

  DocumentParser(ParseProperties properties) {
    this.properties = properties;
  }

  /**
   * @param mediaType what the file looks like from outside
   * @throws UnreadableDocumentException if the file is damaged, encrypted or over a limit
   * @throws JobInterruptedException if the service stops meanwhile
   * @throws ParsingFailedException if no process can be started
   */
  ParsedDocument parse(String filename, String mediaType, Path file) {
    ParseMessages.Request request =
        new ParseMessages.Request(filename, mediaType, file.toAbsolutePath().toString());
    ParseMessages.Reply reply;
    lock.lock();
    try {
      if (closed) {
        throw new JobInterruptedException("reading");
      }
      if (retirement != null) {
        retirement.cancel(false);
      }
      reply = ask(request);
      filesRead++;
      retirement = schedule(this::retire, properties.idle());
    } finally {
      lock.unlock();
    }
    if (reply.document() == null) {
      throw new UnreadableDocumentException(String.valueOf(reply.refused()));
    }
    return reply.document();
  }

  /** A process that read other files before gets a second, fresh one. */
  private ParseMessages.Reply ask(ParseMessages.Request request) {
    while (true) {
      WorkerProcess current = worker();
      boolean isFresh = filesRead == 0;
      AtomicBoolean late = new AtomicBoolean();
      ScheduledFuture<?> timeout =
          schedule(
              () -> {
                late.set(true);
                current.kill();
              },
              properties.timeout());
      try {
        return current.ask(request);
      } catch (IOException | RuntimeException e) {
        if (closed) {
          throw new JobInterruptedException("reading " + request.filename());
        }
        int exitCode = end(current);
        if (late.get()) {
          throw new UnreadableDocumentException(
              "%s took longer than %d seconds to read"
                  .formatted(request.filename(), properties.timeout().toSeconds()),
              e);
        }
        LOG.warn(
            "The reading process ended with {} at {}: {}",
            exitCode,
            request.filename(),
            current.complaint());
        if (isFresh) {
          throw new UnreadableDocumentException(reason(request.filename(), exitCode), e);
        }
      } finally {
        timeout.cancel(false);
      }
    }
  }

  private String reason(String filename, int exitCode) {
    return switch (exitCode) {
      case ParseWorker.OUT_OF_MEMORY ->
          "%s needs more than %d MB of memory to read".formatted(filename, properties.memoryMb());
      case ParseWorker.OUT_OF_DISK -> filename + " unpacks to far more than its size";
      default -> "%s is damaged: its reader crashed (exit code %d)".formatted(filename, exitCode);
    };
  }

  private WorkerProcess worker() {
    WorkerProcess current = worker;
    if (current != null && current.isAlive()) {
      return current;
    }
    if (closed) {
      throw new JobInterruptedException("reading");
    }
    try {
      if (current != null) {
        current.kill();
      }
      WorkerProcess started = new WorkerProcess(properties.memoryMb());
      worker = started;
      filesRead = 0;
      return started;
    } catch (IOException e) {
      throw new ParsingFailedException(e);
    }
  }

  /** Gives a process that did not answer up, and tells how it ended. */
  private int end(WorkerProcess dying) {
    // A JVM without memory says so on standard output before it ends, which breaks the answer; one
    // that lives on after a broken answer is killed after a moment.
    int exitCode = dying.awaitEnd();
    dying.kill(); // removes its files
    worker = null;
    return exitCode;
  }

  private ScheduledFuture<?> schedule(Runnable task, Duration delay) {
    try {
      return timer.schedule(task, delay.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      throw new JobInterruptedException("reading"); // closed in this moment
    }
  }

  private void retire() {
    if (lock.tryLock()) {
      try {
        WorkerProcess current = worker;
        if (current != null) {
          current.kill();
          worker = null;
        }
      } finally {
        lock.unlock();
      }
    }
  }

  /** The process that waits or works now, for tests. */
  @Nullable WorkerProcess current() {
    return worker;
  }

  /** Before the scheduler stops: it interrupts jobs that do not end by themselves. */
  @EventListener(ContextClosedEvent.class)
  void onClose() {
    destroy();
  }

  @Override
  public void destroy() {
    closed = true;
    WorkerProcess current = worker;
    if (current != null) {
      current.kill();
    }
    timer.shutdownNow();
  }
}
