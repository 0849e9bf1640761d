package org.harmonykb.engine.kvcache;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.harmonykb.engine.kernel.KvLayout;
import org.jspecify.annotations.Nullable;

/**
 * All known prefixes, one tree for each variant of the model. Knows tokens and identities; what
 * becomes of the blocks is {@link KvCache}'s. Owned by the engine's thread.
 */
final class PrefixTree {

  private final Map<Object, PrefixNode> roots = new HashMap<>();

  PrefixNode root(Object variant) {
    return roots.computeIfAbsent(
        variant, v -> new PrefixNode(null, new int[0], rootHash(v.toString())));
  }

  /** The child that holds exactly these tokens, or null. */
  static @Nullable PrefixNode child(PrefixNode parent, int[] tokens) {
    for (PrefixNode child : parent.children()) {
      if (Arrays.equals(child.tokens(), tokens)) {
        return child;
      }
    }
    return null;
  }

  /** The child whose whole block continues the prompt, or null. */
  static @Nullable PrefixNode fullChild(PrefixNode parent, int[] prompt, int from, int to) {
    for (PrefixNode child : parent.children()) {
      if (child.tokens().length == KvLayout.BLOCK_TOKENS
          && child.commonPrefix(prompt, from, to) == KvLayout.BLOCK_TOKENS) {
        return child;
      }
    }
    return null;
  }

  /** The child that shares most of its beginning with the prompt, or null if none shares any. */
  static @Nullable PrefixNode nearestChild(PrefixNode parent, int[] prompt, int from, int to) {
    PrefixNode best = null;
    int longest = 0;
    for (PrefixNode child : parent.children()) {
      int common = child.commonPrefix(prompt, from, to);
      if (common > longest) {
        best = child;
        longest = common;
      }
    }
    return best;
  }

  PrefixNode add(PrefixNode parent, int[] tokens) {
    PrefixNode node = new PrefixNode(parent, tokens, hash(parent.hash(), tokens));
    parent.children().add(node);
    return node;
  }

  /** Takes a node and all below it out of the tree. */
  static void remove(PrefixNode node) {
    PrefixNode parent = node.parent();
    if (parent != null) {
      parent.children().remove(node);
    }
  }

  /** Takes the trees of some variants away and returns their nodes. */
  List<PrefixNode> removeVariants(Predicate<Object> variants) {
    List<PrefixNode> removed = new ArrayList<>();
    for (Iterator<Map.Entry<Object, PrefixNode>> i = roots.entrySet().iterator(); i.hasNext(); ) {
      Map.Entry<Object, PrefixNode> entry = i.next();
      if (variants.test(entry.getKey())) {
        collect(entry.getValue(), removed);
        i.remove();
      }
    }
    return removed;
  }

  /** All nodes but the roots, parents before children. */
  List<PrefixNode> nodes() {
    List<PrefixNode> all = new ArrayList<>();
    roots.values().forEach(root -> collect(root, all));
    return all;
  }

  /** A node and all below it, but no root. */
  static void collect(PrefixNode node, List<PrefixNode> into) {
    if (!node.isRoot()) {
      into.add(node);
    }
    for (PrefixNode child : node.children()) {
      collect(child, into);
    }
  }

  static byte[] rootHash(String variant) {
    return sha256().digest(variant.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * The identity of a prefix. Cryptographic, because blocks on disk are put back into the tree by
   * it: no prompt may be made to look like another.
   */
  static byte[] hash(byte[] parent, int[] tokens) {
    ByteBuffer bytes = ByteBuffer.allocate(parent.length + 4 * tokens.length).put(parent);
    for (int token : tokens) {
      bytes.putInt(token);
    }
    return sha256().digest(bytes.array());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
