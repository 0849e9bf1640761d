package org.harmonykb.engine;

/**
 * How to run a model.
 *
 * @param contextLength tokens of prompt and answer together; 0 means the model's own limit
 * @param threads worker threads; 0 means one for each processor the process may use
 * @param kvType precision of cached keys and values
 * @param maxCachedSequences conversations whose KV cache is kept in memory
 * @param maxQueued requests that may wait before {@link EngineBusyException}
 */
public record EngineOptions(
    int contextLength, int threads, KvType kvType, int maxCachedSequences, int maxQueued) {

  public enum KvType {
    F32,
    F16
  }

  public static final EngineOptions DEFAULTS = new EngineOptions(4096, 0, KvType.F32, 8, 64);

  public EngineOptions {
    if (contextLength < 0 || threads < 0 || maxCachedSequences < 1 || maxQueued < 0) {
      throw new IllegalArgumentException(
          "contextLength %d, threads %d, maxCachedSequences %d, maxQueued %d: must not be negative, and at least one sequence must be cached"
              .formatted(contextLength, threads, maxCachedSequences, maxQueued));
    }
  }

  public EngineOptions withContextLength(int tokens) {
    return new EngineOptions(tokens, threads, kvType, maxCachedSequences, maxQueued);
  }

  public EngineOptions withThreads(int count) {
    return new EngineOptions(contextLength, count, kvType, maxCachedSequences, maxQueued);
  }

  public EngineOptions withKvType(KvType type) {
    return new EngineOptions(contextLength, threads, type, maxCachedSequences, maxQueued);
  }
}
