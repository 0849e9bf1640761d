package org.harmonykb.engine;

import java.nio.file.Path;
import java.util.List;
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
   * @throws UnknownAdapterException if its adapter is not loaded
   */
  TokenStream generate(GenerationRequest request);

  /**
   * Loads a LoRA adapter, a GGUF file or a PEFT directory, while requests run. Where the name is
   * taken, the new one takes its place: requests that began with the old one end with it.
   *
   * @param name by which requests choose it
   * @param scale of requests that name none
   * @throws ModelFormatException if it cannot be used or does not fit the model; nothing changes
   */
  AdapterInfo loadAdapter(String name, Path path, float scale);

  /**
   * Takes an adapter away from new requests. Those that began with it end with it; its memory is
   * freed after the last of them.
   *
   * @throws UnknownAdapterException if there is none of this name
   */
  void unloadAdapter(String name);

  /** The loaded adapters, by name. */
  List<AdapterInfo> adapters();

  /**
   * Reads a prompt and writes a few tokens, so that the kernels are compiled before the first
   * request; returns at the end, or at once if the engine is closed. Leaves nothing in the caches.
   */
  void warmUp();

  /**
   * Drops the cached keys and values of all prompts that no running request reads, from memory and
   * from disk, those of other models in the same folder included; returns when they are gone.
   *
   * @throws EngineException if the engine is closed
   */
  void forgetPrompts();

  /** What the engine holds and has done so far; for health pages and metrics. */
  EngineStatus status();

  /** Ends running streams with {@link FinishReason#CANCELLED} and unmaps the model. */
  @Override
  void close();
}
