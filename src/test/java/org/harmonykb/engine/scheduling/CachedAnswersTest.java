package org.harmonykb.engine.scheduling;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.harmonykb.Fixtures;
import org.harmonykb.engine.EngineOptions;
import org.harmonykb.engine.FinishReason;
import org.harmonykb.engine.GenerationEvent;
import org.harmonykb.engine.GenerationRequest;
import org.harmonykb.engine.InferenceEngine;
import org.harmonykb.engine.SamplingOptions;
import org.harmonykb.engine.TokenStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Caching and company change what an answer costs, never what it says. */
class CachedAnswersTest {

  private final int[] prompt = new Random(3).ints(300, 0, 1000).toArray();

  @Test
  void cachedAnswerEqualsColdAnswer() {
    Collected cold;
    try (InferenceEngine engine = open()) {
      cold = generate(engine, prompt);
    }
    try (InferenceEngine engine = open()) {
      generate(engine, prompt);
      Collected cached = generate(engine, prompt);
      assertThat(cached.cached()).isEqualTo(299);
      assertThat(cached.tokens()).isEqualTo(cold.tokens());
      assertThat(cached.logProbabilities()).isEqualTo(cold.logProbabilities());
    }
  }

  @Test
  void sequenceCutFarBehindTheWindowGoesOnAsACold() {
    // The window is 32 tokens: what was cut away must be seen again by windowed layers too.
    int[] other = Arrays.copyOf(prompt, 280);
    for (int i = 200; i < other.length; i++) {
      other[i] = (prompt[i] + 1) % 1000;
    }
    Collected cold;
    try (InferenceEngine engine = open()) {
      cold = generate(engine, other);
    }
    try (InferenceEngine engine = open()) {
      generate(engine, prompt);
      Collected cut = generate(engine, other);
      assertThat(cut.cached()).isEqualTo(200);
      assertThat(cut.tokens()).isEqualTo(cold.tokens());
      assertThat(cut.logProbabilities()).isEqualTo(cold.logProbabilities());
    }
  }

  @ParameterizedTest
  @EnumSource
  void followUpEqualsAColdOne(EngineOptions.Activations activations) {
    EngineOptions options = EngineOptions.DEFAULTS.withActivations(activations);
    try (InferenceEngine engine = open(options);
        InferenceEngine fresh = open(options)) {
      Collected answer = generate(engine, prompt);
      int[] next = Arrays.copyOf(prompt, prompt.length + answer.tokens().size() + 5);
      for (int i = 0; i < answer.tokens().size(); i++) {
        next[prompt.length + i] = answer.tokens().get(i);
      }
      Collected followUp = generate(engine, next);
      Collected cold = generate(fresh, next);
      assertThat(followUp.cached()).isGreaterThanOrEqualTo(prompt.length);
      assertThat(cold.cached()).isZero();
      assertThat(followUp.tokens()).isEqualTo(cold.tokens());
      assertThat(followUp.logProbabilities()).isEqualTo(cold.logProbabilities());
    }
  }

  @Test
  void answersInABatchEqualAnswersAlone() {
    int[] other = new Random(4).ints(120, 0, 1000).toArray();
    try (InferenceEngine engine = open()) {
      Collected alone = generate(engine, prompt);
      Collected otherAlone = generate(engine, other);
      try (InferenceEngine fresh = open();
          TokenStream first = fresh.generate(request(prompt));
          TokenStream second = fresh.generate(request(other))) {
        assertThat(Collected.from(first))
            .usingRecursiveComparison()
            .ignoringFields("cached")
            .isEqualTo(alone);
        assertThat(Collected.from(second))
            .usingRecursiveComparison()
            .ignoringFields("cached")
            .isEqualTo(otherAlone);
      }
    }
  }

  @Test
  void answerAfterARestartEqualsColdAnswer(@TempDir Path folder) {
    EngineOptions onDisk = EngineOptions.DEFAULTS.withKvCacheOnDisk(folder, 1L << 30);
    Collected cold;
    try (InferenceEngine engine = open(onDisk)) {
      cold = generate(engine, prompt);
    }
    try (InferenceEngine engine = open(onDisk)) {
      Collected restored = generate(engine, prompt);
      assertThat(restored.cached()).isEqualTo(299);
      assertThat(restored.tokens()).isEqualTo(cold.tokens());
      assertThat(restored.logProbabilities()).isEqualTo(cold.logProbabilities());
    }
    try (InferenceEngine engine = open(onDisk.withKvType(EngineOptions.KvType.F16))) {
      assertThat(generate(engine, prompt).cached()).as("values of another precision").isZero();
    }
  }

  @Test
  void runningRequestsShareTheirBeginning() {
    int[] other = Arrays.copyOf(prompt, 300);
    other[299] = (prompt[299] + 1) % 1000;
    Collected cold;
    try (InferenceEngine engine = open()) {
      cold = generate(engine, other);
    }
    try (InferenceEngine engine = open();
        TokenStream first = engine.generate(request(prompt))) {
      while (!(first.next() instanceof GenerationEvent.Token)) {}
      try (TokenStream second = engine.generate(request(other))) {
        Collected shared = Collected.from(second);
        assertThat(shared.cached()).as("the whole blocks read so far").isGreaterThanOrEqualTo(256);
        assertThat(shared.tokens()).isEqualTo(cold.tokens());
        assertThat(shared.logProbabilities()).isEqualTo(cold.logProbabilities());
      }
    }
  }

  @Test
  void warmUpLeavesNothingBehind() {
    try (InferenceEngine engine = open()) {
      engine.warmUp();
      int[] warmUpsOwn = IntStream.range(0, 200).map(i -> i + 100).toArray();
      assertThat(generate(engine, warmUpsOwn).cached()).isZero();
    }
  }

  @Test
  void closedStreamEndsAsCancelled() {
    try (InferenceEngine engine = open()) {
      TokenStream stream =
          engine.generate(
              new GenerationRequest(
                  prompt, 4000, SamplingOptions.GREEDY, Set.of(), List.of(), null));
      GenerationEvent event = stream.next();
      while (!(event instanceof GenerationEvent.Token)) {
        event = stream.next();
      }
      stream.close();
      while (stream.hasNext()) {
        event = stream.next();
      }
      assertThat(event)
          .isInstanceOfSatisfying(
              GenerationEvent.Finished.class,
              finished -> assertThat(finished.reason()).isEqualTo(FinishReason.CANCELLED));
    }
  }

  @Test
  void sameSeedDrawsTheSameTokens() {
    SamplingOptions options = new SamplingOptions(1, 40, 0.9, 0, 1.1, 99);
    GenerationRequest request =
        new GenerationRequest(prompt, 20, options, Set.of(), List.of(), null);
    try (InferenceEngine engine = open()) {
      assertThat(Collected.from(engine.generate(request)).tokens())
          .isEqualTo(Collected.from(engine.generate(request)).tokens());
    }
  }

  private static InferenceEngine open() {
    return open(EngineOptions.DEFAULTS);
  }

  private static InferenceEngine open(EngineOptions options) {
    return InferenceEngine.load(
        Fixtures.shared("fixtures/engine/tiny-gpt-oss-MXFP4_MOE.gguf"), options);
  }

  private static GenerationRequest request(int[] prompt) {
    return new GenerationRequest(prompt, 24, SamplingOptions.GREEDY, Set.of(), List.of(), null);
  }

  private static Collected generate(InferenceEngine engine, int[] prompt) {
    try (TokenStream stream = engine.generate(request(prompt))) {
      return Collected.from(stream);
    }
  }
}
