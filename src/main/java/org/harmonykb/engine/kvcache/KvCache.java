package org.harmonykb.engine.kvcache;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.harmonykb.engine.kernel.KvLayout;
import org.jspecify.annotations.Nullable;

/**
 * Cached keys and values of all sequences, as a tree of prefixes in blocks: what two prompts share,
 * such as the system prompt, is computed and kept once, also while both run. Blocks that no running
 * sequence reads are dropped from memory when it is full, the least recently used first; with a
 * {@link KvFile} they go to disk, are read again when a prompt needs them, and survive a restart.
 * Sequences computed with different variants of the model, such as adapters, never share anything.
 * Layers with a sliding window keep all positions, so that a prefix can end anywhere.
 *
 * <p>Law: keys and values at a position depend on the tokens up to it and the variant alone, to the
 * bit. That is what makes sharing change costs and never answers.
 *
 * <p>Owned by the engine's thread; only {@link #bytes} and {@link #diskBytes} may be read from
 * others.
 */
public final class KvCache implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(KvCache.class.getName());

  /** Shape of the cached values: {@code layers × headsKv × headSize}, twice per position. */
  public record Shape(int layers, int headsKv, int headSize, KvLayout layout) {
    long blockBytes() {
      return 2L * layers * headsKv * headBytes();
    }

    /** Memory for the keys and values of some positions. */
    public long bytes(int positions) {
      return (positions + KvLayout.BLOCK_TOKENS - 1L) / KvLayout.BLOCK_TOKENS * blockBytes();
    }

    long headBytes() {
      return (long) headSize * KvLayout.BLOCK_TOKENS * layout.valueBytes();
    }
  }

  /** What sequences of the model as it is are computed with; the one variant kept on disk. */
  public static final Object PLAIN = "plain";

  private final Shape shape;
  private final long maxBytes;
  private @Nullable KvFile file;
  private final Arena arena = Arena.ofShared();
  private final Deque<MemorySegment> freeBlocks = new ArrayDeque<>();
  private final PrefixTree tree = new PrefixTree();
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicLong diskBytes = new AtomicLong();
  private long clock;

  /** A cache in memory only. */
  public KvCache(Shape shape, long maxBytes) {
    this(shape, maxBytes, null);
  }

  /**
   * @param maxBytes memory for blocks that no running sequence reads; those come on top
   * @param file where blocks are kept too, or null; closed with the cache
   */
  public KvCache(Shape shape, long maxBytes, @Nullable KvFile file) {
    this.shape = shape;
    this.maxBytes = maxBytes;
    this.file = file;
    if (file != null) {
      try {
        restore(file.entries());
        diskBytes.set(file.bytes());
      } catch (IOException e) {
        giveUpDisk(e);
      }
    }
  }

  /** Memory in use, in bytes. */
  public long bytes() {
    return bytes.get();
  }

  /** Bytes in use on disk. */
  public long diskBytes() {
    return diskBytes.get();
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
    clock++;
    PrefixNode node = tree.root(variant);
    KvSequence sequence = new KvSequence(this, shape, node);
    int limit = prompt.length - 1;
    while (true) {
      PrefixNode next = PrefixTree.fullChild(node, prompt, sequence.length(), limit);
      if (next == null || !load(next)) {
        break;
      }
      sequence.extend(next);
      node = next;
    }
    PrefixNode nearest = PrefixTree.nearestChild(node, prompt, sequence.length(), limit);
    if (nearest != null && load(nearest)) {
      sequence.extendByCopy(nearest, nearest.commonPrefix(prompt, sequence.length(), limit));
    }
    evict();
    return sequence;
  }

  /** Gives a sequence back; its positions stay reusable. */
  public void release(KvSequence sequence) {
    sequence.release();
    evict();
  }

  /** Forgets all prefixes of the variants that match. None of them may be in use. */
  public void forget(Predicate<Object> variants) {
    for (PrefixNode node : tree.removeVariants(variants)) {
      drop(node);
    }
  }

  /**
   * Forgets all prefixes that no running sequence reads, in memory and on disk, other models' files
   * in the same folder included.
   */
  public void forgetIdle() {
    List<PrefixNode> all = tree.nodes();
    for (PrefixNode node : all.reversed()) {
      if (node.pins == 0 && node.children().isEmpty()) {
        PrefixTree.remove(node);
        drop(node);
      }
    }
    KvFile kept = file;
    if (kept != null) {
      try {
        kept.trim();
        kept.deleteOthers();
      } catch (IOException e) {
        giveUpDisk(e);
      }
    }
  }

  /**
   * Writes one block that is not on disk yet, if there is any; for moments in which nothing runs.
   *
   * @return whether there may be more to write
   */
  public boolean writeOne() {
    if (file == null) {
      return false;
    }
    PrefixNode node = newestUnwritten();
    return node != null && write(node);
  }

  /** Writes what is not on disk yet and frees all memory. */
  @Override
  public void close() {
    while (writeOne()) {}
    if (file != null) {
      try {
        file.close();
      } catch (IOException e) {
        LOG.log(System.Logger.Level.WARNING, "The KV cache''s file was not closed well", e);
      }
    }
    freeBlocks.clear();
    arena.close();
  }

  // What sequences ask for

  PrefixNode rootOf(PrefixNode node) {
    PrefixNode at = node;
    while (at.parent() != null) {
      at = at.parent();
    }
    return at;
  }

  MemorySegment blockOf(PrefixNode node) {
    return Objects.requireNonNull(node.block, "the block is in memory");
  }

  MemorySegment takeBlock() {
    bytes.addAndGet(shape.blockBytes());
    MemorySegment block = freeBlocks.pollLast();
    return block == null ? arena.allocate(shape.blockBytes(), 64) : block;
  }

  void giveBack(MemorySegment block) {
    bytes.addAndGet(-shape.blockBytes());
    freeBlocks.addLast(block);
  }

  MemorySegment copy(MemorySegment block) {
    return takeBlock().copyFrom(block);
  }

  /** Puts a block into the tree, or gives it back if the tree has it already. */
  PrefixNode publish(PrefixNode parent, int[] tokens, MemorySegment block) {
    dropBeginningsOf(tokens, parent);
    PrefixNode node = PrefixTree.child(parent, tokens);
    if (node == null) {
      node = tree.add(parent, tokens);
    }
    if (node.block == null) {
      node.block = block;
    } else {
      giveBack(block);
    }
    node.lastUsed = clock;
    return node;
  }

  /** Puts the unfinished last block of a sequence into the tree. */
  void publishEnd(PrefixNode parent, int[] tokens, MemorySegment block) {
    PrefixNode nearest = PrefixTree.nearestChild(parent, tokens, 0, tokens.length);
    boolean isKnown =
        nearest != null
            && nearest.block != null
            && nearest.commonPrefix(tokens, 0, tokens.length) == tokens.length;
    if (isKnown) {
      giveBack(block);
    } else {
      publish(parent, tokens, block);
    }
  }

  /** Ends of conversations that have gone on since. */
  private void dropBeginningsOf(int[] tokens, PrefixNode parent) {
    for (PrefixNode child : List.copyOf(parent.children())) {
      int length = child.tokens().length;
      if (length < tokens.length && child.commonPrefix(tokens, 0, tokens.length) == length) {
        removeSubtree(child);
      }
    }
  }

  // Memory

  /** Brings a node's block into memory; false if it cannot be had any more. */
  private boolean load(PrefixNode node) {
    node.lastUsed = clock;
    if (node.block != null) {
      return true;
    }
    KvFile from = file;
    if (from == null || node.slot == PrefixNode.NOT_STORED) {
      removeSubtree(node);
      return false;
    }
    MemorySegment block = takeBlock();
    try {
      if (from.read(node.slot, block)) {
        node.block = block;
        return true;
      }
      node.slot = PrefixNode.NOT_STORED;
    } catch (IOException e) {
      giveUpDisk(e);
    }
    giveBack(block);
    removeSubtree(node);
    return false;
  }

  private void evict() {
    while (bytes.get() > maxBytes) {
      PrefixNode oldest =
          tree.nodes().stream()
              .filter(node -> node.block != null && node.pins == 0 && !node.hasLiveChild())
              .min(Comparator.comparingLong(node -> node.lastUsed))
              .orElse(null);
      if (oldest == null) {
        return; // all of it is being read
      }
      if (isPersistent(oldest) && oldest.slot == PrefixNode.NOT_STORED) {
        write(oldest);
      }
      if (oldest.slot == PrefixNode.NOT_STORED) {
        removeSubtree(oldest);
      } else {
        giveBack(blockOf(oldest));
        oldest.block = null;
      }
    }
  }

  /** Removes a node and what continues it; running sequences keep the blocks that they read. */
  private void removeSubtree(PrefixNode node) {
    List<PrefixNode> all = new ArrayList<>();
    PrefixTree.collect(node, all);
    PrefixTree.remove(node);
    all.forEach(this::drop);
  }

  private void drop(PrefixNode node) {
    freeSlot(node);
    if (node.block != null && node.pins == 0) {
      giveBack(node.block);
      node.block = null;
    }
  }

  // Disk

  private boolean isPersistent(PrefixNode node) {
    return file != null && rootOf(node) == tree.root(PLAIN);
  }

  /** The node used last that is not on disk, or the first of its ancestors that is not. */
  private @Nullable PrefixNode newestUnwritten() {
    List<PrefixNode> all = new ArrayList<>();
    PrefixTree.collect(tree.root(PLAIN), all);
    PrefixNode newest =
        all.stream()
            .filter(node -> node.slot == PrefixNode.NOT_STORED && node.block != null)
            .max(Comparator.comparingLong(node -> node.lastUsed))
            .orElse(null);
    for (PrefixNode at = newest; at != null && !at.isRoot(); at = at.parent()) {
      if (at.slot == PrefixNode.NOT_STORED && at.block != null) {
        newest = at;
      }
    }
    return newest;
  }

  private boolean write(PrefixNode node) {
    KvFile to = file;
    if (to == null) {
      return false;
    }
    try {
      int slot = to.freeSlot();
      while (slot < 0 && freeOldestSlot(node)) {
        slot = to.freeSlot();
      }
      if (slot < 0) {
        return false;
      }
      PrefixNode parent = Objects.requireNonNull(node.parent(), "a root has no block");
      to.write(
          new KvFile.Entry(slot, node.hash(), parent.hash(), node.tokens(), node.lastUsed),
          blockOf(node));
      node.slot = slot;
      diskBytes.set(to.bytes());
      return true;
    } catch (IOException e) {
      giveUpDisk(e);
      return false;
    }
  }

  /** Makes room on disk for a newer node; false if nothing older is stored. */
  private boolean freeOldestSlot(PrefixNode newer) {
    PrefixNode oldest =
        tree.nodes().stream()
            .filter(
                node ->
                    node.slot != PrefixNode.NOT_STORED
                        && node.lastUsed < newer.lastUsed
                        && !newer.isBelow(node)
                        && node.children().stream().allMatch(c -> c.slot == PrefixNode.NOT_STORED))
            .min(Comparator.comparingLong(node -> node.lastUsed))
            .orElse(null);
    if (oldest == null) {
      return false;
    }
    freeSlot(oldest);
    if (oldest.block == null) {
      removeSubtree(oldest);
    }
    return true;
  }

  private void freeSlot(PrefixNode node) {
    KvFile from = file;
    if (from != null && node.slot != PrefixNode.NOT_STORED) {
      try {
        from.free(node.slot);
        diskBytes.set(from.bytes());
      } catch (IOException e) {
        giveUpDisk(e);
      }
    }
    node.slot = PrefixNode.NOT_STORED;
  }

  /** Builds the tree from what is on disk; a block whose beginning is gone is of no use. */
  private void restore(List<KvFile.Entry> entries) {
    Map<String, List<KvFile.Entry>> byParent = new HashMap<>();
    for (KvFile.Entry entry : entries) {
      byParent
          .computeIfAbsent(HexFormat.of().formatHex(entry.parentHash()), k -> new ArrayList<>())
          .add(entry);
      clock = Math.max(clock, entry.lastUsed());
    }
    Deque<PrefixNode> parents = new ArrayDeque<>(List.of(tree.root(PLAIN)));
    while (!parents.isEmpty()) {
      PrefixNode parent = parents.removeFirst();
      List<KvFile.Entry> children = byParent.remove(HexFormat.of().formatHex(parent.hash()));
      for (KvFile.Entry entry : children == null ? List.<KvFile.Entry>of() : children) {
        PrefixNode node = tree.add(parent, entry.tokens());
        node.slot = entry.slot();
        node.lastUsed = entry.lastUsed();
        parents.addLast(node);
      }
    }
    for (List<KvFile.Entry> orphans : byParent.values()) {
      for (KvFile.Entry orphan : orphans) {
        PrefixNode lost = new PrefixNode(null, orphan.tokens(), orphan.hash());
        lost.slot = orphan.slot();
        freeSlot(lost);
      }
    }
  }

  private void giveUpDisk(IOException cause) {
    LOG.log(
        System.Logger.Level.WARNING,
        "The KV cache on disk cannot be used any more and is left alone until the next start: {0}",
        cause.toString());
    KvFile broken = file;
    file = null;
    diskBytes.set(0);
    for (PrefixNode node : tree.nodes()) {
      node.slot = PrefixNode.NOT_STORED;
    }
    if (broken != null) {
      try {
        broken.close();
      } catch (IOException e) {
        LOG.log(System.Logger.Level.DEBUG, "The KV cache''s file was not closed well", e);
      }
    }
  }
}
