package org.harmonykb.engine.scheduling;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.Set;
import org.harmonykb.Fixtures;
import org.harmonykb.engine.EngineOptions;
import org.harmonykb.engine.FinishReason;
import org.harmonykb.engine.GenerationEvent;
import org.harmonykb.engine.GenerationRequest;
import org.harmonykb.engine.InferenceEngine;
import org.harmonykb.engine.SamplingOptions;
import org.harmonykb.engine.TokenStream;
import org.junit.jupiter.api.Test;

/** A long prompt lets others have their turns, and can be given up in the middle. */
class PromptPassTest {

  private final int[] longPrompt = new Random(5).ints(3000, 0, 1000).toArray();
  private final int[] shortPrompt = new Random(6).ints(20, 0, 1000).toArray();

  @Test
  void othersGetTokensWhileALongPromptIsRead() {
    try (InferenceEngine engine = open();
        TokenStream writing = engine.generate(request(shortPrompt, 900))) {
      awaitToken(writing);
      try (TokenStream reading = engine.generate(request(longPrompt, 1))) {
        awaitToken(reading);
      }
      long meanwhile = engine.status().completionTokens();
      assertThat(meanwhile).as("tokens beside 3,000 that are read in 512 at most").isGreaterThan(6);
    }
  }

  @Test
  void cancelledPromptIsNotReadToItsEnd() {
    try (InferenceEngine engine = open()) {
      Collected cold;
      try (InferenceEngine other = open();
          TokenStream stream = other.generate(request(longPrompt, 8))) {
        cold = Collected.from(stream);
      }
      TokenStream stream = engine.generate(request(longPrompt, 8));
      int read = 0;
      GenerationEvent event = stream.next();
      while (read == 0) {
        event = stream.next();
        read = event instanceof GenerationEvent.Prefill prefill ? prefill.done() : read;
      }
      stream.close();
      while (stream.hasNext()) {
        event = stream.next();
        read = event instanceof GenerationEvent.Prefill prefill ? prefill.done() : read;
      }
      assertThat(event)
          .isInstanceOfSatisfying(
              GenerationEvent.Finished.class,
              finished -> assertThat(finished.reason()).isEqualTo(FinishReason.CANCELLED));
      assertThat(read).isLessThan(longPrompt.length);
      // What it left in the cache is whole.
      try (TokenStream again = engine.generate(request(longPrompt, 8))) {
        Collected warm = Collected.from(again);
        assertThat(warm.tokens()).isEqualTo(cold.tokens());
        assertThat(warm.logProbabilities()).isEqualTo(cold.logProbabilities());
      }
    }
  }

  @Test
  void passesAreAsLongAsOthersCanBear() {
    PrefillPace pace = new PrefillPace(24);
    int unknown = pace.tokens(0.35);
    for (int i = 0; i < 10; i++) {
      pace.record(140, 10); // 14 tokens a second
    }
    int slow = pace.tokens(0.35);
    for (int i = 0; i < 10; i++) {
      pace.record(400, 10);
    }
    assertThat(unknown).isLessThanOrEqualTo(64);
    assertThat(slow / 14.0 / 24).as("seconds of a layer").isBetween(0.2, 0.5);
    assertThat(pace.tokens(0.35) / 40.0 / 24).isBetween(0.2, 0.5);
  }

  private static void awaitToken(TokenStream stream) {
    while (!(stream.next() instanceof GenerationEvent.Token)) {}
  }

  private static InferenceEngine open() {
    return InferenceEngine.load(
        Fixtures.shared("fixtures/engine/tiny-gpt-oss-MXFP4_MOE.gguf"),
        EngineOptions.DEFAULTS.withSpeculation(false));
  }

  private static GenerationRequest request(int[] prompt, int count) {
    return new GenerationRequest(prompt, count, SamplingOptions.GREEDY, Set.of(), List.of(), null);
  }
}
