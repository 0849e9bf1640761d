package org.harmonykb.connection;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * A comment line on a stream of server-sent events every now and then. The only way to notice that
 * a reader is gone is to write to him, and while a prompt waits or is read there is nothing else to
 * write. Proxies are kept from closing a silent connection as well.
 */
public final class EventStreams {

  private static final long INTERVAL_MS = 500;

  private EventStreams() {}

  /** Something that is made while its reader is watched. */
  public interface Work {
    void run();
  }

  /** Runs the work and cancels it when a comment cannot be written. */
  public static void watched(SseEmitter emitter, Cancellation cancellation, Work work) {
    emitter.onError(e -> cancellation.cancel());
    CountDownLatch done = new CountDownLatch(1);
    Thread.ofVirtual().name("heartbeat").start(() -> beat(emitter, cancellation, done));
    try {
      work.run();
    } finally {
      done.countDown();
    }
  }

  /** Ends a stream that failed; one that the container has ended already stays as it is. */
  public static void end(SseEmitter emitter, RuntimeException reason) {
    try {
      emitter.completeWithError(reason);
    } catch (IllegalStateException ended) {
      reason.addSuppressed(ended);
    }
  }

  private static void beat(SseEmitter emitter, Cancellation cancellation, CountDownLatch done) {
    try {
      while (!done.await(INTERVAL_MS, TimeUnit.MILLISECONDS)) {
        emitter.send(SseEmitter.event().comment(""));
      }
    } catch (IOException | IllegalStateException gone) {
      cancellation.cancel();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
