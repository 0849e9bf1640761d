package org.harmonykb.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WorkerPoolTest {

  @Test
  void runsEachTaskOnceInThousandsOfRegions() {
    try (WorkerPool pool = new WorkerPool(4)) {
      for (int region = 0; region < 5_000; region++) {
        int count = region % 17;
        AtomicIntegerArray runs = new AtomicIntegerArray(Math.max(1, count));
        pool.run(count, (task, worker) -> runs.incrementAndGet(task));
        for (int i = 0; i < count; i++) {
          assertThat(runs.get(i)).as("region %s, task %s", region, i).isOne();
        }
      }
    }
  }

  @Test
  void doesNotWaitForWorkersThatHaveNotBegun() throws InterruptedException {
    CountDownLatch release = new CountDownLatch(1);
    try (WorkerPool pool = new WorkerPool(2)) {
      // The worker is held in the second task of a region that another thread waits for.
      CountDownLatch both = new CountDownLatch(2);
      Thread holder =
          Thread.ofPlatform()
              .start(
                  () ->
                      pool.run(
                          2,
                          (task, worker) -> {
                            both.countDown();
                            await(both);
                            if (worker == 1) {
                              await(release);
                            }
                          }));
      both.await();
      // A region now finds no worker: the caller does all of it, and returns.
      AtomicInteger byCaller = new AtomicInteger();
      pool.run(
          8,
          (task, worker) -> {
            if (worker == 0) {
              byCaller.incrementAndGet();
            }
          });
      assertThat(byCaller).hasValue(8);
      release.countDown();
      assertThat(holder.join(Duration.ofSeconds(30))).isTrue();
    }
  }

  @Test
  void waitsForTasksThatTakeLong() {
    try (WorkerPool pool = new WorkerPool(2)) {
      CountDownLatch both = new CountDownLatch(2);
      AtomicInteger finished = new AtomicInteger();
      pool.run(
          2,
          (task, worker) -> {
            both.countDown();
            await(both); // so that each thread has one task
            if (worker == 1) {
              sleep(50);
            }
            finished.incrementAndGet();
          });
      assertThat(finished).hasValue(2);
    }
  }

  @Test
  void handsOnAFailureAndGoesOn() {
    try (WorkerPool pool = new WorkerPool(3)) {
      assertThatThrownBy(
              () ->
                  pool.run(
                      100,
                      (task, worker) -> {
                        if (task == 40) {
                          throw new ArithmeticException("task 40");
                        }
                      }))
          .hasMessageContaining("task 40");
      AtomicInteger sum = new AtomicInteger();
      pool.run(10, (task, worker) -> sum.addAndGet(task));
      assertThat(sum).hasValue(45);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
