package org.harmonykb.engine.scheduling;

import java.util.ArrayDeque;
import java.util.Deque;
import org.harmonykb.engine.kvcache.KvCache;
import org.harmonykb.engine.kvcache.KvSequence;
import org.harmonykb.engine.model.Batch;
import org.harmonykb.engine.model.LoraChoice;
import org.harmonykb.engine.model.Transformer;

/**
 * Reads answers that were computed from rounded activations once more as prompts are read, so that
 * a follow-up finds them in the cache as it would have computed them. Works in small slices, in
 * moments in which nobody waits. Owned by the engine's thread.
 */
final class AnswerReader {

  /** Tokens of a slice, which a new request may have to wait for. */
  private static final int SLICE = 16;

  /** Answers that wait; the oldest are left unread. */
  private static final int MAX_WAITING = 16;

  private final KvCache cache;
  private final Transformer transformer;
  private final Batch batch = new Batch();
  private final Deque<int[]> waiting = new ArrayDeque<>();

  AnswerReader(KvCache cache, Transformer transformer) {
    this.cache = cache;
    this.transformer = transformer;
  }

  /** Takes prompt and answer of a request to the model as it is. */
  void add(int[] tokens) {
    waiting.addLast(tokens);
    if (waiting.size() > MAX_WAITING) {
      waiting.removeFirst();
    }
  }

  /** Forgets all answers. */
  void clear() {
    waiting.clear();
  }

  boolean hasWork() {
    return !waiting.isEmpty();
  }

  /** Reads the next slice. */
  void readSlice() {
    int[] tokens = waiting.removeFirst();
    KvSequence sequence = cache.acquire(tokens);
    boolean isStored = false;
    try {
      batch.clear();
      int to = Math.min(tokens.length, sequence.length() + SLICE);
      while (sequence.length() < to) {
        batch.addPrompt(sequence, tokens[sequence.length()], false, LoraChoice.NONE);
      }
      transformer.forward(batch, new float[0]);
      isStored = true;
      if (to < tokens.length) {
        waiting.addFirst(tokens);
      }
    } finally {
      if (!isStored) {
        sequence.truncate(0);
      }
      cache.release(sequence);
    }
  }
}
