package org.harmonykb.engine.kvcache;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A block of positions in the prefix tree: the tokens from the root to here are the only prefix
 * that its keys and values belong to. A node with fewer than {@link
 * org.harmonykb.engine.kernel.KvLayout#BLOCK_TOKENS} tokens is the end of a conversation and has no
 * children. Owned by the engine's thread.
 */
final class PrefixNode {

  static final int NOT_STORED = -1;

  private final @Nullable PrefixNode parent;
  private final int[] tokens;
  private final byte[] hash;
  private final List<PrefixNode> children = new ArrayList<>();

  /** Keys and values, or null while they are on disk only. */
  @Nullable MemorySegment block;

  /** Where it is stored on disk, or {@link #NOT_STORED}. */
  int slot = NOT_STORED;

  /** Running sequences that read this block. */
  int pins;

  /** When it was last part of an acquired prefix, in steps of the cache's clock. */
  long lastUsed;

  /**
   * @param tokens of this block alone; empty for a root
   * @param hash identity of the whole prefix
   */
  PrefixNode(@Nullable PrefixNode parent, int[] tokens, byte[] hash) {
    this.parent = parent;
    this.tokens = tokens;
    this.hash = hash;
  }

  @Nullable PrefixNode parent() {
    return parent;
  }

  int[] tokens() {
    return tokens;
  }

  byte[] hash() {
    return hash;
  }

  List<PrefixNode> children() {
    return children;
  }

  boolean isRoot() {
    return parent == null;
  }

  /** How many tokens of the prompt from an offset on are this block's, in order. */
  int commonPrefix(int[] prompt, int from, int to) {
    int mismatch = Arrays.mismatch(tokens, 0, tokens.length, prompt, from, to);
    return mismatch < 0 ? tokens.length : mismatch;
  }

  boolean isBelow(PrefixNode other) {
    for (PrefixNode at = parent; at != null; at = at.parent) {
      if (at == other) {
        return true;
      }
    }
    return false;
  }

  /** Whether a node below is in memory or being read. */
  boolean hasLiveChild() {
    for (PrefixNode child : children) {
      if (child.block != null || child.pins > 0) {
        return true;
      }
    }
    return false;
  }
}
