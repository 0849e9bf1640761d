package org.harmonykb.engine;

/**
 * A snapshot of counters since start.
 *
 * @param running requests being computed now
 * @param queued requests that wait
 * @param promptTokens prompt tokens handed in
 * @param cachedTokens those of them that were found in a KV cache and not computed again
 * @param completionTokens tokens sampled
 * @param draftedTokens tokens guessed by speculation
 * @param acceptedTokens those of them that came true and are among the completion tokens
 * @param kvCacheBytes memory held by KV caches
 * @param memory how weights are held
 */
public record EngineStatus(
    int running,
    int queued,
    long promptTokens,
    long cachedTokens,
    long completionTokens,
    long draftedTokens,
    long acceptedTokens,
    long kvCacheBytes,
    MemoryStatus memory) {}
