package org.harmonykb.connection;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * The answers that somebody waits for. When the service stops they may go on for a while ({@code
 * kb.shutdown.grace}); then they are cancelled and their readers are told why, while the web server
 * still waits for them. Thread-safe.
 */
@Component
public final class OpenAnswers implements SmartLifecycle {

  private static final long STEP_MS = 20;

  private final Duration grace;
  private final Set<Cancellation> open = ConcurrentHashMap.newKeySet();
  private volatile boolean running;
  private volatile boolean isOver;

  OpenAnswers(@Value("${kb.shutdown.grace:10s}") Duration grace) {
    this.grace = grace;
  }

  /** Somebody waits until this is closed. */
  public record Open(Cancellation cancellation, OpenAnswers answers) implements AutoCloseable {
    @Override
    public void close() {
      answers.open.remove(cancellation);
    }
  }

  /** An answer begins. */
  public Open begin() {
    Cancellation cancellation = new Cancellation();
    open.add(cancellation);
    if (isOver) {
      cancellation.shutDown();
    }
    return new Open(cancellation, this);
  }

  @Override
  public void start() {
    running = true;
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  /** The web server's own phase: it takes no new requests and waits for those that are open. */
  @Override
  public int getPhase() {
    return WebServerApplicationContext.GRACEFUL_SHUTDOWN_PHASE;
  }

  @Override
  public void stop() {
    running = false;
    isOver = true;
    open.forEach(Cancellation::shutDown);
  }

  @Override
  public void stop(Runnable whenDone) {
    Thread.ofVirtual()
        .name("shutdown")
        .start(
            () -> {
              awaitEnd();
              stop();
              whenDone.run();
            });
  }

  private void awaitEnd() {
    long deadline = System.nanoTime() + grace.toNanos();
    try {
      while (!open.isEmpty() && System.nanoTime() < deadline) {
        Thread.sleep(STEP_MS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
