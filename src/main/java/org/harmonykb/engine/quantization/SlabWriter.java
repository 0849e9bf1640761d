package org.harmonykb.engine.quantization;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.harmonykb.engine.EngineException;
import org.harmonykb.engine.format.GgufWriter;
import org.harmonykb.engine.kernel.WorkerPool;

/**
 * Fills the tensors of a file in slabs of rows, one tensor after another, each by all threads. A
 * slab is made in a buffer of its thread and written to its place from there. Owned by one thread.
 */
final class SlabWriter implements AutoCloseable {

  /** Bytes of a slab, unless a single row is longer: few calls, and still in the cache. */
  private static final long SLAB_BYTES = 1 << 20;

  /** Told by the owning thread how many bytes of how many are written. */
  interface Progress {
    void report(long done, long total);
  }

  /** Makes the rows from {@code from} to {@code to} in a buffer that holds just these. */
  interface Filler {
    void fill(long from, long to, MemorySegment out);
  }

  private final GgufWriter writer;
  private final WorkerPool pool;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment[] buffers;
  private final AtomicLong done = new AtomicLong();
  private long total;
  private Progress progress = (_, _) -> {};

  SlabWriter(GgufWriter writer, int threads) {
    this.writer = writer;
    this.pool = new WorkerPool(threads);
    this.buffers = new MemorySegment[pool.threads()];
    for (int i = 0; i < buffers.length; i++) {
      buffers[i] = arena.allocate(SLAB_BYTES);
    }
  }

  /** Says how much there will be in all, and to whom to report it. */
  void expect(long bytes, Progress listener) {
    total = bytes;
    progress = listener;
  }

  /**
   * Writes a whole tensor.
   *
   * @param rowBytes bytes of a row as it is written
   */
  void write(int tensor, long rows, long rowBytes, Filler filler) throws IOException {
    long slabRows = Math.max(1, SLAB_BYTES / rowBytes);
    int slabs = Math.toIntExact((rows + slabRows - 1) / slabRows);
    try {
      pool.run(
          slabs,
          (slab, worker) -> {
            long from = slab * slabRows;
            long to = Math.min(rows, from + slabRows);
            MemorySegment out = buffer(worker, (to - from) * rowBytes);
            filler.fill(from, to, out);
            send(tensor, from * rowBytes, out.asByteBuffer());
            long now = done.addAndGet(out.byteSize());
            if (worker == 0) {
              progress.report(now, total);
            }
          });
    } catch (IllegalStateException | UncheckedIOException e) {
      throw rethrown(e);
    }
  }

  private MemorySegment buffer(int worker, long bytes) {
    if (buffers[worker].byteSize() < bytes) {
      buffers[worker] = arena.allocate(bytes);
    }
    return buffers[worker].asSlice(0, bytes);
  }

  private void send(int tensor, long offset, ByteBuffer bytes) {
    try {
      writer.write(tensor, offset, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The pool wraps what a worker threw. */
  private static IOException rethrown(RuntimeException failure) {
    Throwable cause = failure;
    while (cause != null) {
      switch (cause) {
        case UncheckedIOException e -> {
          return Objects.requireNonNull(e.getCause());
        }
        case EngineException e -> throw e;
        default -> cause = cause.getCause();
      }
    }
    throw failure;
  }

  @Override
  public void close() {
    pool.close();
    arena.close();
  }
}
