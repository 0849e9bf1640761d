package org.harmonykb.ingestion;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import org.springframework.stereotype.Component;

/** How many passages were embedded, and how fast over the last minute. Thread-safe. */
@Component
class EmbeddingRate {

  private static final Duration WINDOW = Duration.ofMinutes(1);
  private static final Duration STEP = Duration.ofSeconds(1);

  private record Batch(Instant at, int count) {}

  private final Clock clock;
  private long total; // guarded by this
  private final Deque<Batch> batches = new ArrayDeque<>(); // guarded by this

  EmbeddingRate(Clock clock) {
    this.clock = clock;
  }

  synchronized void count() {
    Instant now = clock.instant();
    total++;
    Batch last = batches.peekLast();
    if (last != null && last.at().isAfter(now.minus(STEP))) {
      batches.removeLast();
      batches.addLast(new Batch(last.at(), last.count() + 1));
    } else {
      batches.addLast(new Batch(now, 1));
    }
  }

  /** All since the start. */
  synchronized long total() {
    return total;
  }

  /** Passages per second; 0 while nothing is known. */
  synchronized double perSecond() {
    Instant now = clock.instant();
    while (!batches.isEmpty() && batches.getFirst().at().isBefore(now.minus(WINDOW))) {
      batches.removeFirst();
    }
    if (batches.size() < 2) {
      return 0;
    }
    double seconds = Duration.between(batches.getFirst().at(), now).toMillis() / 1000.0;
    int count = batches.stream().mapToInt(Batch::count).sum() - batches.getFirst().count();
    return seconds <= 0 ? 0 : count / seconds;
  }
}
