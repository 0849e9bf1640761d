package org.harmonykb.answering;

import java.util.List;
import java.util.Random;
import java.util.Set;
import org.harmonykb.engine.GenerationEvent;
import org.harmonykb.engine.GenerationRequest;
import org.harmonykb.engine.InferenceEngine;
import org.harmonykb.engine.SamplingOptions;
import org.harmonykb.engine.TokenStream;
import org.springframework.stereotype.Service;

/** Measures the loaded model where it runs, beside whatever else it does. */
@Service
public class ModelBenchmark {

  private static final int PROMPT = 256;
  private static final int WRITTEN = 32;

  private final LanguageModel model;
  private final Random random = new Random();

  ModelBenchmark(LanguageModel model) {
    this.model = model;
  }

  /** Rates in tokens per second. */
  public record Result(
      int promptTokens, int writtenTokens, double prefill, double decode, double firstTokenMs) {}

  /**
   * Reads random tokens, which no cache knows, and writes some.
   *
   * @throws NoModelException if none is loaded
   */
  public Result run() {
    LanguageModel.Loaded loaded = model.loaded();
    if (loaded == null) {
      throw new NoModelException(model.describe());
    }
    InferenceEngine engine = loaded.engine();
    int bound = engine.model().vocabularySize();
    int[] prompt = random.ints(PROMPT, bound / 100, bound).toArray();
    GenerationRequest request =
        new GenerationRequest(
            prompt, WRITTEN + 1, SamplingOptions.GREEDY, Set.of(), List.of(), null);
    long start = System.nanoTime();
    long first = 0;
    int tokens = 0;
    try (TokenStream stream = engine.generate(request)) {
      while (stream.hasNext()) {
        switch (stream.next()) {
          case GenerationEvent.Token _ -> {
            tokens++;
            first = first == 0 ? System.nanoTime() : first;
          }
          case GenerationEvent.Failed failed -> throw failed.cause();
          case GenerationEvent.Queued _, GenerationEvent.Prefill _, GenerationEvent.Finished _ -> {}
        }
      }
    }
    long end = System.nanoTime();
    return new Result(
        PROMPT,
        tokens - 1,
        PROMPT / ((first - start) / 1e9),
        (tokens - 1) / ((end - first) / 1e9),
        (first - start) / 1e6);
  }
}
