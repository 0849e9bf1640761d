package org.harmonykb.engine;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How to run a model.
 *
 * @param contextLength tokens of prompt and answer together; 0 means the model's own limit
 * @param threads worker threads; 0 means one for each processor the process may use
 * @param kvType precision of cached keys and values
 * @param kvCacheBytes memory for cached keys and values that no running request reads
 * @param kvCacheFolder where they are kept over restarts too, or null for in memory only
 * @param kvCacheDiskBytes size on disk that is never exceeded
 * @param maxQueued requests that may wait before {@link EngineBusyException}
 * @param speculation whether tokens that repeat the prompt or the answer are guessed and verified
 *     several in a step, where that pays; the answers are the same
 * @param memory decides whether all weights are mapped or experts are read into slots
 * @param activations precision of what weights are multiplied with
 */
public record EngineOptions(
    int contextLength,
    int threads,
    KvType kvType,
    long kvCacheBytes,
    @Nullable Path kvCacheFolder,
    long kvCacheDiskBytes,
    int maxQueued,
    boolean speculation,
    MemoryOptions memory,
    Activations activations) {

  public enum KvType {
    F32,
    F16
  }

  public enum Activations {
    F32,
    /**
     * 12-bit integers with one scale for 32, where the machine is faster with them, for generated
     * tokens; floats for prompts.
     */
    INT12,
    /** The same for generated tokens, and 10-bit integers for prompts. */
    INT10
  }

  public static final EngineOptions DEFAULTS =
      new EngineOptions(
          4096, 0, KvType.F32, 1L << 30, null, 0, 64, true, MemoryOptions.AUTO, Activations.INT10);

  public EngineOptions {
    if (contextLength < 0
        || threads < 0
        || kvCacheBytes < 0
        || kvCacheDiskBytes < 0
        || maxQueued < 0) {
      throw new IllegalArgumentException(
          "contextLength %d, threads %d, kvCacheBytes %d, kvCacheDiskBytes %d, maxQueued %d: must not be negative"
              .formatted(contextLength, threads, kvCacheBytes, kvCacheDiskBytes, maxQueued));
    }
  }

  public EngineOptions withContextLength(int tokens) {
    return new EngineOptions(
        tokens,
        threads,
        kvType,
        kvCacheBytes,
        kvCacheFolder,
        kvCacheDiskBytes,
        maxQueued,
        speculation,
        memory,
        activations);
  }

  public EngineOptions withThreads(int count) {
    return new EngineOptions(
        contextLength,
        count,
        kvType,
        kvCacheBytes,
        kvCacheFolder,
        kvCacheDiskBytes,
        maxQueued,
        speculation,
        memory,
        activations);
  }

  public EngineOptions withKvType(KvType type) {
    return new EngineOptions(
        contextLength,
        threads,
        type,
        kvCacheBytes,
        kvCacheFolder,
        kvCacheDiskBytes,
        maxQueued,
        speculation,
        memory,
        activations);
  }

  public EngineOptions withKvCacheBytes(long bytes) {
    return new EngineOptions(
        contextLength,
        threads,
        kvType,
        bytes,
        kvCacheFolder,
        kvCacheDiskBytes,
        maxQueued,
        speculation,
        memory,
        activations);
  }

  public EngineOptions withKvCacheOnDisk(Path folder, long bytes) {
    return new EngineOptions(
        contextLength,
        threads,
        kvType,
        kvCacheBytes,
        folder,
        bytes,
        maxQueued,
        speculation,
        memory,
        activations);
  }

  public EngineOptions withSpeculation(boolean isOn) {
    return new EngineOptions(
        contextLength,
        threads,
        kvType,
        kvCacheBytes,
        kvCacheFolder,
        kvCacheDiskBytes,
        maxQueued,
        isOn,
        memory,
        activations);
  }

  public EngineOptions withMemory(MemoryOptions options) {
    return new EngineOptions(
        contextLength,
        threads,
        kvType,
        kvCacheBytes,
        kvCacheFolder,
        kvCacheDiskBytes,
        maxQueued,
        speculation,
        options,
        activations);
  }

  public EngineOptions withActivations(Activations precision) {
    return new EngineOptions(
        contextLength,
        threads,
        kvType,
        kvCacheBytes,
        kvCacheFolder,
        kvCacheDiskBytes,
        maxQueued,
        speculation,
        memory,
        precision);
  }
}
