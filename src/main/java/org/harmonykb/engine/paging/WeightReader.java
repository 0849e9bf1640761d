package org.harmonykb.engine.paging;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.harmonykb.engine.format.FileRegion;
import org.jspecify.annotations.Nullable;

/**
 * Some threads that read weights, the urgent first and then in the order of asking; a disk is
 * fastest with several reads under way. Thread-safe.
 */
final class WeightReader implements AutoCloseable {

  private static final int THREADS = 4;

  /**
   * One piece to read.
   *
   * @param isUrgent false for what may be needed later
   * @param isWanted asked just before reading
   * @param done gets null, or why it could not be read; called on a reader's thread, unless it was
   *     not wanted any more
   */
  record Task(
      FileRegion region,
      MemorySegment room,
      boolean isUrgent,
      BooleanSupplier isWanted,
      Consumer<@Nullable IOException> done) {}

  private record Queued(Task task, long number) implements Comparable<Queued> {
    @Override
    public int compareTo(Queued other) {
      int byUrgency = Boolean.compare(other.task.isUrgent, task.isUrgent);
      return byUrgency != 0 ? byUrgency : Long.compare(number, other.number);
    }
  }

  private final Map<Path, WeightFile> files = new HashMap<>(); // read-only after construction
  private final PriorityBlockingQueue<Queued> queue = new PriorityBlockingQueue<>();
  private final AtomicLong numbers = new AtomicLong();
  private final AtomicLong bytesRead = new AtomicLong();
  private final Thread[] threads = new Thread[THREADS];
  private volatile boolean closed;

  /**
   * @param paths all files that will be read
   */
  WeightReader(Iterable<Path> paths) {
    try {
      for (Path path : paths) {
        if (!files.containsKey(path)) {
          files.put(path, WeightFile.open(path));
        }
      }
    } catch (IOException e) {
      closeFiles();
      throw new UncheckedIOException(e);
    }
    for (int i = 0; i < THREADS; i++) {
      threads[i] = Thread.ofPlatform().daemon().name("engine-reader-" + (i + 1)).start(this::work);
    }
  }

  /** Room that a piece needs, so that whole blocks can be read around it wherever it begins. */
  static long roomFor(long length) {
    long block = WeightFile.BLOCK;
    return (length + block - 1) / block * block + 2 * block;
  }

  boolean isDirect() {
    return files.values().stream().allMatch(WeightFile::isDirect);
  }

  /** Where in its room a piece will lie. */
  static MemorySegment place(FileRegion region, MemorySegment room) {
    return room.asSlice(WeightFile.before(region.offset()), region.length());
  }

  private WeightFile file(FileRegion region) {
    WeightFile file = files.get(region.file());
    if (file == null) {
      throw new IllegalArgumentException(region.file() + " was not opened");
    }
    return file;
  }

  void submit(Task task) {
    queue.add(new Queued(task, numbers.getAndIncrement()));
  }

  long bytesRead() {
    return bytesRead.get();
  }

  private void work() {
    while (!closed) {
      Task task;
      try {
        task = queue.take().task;
      } catch (InterruptedException e) {
        continue; // to close
      }
      if (closed || !task.isWanted.getAsBoolean()) {
        continue;
      }
      IOException failure = null;
      try {
        file(task.region).read(task.region.offset(), task.region.length(), task.room);
        bytesRead.addAndGet(task.region.length());
      } catch (IOException e) {
        failure = e;
      } catch (RuntimeException e) {
        failure = new IOException(e);
      }
      task.done.accept(failure);
    }
  }

  /** Waits for reads under way, so that nothing is written into memory afterwards. */
  @Override
  public void close() {
    closed = true;
    for (int i = 0; i < THREADS; i++) {
      submit(
          new Task(
              new FileRegion(Path.of(""), 0, 0), MemorySegment.NULL, true, () -> false, _ -> {}));
    }
    boolean isInterrupted = false;
    for (Thread thread : threads) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          isInterrupted = true;
        }
      }
    }
    if (isInterrupted) {
      Thread.currentThread().interrupt();
    }
    closeFiles();
  }

  private void closeFiles() {
    for (WeightFile file : files.values()) {
      try {
        file.close();
      } catch (IOException e) {
        System.getLogger(WeightReader.class.getName())
            .log(System.Logger.Level.DEBUG, "A file was not closed well", e);
      }
    }
  }
}
