package org.harmonykb.engine.kvcache;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.harmonykb.engine.kernel.Compute;
import org.harmonykb.engine.kernel.KvLayout;

/**
 * Keys and values of one token sequence, in blocks of {@link KvLayout#BLOCK_TOKENS} positions that
 * hold all layers: {@code [layer][key|value][headKv][...]}. Owned by the engine's thread.
 */
public final class KvSequence {

  private final KvCache cache;
  private final KvCache.Shape shape;
  private final Object variant;
  private final List<MemorySegment> blocks = new ArrayList<>();
  private int[] tokens = new int[256];
  private int length;

  KvSequence(KvCache cache, KvCache.Shape shape, Object variant) {
    this.cache = cache;
    this.shape = shape;
    this.variant = variant;
  }

  /** What it is computed with. */
  Object variant() {
    return variant;
  }

  /** Positions whose keys and values are known. */
  public int length() {
    return length;
  }

  /**
   * Makes room for a token at the end; its keys and values must be stored before it is attended.
   */
  public int append(int token) {
    if (length == tokens.length) {
      tokens = Arrays.copyOf(tokens, 2 * length);
    }
    if (length == blocks.size() * KvLayout.BLOCK_TOKENS) {
      blocks.add(cache.takeBlock());
    }
    tokens[length] = token;
    return length++;
  }

  /** Forgets all positions from this one on. */
  public void truncate(int newLength) {
    length = Math.min(length, newLength);
    int needed = (length + KvLayout.BLOCK_TOKENS - 1) / KvLayout.BLOCK_TOKENS;
    while (blocks.size() > needed) {
      cache.giveBack(blocks.removeLast());
    }
  }

  int commonPrefix(int[] prompt) {
    int mismatch = Arrays.mismatch(tokens, 0, length, prompt, 0, prompt.length);
    return mismatch < 0 ? length : mismatch;
  }

  KvSequence copy(int prefix) {
    KvSequence copy = new KvSequence(cache, shape, variant);
    copy.tokens = Arrays.copyOf(tokens, Math.max(256, length));
    copy.length = prefix;
    int needed = (prefix + KvLayout.BLOCK_TOKENS - 1) / KvLayout.BLOCK_TOKENS;
    for (int b = 0; b < needed; b++) {
      MemorySegment block = cache.takeBlock();
      block.copyFrom(blocks.get(b));
      copy.blocks.add(block);
    }
    return copy;
  }

  /** Stores a token's keys and values of one layer, {@code [headsKv][headSize]} each. */
  public void store(int layer, int position, float[] keys, float[] values, int offset) {
    long base = layerAddress(layer, position / KvLayout.BLOCK_TOKENS);
    int slot = position % KvLayout.BLOCK_TOKENS;
    for (int h = 0; h < shape.headsKv(); h++) {
      int at = offset + h * shape.headSize();
      long keyAddress = base + h * shape.headBytes();
      long valueAddress = base + (shape.headsKv() + h) * shape.headBytes();
      shape.layout().storeKey(keys, at, shape.headSize(), keyAddress, slot);
      shape.layout().storeValue(values, at, shape.headSize(), valueAddress, slot);
    }
  }

  /** Where one layer's keys and values are. */
  public Compute.KvView view(int layer) {
    return new Compute.KvView() {
      @Override
      public long keys(int block, int headKv) {
        return layerAddress(layer, block) + headKv * shape.headBytes();
      }

      @Override
      public long values(int block, int headKv) {
        return layerAddress(layer, block) + (shape.headsKv() + headKv) * shape.headBytes();
      }
    };
  }

  private long layerAddress(int layer, int block) {
    return blocks.get(block).address() + 2L * layer * shape.headsKv() * shape.headBytes();
  }
}
