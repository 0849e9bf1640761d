package org.harmonykb.engine;

import java.util.List;

/** What happens during a generation. */
public sealed interface GenerationEvent {

  /**
   * @param position how many requests come first
   */
  record Queued(int position) implements GenerationEvent {}

  /**
   * Prompt tokens read so far. The first of these events tells how many were cached.
   *
   * @param done tokens whose keys and values are known, cached ones included
   * @param total tokens of the prompt
   * @param cached tokens that were not computed again
   */
  record Prefill(int done, int total, int cached) implements GenerationEvent {}

  /**
   * @param id the sampled token
   * @param text text completed by it; empty while a UTF-8 character or a possible stop sequence is
   *     still open, and for control tokens
   * @param logProbability natural logarithm of its probability before sampling options were applied
   * @param alternatives the most likely tokens in its place, if the request asked for them
   */
  record Token(int id, String text, float logProbability, List<Alternative> alternatives)
      implements GenerationEvent {}

  /** A token that could have come, with the natural logarithm of its probability. */
  record Alternative(int id, float logProbability) {}

  /**
   * @param text held-back text that turned out not to be a stop sequence; may be empty
   */
  record Finished(FinishReason reason, String text, Usage usage, Timings timings)
      implements GenerationEvent {}

  record Failed(EngineException cause) implements GenerationEvent {}

  record Usage(int promptTokens, int cachedTokens, int completionTokens) {}

  /** Durations in milliseconds. */
  record Timings(double queuedMs, double prefillMs, double decodeMs) {}
}
