package org.harmonykb.engine.scheduling;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.harmonykb.engine.AdapterChoice;
import org.harmonykb.engine.AdapterInfo;
import org.harmonykb.engine.UnknownAdapterException;
import org.harmonykb.engine.kvcache.KvCache;
import org.harmonykb.engine.model.LoraAdapter;
import org.harmonykb.engine.model.LoraChoice;
import org.jspecify.annotations.Nullable;

/**
 * The loaded adapters and who uses them. One that was taken away lives on until its last request
 * has ended; then the engine's thread gets it from {@link #takeRetired}. Thread-safe.
 */
final class AdapterRegistry implements AutoCloseable {

  /** An adapter as it was loaded once; a name that is loaded again gets another. */
  static final class Entry {
    private final String name;
    private final Path file;
    private final float scale;
    private final LoraAdapter adapter;
    private int users; // guarded by the registry
    private boolean isListed = true; // guarded by the registry

    Entry(String name, Path file, float scale, LoraAdapter adapter) {
      this.name = name;
      this.file = file;
      this.scale = scale;
      this.adapter = adapter;
    }

    private AdapterInfo info() {
      return new AdapterInfo(
          name, file, scale, adapter.rank(), adapter.weights(), adapter.bytes(), users);
    }
  }

  /**
   * What keys and values are computed with. Entries compare by identity, so that what another file
   * of the same name has computed is never taken.
   */
  private record Variant(Entry entry, float scale) {}

  /**
   * A request's hold on its adapter.
   *
   * @param entry null for the model as it is
   * @param variant of the KV cache
   */
  record Lease(@Nullable Entry entry, LoraChoice choice, Object variant) {
    static final Lease NONE = new Lease(null, LoraChoice.NONE, KvCache.PLAIN);
  }

  private final Map<String, Entry> byName = new TreeMap<>(); // guarded by this
  private final List<Entry> retired = new ArrayList<>(); // guarded by this
  private boolean closed; // guarded by this

  /** Lists an adapter, in place of one of the same name; false if it is too late. */
  synchronized boolean put(Entry entry) {
    if (closed) {
      return false;
    }
    Entry before = byName.put(entry.name, entry);
    if (before != null) {
      unlist(before);
    }
    return true;
  }

  /**
   * @throws UnknownAdapterException if there is none of this name
   */
  synchronized void remove(String name) {
    Entry entry = byName.remove(name);
    if (entry == null) {
      throw new UnknownAdapterException(name, byName.keySet());
    }
    unlist(entry);
  }

  synchronized List<AdapterInfo> list() {
    return byName.values().stream().map(Entry::info).toList();
  }

  synchronized AdapterInfo info(Entry entry) {
    return entry.info();
  }

  /**
   * Holds an adapter for a request until {@link #release}.
   *
   * @throws UnknownAdapterException if there is none of this name
   */
  synchronized Lease acquire(@Nullable AdapterChoice wanted) {
    if (wanted == null) {
      return Lease.NONE;
    }
    Entry entry = byName.get(wanted.name());
    if (entry == null) {
      throw new UnknownAdapterException(wanted.name(), byName.keySet());
    }
    float scale = wanted.scale() == null ? entry.scale : wanted.scale();
    LoraChoice choice = LoraChoice.of(entry.adapter, scale);
    if (choice.equals(LoraChoice.NONE)) {
      return Lease.NONE;
    }
    entry.users++;
    return new Lease(entry, choice, new Variant(entry, scale));
  }

  synchronized void release(Lease lease) {
    Entry entry = lease.entry;
    if (entry != null) {
      entry.users--;
      retireIfUnused(entry);
    }
  }

  /**
   * Closes the adapters that nobody uses any more and forgets their keys and values; called by the
   * engine's thread between steps.
   */
  synchronized void takeRetired(KvCache cache) {
    if (!retired.isEmpty()) {
      cache.forget(
          variant -> variant instanceof Variant(Entry entry, float _) && retired.contains(entry));
      retired.forEach(entry -> entry.adapter.close());
      retired.clear();
    }
  }

  /** Closes all; no request may run any more. */
  @Override
  public synchronized void close() {
    closed = true;
    byName.values().forEach(this::unlist);
    byName.clear();
    retired.forEach(entry -> entry.adapter.close());
    retired.clear();
  }

  private void unlist(Entry entry) {
    entry.isListed = false;
    retireIfUnused(entry);
  }

  private void retireIfUnused(Entry entry) {
    if (!entry.isListed && entry.users == 0) {
      if (closed) {
        entry.adapter.close(); // nobody will take it any more
      } else {
        retired.add(entry);
      }
    }
  }
}
