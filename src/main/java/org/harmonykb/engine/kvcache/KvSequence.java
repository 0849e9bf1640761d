package org.harmonykb.engine.kvcache;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.harmonykb.engine.kernel.Compute;
import org.harmonykb.engine.kernel.KvLayout;

/**
 * Keys and values of one token sequence, in blocks of {@link KvLayout#BLOCK_TOKENS} positions that
 * hold all layers: {@code [layer][key|value][headKv][...]}. The first blocks are the prefix tree's
 * and shared with other sequences; what is appended goes into blocks of its own until {@link
 * #publish}. Owned by the engine's thread.
 */
public final class KvSequence {

  private final KvCache cache;
  private final KvCache.Shape shape;
  private final List<PrefixNode> shared = new ArrayList<>();
  private final List<MemorySegment> blocks = new ArrayList<>();
  private PrefixNode end; // the last shared node, or the root
  private int[] tokens = new int[256];
  private int length;

  KvSequence(KvCache cache, KvCache.Shape shape, PrefixNode root) {
    this.cache = cache;
    this.shape = shape;
    this.end = root;
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
      if (shared.size() == blocks.size()) {
        unshare();
        blocks.removeLast();
      } else {
        cache.giveBack(blocks.removeLast());
      }
    }
    if (shared.size() * KvLayout.BLOCK_TOKENS > length) {
      // The cut lies inside a shared block, which others go on reading.
      MemorySegment own = cache.copy(blocks.removeLast());
      unshare();
      blocks.add(own);
    }
  }

  private void unshare() {
    PrefixNode last = shared.removeLast();
    last.pins--;
    end = shared.isEmpty() ? cache.rootOf(last) : shared.getLast();
  }

  /**
   * Lets other sequences share the blocks that are full. All appended positions must be stored by
   * now.
   */
  public void publish() {
    while ((shared.size() + 1) * KvLayout.BLOCK_TOKENS <= length) {
      int from = shared.size() * KvLayout.BLOCK_TOKENS;
      int[] own = Arrays.copyOfRange(tokens, from, from + KvLayout.BLOCK_TOKENS);
      MemorySegment block = blocks.get(shared.size());
      PrefixNode node = cache.publish(end, own, block);
      blocks.set(shared.size(), cache.blockOf(node));
      share(node);
    }
  }

  /** Takes the next block from the tree. */
  void extend(PrefixNode node) {
    blocks.add(cache.blockOf(node));
    append(node.tokens(), node.tokens().length);
    share(node);
  }

  /** Takes the beginning of a block from the tree as a copy. */
  void extendByCopy(PrefixNode node, int count) {
    blocks.add(cache.copy(cache.blockOf(node)));
    append(node.tokens(), count);
  }

  private void append(int[] from, int count) {
    while (length + count > tokens.length) {
      tokens = Arrays.copyOf(tokens, 2 * tokens.length);
    }
    System.arraycopy(from, 0, tokens, length, count);
    length += count;
  }

  private void share(PrefixNode node) {
    node.pins++;
    shared.add(node);
    end = node;
  }

  /** Gives all blocks back, the unfinished last one to the tree. */
  void release() {
    publish();
    int from = shared.size() * KvLayout.BLOCK_TOKENS;
    if (from < length) {
      cache.publishEnd(end, Arrays.copyOfRange(tokens, from, length), blocks.removeLast());
      length = from;
    }
    truncate(0);
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
