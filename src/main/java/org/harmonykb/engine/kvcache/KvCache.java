package org.harmonykb.engine.kvcache;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.harmonykb.engine.kernel.KvLayout;

/**
 * Cached keys and values of several sequences. A request takes the idle sequence that shares the
 * longest prefix with its prompt, cut to that prefix; what the others hold stays for their own next
 * turn. Sequences computed with different variants of the model, such as adapters, never share
 * anything. Layers with a sliding window keep all positions, so that a sequence can be cut
 * anywhere.
 *
 * <p>Owned by the engine's thread; only {@link #bytes} may be read from others.
 */
public final class KvCache implements AutoCloseable {

  /** Shape of the cached values: {@code layers × headsKv × headSize}, twice per position. */
  public record Shape(int layers, int headsKv, int headSize, KvLayout layout) {
    long blockBytes() {
      return 2L * layers * headsKv * headBytes();
    }

    long headBytes() {
      return (long) headSize * KvLayout.BLOCK_TOKENS * layout.valueBytes();
    }
  }

  /** What sequences of the model as it is are computed with. */
  public static final Object PLAIN = "plain";

  private final Shape shape;
  private final int maxSequences;
  private final Arena arena = Arena.ofShared();
  private final Deque<MemorySegment> freeBlocks = new ArrayDeque<>();
  private final List<KvSequence> idle = new ArrayList<>(); // least recently used first
  private final AtomicLong bytes = new AtomicLong();

  /**
   * @param maxSequences idle sequences kept; the least recently used goes first
   */
  public KvCache(Shape shape, int maxSequences) {
    this.shape = shape;
    this.maxSequences = maxSequences;
  }

  /** Memory held, in bytes. */
  public long bytes() {
    return bytes.get();
  }

  /** {@link #acquire(int[], Object)} for the model as it is. */
  public KvSequence acquire(int[] prompt) {
    return acquire(prompt, PLAIN);
  }

  /**
   * A sequence that holds the longest known prefix of the prompt, but never all of it: the last
   * token has to be computed for its logits. It belongs to the caller until {@link #release}.
   *
   * @param variant what the sequence is computed with; only sequences of an equal one are reused
   */
  public KvSequence acquire(int[] prompt, Object variant) {
    KvSequence best = null;
    int bestLength = 0;
    for (KvSequence sequence : idle) {
      if (!sequence.variant().equals(variant)) {
        continue;
      }
      int length = Math.min(sequence.commonPrefix(prompt), prompt.length - 1);
      if (length >= bestLength && length > 0) {
        best = sequence;
        bestLength = length;
      }
    }
    if (best == null) {
      return new KvSequence(this, shape, variant);
    }
    idle.remove(best);
    if (worthKeeping(best, bestLength)) {
      KvSequence copy = best.copy(bestLength);
      idle.addLast(best);
      trim();
      return copy;
    }
    best.truncate(bestLength);
    return best;
  }

  /** Gives a sequence back; its positions stay reusable. */
  public void release(KvSequence sequence) {
    idle.addLast(sequence);
    trim();
  }

  /** Forgets all idle sequences of the variants that match. */
  public void forget(Predicate<Object> variants) {
    for (Iterator<KvSequence> sequences = idle.iterator(); sequences.hasNext(); ) {
      KvSequence sequence = sequences.next();
      if (variants.test(sequence.variant())) {
        sequences.remove();
        sequence.truncate(0);
      }
    }
  }

  @Override
  public void close() {
    idle.clear();
    freeBlocks.clear();
    arena.close();
  }

  /**
   * A sequence that only shares its beginning, such as the system prompt, with the new one belongs
   * to another conversation, which will come back: copying the beginning is far cheaper than
   * computing the rest again.
   */
  private boolean worthKeeping(KvSequence sequence, int prefix) {
    return maxSequences > 1 && sequence.length() > 2 * prefix;
  }

  private void trim() {
    while (idle.size() > maxSequences) {
      idle.removeFirst().truncate(0);
    }
  }

  MemorySegment takeBlock() {
    MemorySegment block = freeBlocks.pollLast();
    if (block == null) {
      block = arena.allocate(shape.blockBytes(), 64);
      bytes.addAndGet(shape.blockBytes());
    }
    return block;
  }

  void giveBack(MemorySegment block) {
    freeBlocks.addLast(block);
  }
}
