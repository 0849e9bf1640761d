package org.harmonykb.engine;

import java.nio.file.Path;
import org.harmonykb.engine.scheduling.BatchingEngine;

/**
 * A loaded model. Thread-safe: any number of threads may call {@link #generate}; requests that
 * cannot run at once wait in a fair, bounded queue.
 */
public interface InferenceEngine extends AutoCloseable {

  /**
   * Maps a model file and makes it ready; weights are read when they are first used.
   *
   * @throws ModelFormatException if the file cannot be used
   */
  static InferenceEngine load(Path model, EngineOptions options) {
    return new BatchingEngine(model, options);
  }

  ModelInfo model();

  Tokenizer tokenizer();

  /**
   * Starts generating after the given prompt and returns at once; the stream's events arrive as
   * they happen.
   *
   * @throws ContextOverflowException if the prompt leaves no room for a single token
   * @throws EngineBusyException if the queue is full
   */
  TokenStream generate(GenerationRequest request);

  /** What the engine holds and has done so far; for health pages and metrics. */
  EngineStatus status();

  /** Ends running streams with {@link FinishReason#CANCELLED} and unmaps the model. */
  @Override
  void close();
}
