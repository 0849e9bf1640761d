package org.harmonykb.engine.scheduling;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.harmonykb.Fixtures;
import org.harmonykb.engine.EngineOptions;
import org.harmonykb.engine.EngineStatus;
import org.harmonykb.engine.FinishReason;
import org.harmonykb.engine.GenerationEvent;
import org.harmonykb.engine.GenerationRequest;
import org.harmonykb.engine.InferenceEngine;
import org.harmonykb.engine.LogitsMask;
import org.harmonykb.engine.SamplingOptions;
import org.harmonykb.engine.TokenStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Drafts change how many steps an answer takes, never what it says: bit by bit, event by event. */
class SpeculationTest {

  /** So that answers are cached too, see {@link CachedAnswersTest}. */
  private static final EngineOptions WITH_FLOATS =
      EngineOptions.DEFAULTS.withActivations(EngineOptions.Activations.F32);

  private record Answer(
      List<GenerationEvent.Token> tokens,
      FinishReason reason,
      String rest,
      GenerationEvent.Usage usage) {

    int[] ids() {
      return tokens.stream().mapToInt(GenerationEvent.Token::id).toArray();
    }
  }

  /** 180 tokens, a block of the KV cache and more, over and over again. */
  private final int[] repetitive = IntStream.range(0, 180).map(i -> 100 + i % 9).toArray();

  private final int[] varied = new Random(5).ints(150, 0, 1000).toArray();

  /** Leaves one token at a time, so that an answer goes on where the repetitive prompt ends. */
  private final LogitsMask copying =
      (_, count, logits) -> {
        int next = 100 + (180 + count) % 9;
        for (int id = 0; id < logits.length; id++) {
          if (id != next) {
            logits[id] = Float.NEGATIVE_INFINITY;
          }
        }
      };

  @Test
  void greedyAnswersAreThoseOfPlainDecoding() {
    for (Path model : models()) {
      onBoth(
          model,
          pair -> {
            for (int[] prompt : List.of(repetitive, varied)) {
              pair.assertSame(
                  request(prompt, model.equals(tiny()) ? 100 : 50, SamplingOptions.GREEDY, null));
            }
            print(model, pair.speculating.status());
          });
    }
  }

  @Test
  void drawnAnswersAreThoseOfPlainDecoding() {
    // Few tokens to choose from repeat themselves often, and often otherwise than before.
    LogitsMask few = (_, _, logits) -> Arrays.fill(logits, 3, logits.length, -1e9f);
    Random random = new Random(6);
    for (Path model : models()) {
      onBoth(
          model,
          pair -> {
            int cases = model.equals(tiny()) ? 24 : 4;
            for (int i = 0; i < cases; i++) {
              int kinds = List.of(3, 12, 200).get(i % 3);
              int[] prompt = random.ints(20 + random.nextInt(100), 0, kinds).toArray();
              double temperature = List.of(0.3, 1.0, 2.0, 0.0).get(i % 4);
              double penalty = i % 2 == 0 ? 1 : 1.2;
              SamplingOptions sampling =
                  new SamplingOptions(temperature, 40, 0.95, 0.01, penalty, i);
              LogitsMask mask = i % 3 == 0 ? few : null;
              pair.assertSame(request(prompt, 5 + random.nextInt(60), sampling, mask));
            }
            EngineStatus status = pair.speculating.status();
            print(model, status);
            assertThat(status.draftedTokens()).isPositive();
          });
    }
  }

  @Test
  void repeatedTextIsAccepted() {
    try (InferenceEngine engine = open(tiny(), true)) {
      generate(engine, request(repetitive, 200, SamplingOptions.GREEDY, copying));
      EngineStatus status = engine.status();
      print(tiny(), status);
      assertThat(status.completionTokens()).isEqualTo(200);
      assertThat(status.acceptedTokens()).isBetween(1L, status.draftedTokens());
    }
    try (InferenceEngine engine = open(tiny(), false)) {
      generate(engine, request(repetitive, 200, SamplingOptions.GREEDY, copying));
      assertThat(engine.status().draftedTokens()).isZero();
    }
  }

  @Test
  void maskSeesEveryTokenOnce() {
    for (boolean isSpeculating : new boolean[] {true, false}) {
      List<List<Integer>> seen = new ArrayList<>();
      LogitsMask watching =
          (generated, count, logits) -> {
            seen.add(Arrays.stream(generated, 0, count).boxed().toList());
            if (count % 13 == 12) {
              logits[100 + (180 + count) % 9] = Float.NEGATIVE_INFINITY;
            } else {
              copying.apply(generated, count, logits);
            }
          };
      try (InferenceEngine engine = open(tiny(), isSpeculating)) {
        List<Integer> answer =
            Arrays.stream(
                    generate(engine, request(repetitive, 60, SamplingOptions.GREEDY, watching))
                        .ids())
                .boxed()
                .toList();
        assertThat(seen)
            .isEqualTo(IntStream.range(0, 60).mapToObj(n -> answer.subList(0, n)).toList());
        assertThat(engine.status().draftedTokens() > 0).isEqualTo(isSpeculating);
      }
    }
  }

  @Test
  void answersEndWithinADraft() {
    onBoth(
        tiny(),
        pair -> {
          for (int max = 1; max <= 24; max++) {
            Answer answer =
                pair.assertSame(request(repetitive, max, SamplingOptions.GREEDY, copying));
            assertThat(answer.tokens).hasSize(max);
            assertThat(answer.reason).isEqualTo(FinishReason.LENGTH);
          }
          assertThat(pair.speculating.status().acceptedTokens()).isPositive();
        });
  }

  @Test
  void contextEndsWithinADraft() {
    int[] prompt = Arrays.copyOf(repetitive, 180);
    EngineOptions options = EngineOptions.DEFAULTS.withContextLength(200);
    try (InferenceEngine speculating = InferenceEngine.load(tiny(), options);
        InferenceEngine plain = InferenceEngine.load(tiny(), options.withSpeculation(false))) {
      Answer answer =
          new Pair(speculating, plain)
              .assertSame(request(prompt, 500, SamplingOptions.GREEDY, copying));
      assertThat(answer.tokens).hasSize(20);
    }
  }

  @Test
  void stopsEndAnswersWithinADraft() {
    onBoth(
        tiny(),
        pair -> {
          for (int stop = 100; stop < 109; stop++) {
            GenerationRequest byToken =
                new GenerationRequest(
                    repetitive, 50, SamplingOptions.GREEDY, Set.of(stop), List.of(), copying);
            assertThat(pair.assertSame(byToken).reason).isEqualTo(FinishReason.STOP);
          }
          Answer free = pair.assertSame(request(repetitive, 50, SamplingOptions.GREEDY, copying));
          String text =
              String.join("", free.tokens.stream().map(GenerationEvent.Token::text).toList());
          for (int from = 3; from < 12; from++) {
            String sequence = text.substring(from, from + 4);
            GenerationRequest bySequence =
                new GenerationRequest(
                    repetitive,
                    50,
                    SamplingOptions.GREEDY,
                    Set.of(),
                    List.of(sequence, "never written"),
                    copying);
            assertThat(pair.assertSame(bySequence).reason).isEqualTo(FinishReason.STOP);
          }
          assertThat(pair.speculating.status().acceptedTokens()).isPositive();
        });
  }

  @Test
  void whatIsCachedAfterDraftsIsWhatPlainDecodingCaches() {
    // Half of the drafts are wrong from the middle on, over several blocks of the cache.
    LogitsMask halting =
        (generated, count, logits) -> {
          copying.apply(generated, count, logits);
          if (count % 7 == 6) {
            logits[500 + count % 400] = 1e6f;
          }
        };
    onBoth(
        tiny(),
        WITH_FLOATS,
        pair -> {
          Answer first = pair.assertSame(request(repetitive, 150, SamplingOptions.GREEDY, halting));
          int[] next = Arrays.copyOf(repetitive, 180 + 150 + 5);
          System.arraycopy(first.ids(), 0, next, 180, 150);
          Answer warm = pair.assertSame(request(next, 30, SamplingOptions.GREEDY, null));
          assertThat(warm.usage.cachedTokens()).isEqualTo(180 + 149);
          assertThat(pair.speculating.status().acceptedTokens()).isPositive();
          try (InferenceEngine cold =
              InferenceEngine.load(tiny(), WITH_FLOATS.withSpeculation(false))) {
            assertThat(generate(cold, request(next, 30, SamplingOptions.GREEDY, null)).tokens)
                .isEqualTo(warm.tokens);
          }
        });
  }

  @Test
  void answersSideBySideAreThoseAlone() {
    List<GenerationRequest> requests = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      int[] prompt = Arrays.copyOf(i % 3 == 0 ? varied : repetitive, 90 + 9 * i);
      SamplingOptions sampling = new SamplingOptions(i % 2, 0, 1, 0, 1, i);
      requests.add(request(prompt, 20 + 5 * i, sampling, i % 3 == 1 ? copying : null));
    }
    List<List<GenerationEvent.Token>> together = new ArrayList<>();
    try (InferenceEngine engine = open(tiny(), true)) {
      List<TokenStream> streams = requests.stream().map(engine::generate).toList();
      streams.forEach(stream -> together.add(collect(stream).tokens));
      assertThat(engine.status().acceptedTokens()).isPositive();
    }
    try (InferenceEngine engine = open(tiny(), false)) {
      for (int i = 0; i < requests.size(); i++) {
        assertThat(together.get(i)).isEqualTo(generate(engine, requests.get(i)).tokens);
      }
    }
  }

  @Test
  void answerCancelledAmongDraftsLeavesTheCacheSound() {
    GenerationRequest endless = request(repetitive, 3000, SamplingOptions.GREEDY, copying);
    Answer cancelled;
    try (InferenceEngine engine = InferenceEngine.load(tiny(), WITH_FLOATS)) {
      TokenStream stream = engine.generate(endless);
      List<GenerationEvent.Token> before = new ArrayList<>();
      while (before.size() < 80) {
        if (stream.next() instanceof GenerationEvent.Token token) {
          before.add(token);
        }
      }
      stream.close();
      cancelled = collect(stream);
      assertThat(cancelled.reason).isEqualTo(FinishReason.CANCELLED);
      assertThat(cancelled.usage.completionTokens())
          .isEqualTo(80 + cancelled.tokens.size())
          .isLessThan(3000);
      int[] next = Arrays.copyOf(repetitive, 260);
      for (int i = 0; i < 80; i++) {
        next[180 + i] = before.get(i).id();
      }
      Answer warm = generate(engine, request(next, 30, SamplingOptions.GREEDY, null));
      assertThat(warm.usage.cachedTokens()).isGreaterThan(180);
      try (InferenceEngine cold =
          InferenceEngine.load(tiny(), WITH_FLOATS.withSpeculation(false))) {
        assertThat(warm.tokens)
            .isEqualTo(generate(cold, request(next, 30, SamplingOptions.GREEDY, null)).tokens);
      }
    }
  }

  private record Pair(InferenceEngine speculating, InferenceEngine plain) {

    Answer assertSame(GenerationRequest request) {
      Answer answer = generate(speculating, request);
      assertThat(answer).isEqualTo(generate(plain, request));
      return answer;
    }
  }

  private static void onBoth(Path model, Consumer<Pair> test) {
    onBoth(model, EngineOptions.DEFAULTS, test);
  }

  private static void onBoth(Path model, EngineOptions options, Consumer<Pair> test) {
    try (InferenceEngine speculating = InferenceEngine.load(model, options);
        InferenceEngine plain = InferenceEngine.load(model, options.withSpeculation(false))) {
      test.accept(new Pair(speculating, plain));
    }
  }

  private static InferenceEngine open(Path model, boolean isSpeculating) {
    return InferenceEngine.load(model, EngineOptions.DEFAULTS.withSpeculation(isSpeculating));
  }

  private static Path tiny() {
    return Fixtures.shared("fixtures/engine/tiny-gpt-oss-MXFP4_MOE.gguf");
  }

  private static List<Path> models() {
    return List.of(tiny(), Fixtures.smolLm2());
  }

  private static GenerationRequest request(
      int[] prompt, int maxTokens, SamplingOptions sampling, @Nullable LogitsMask mask) {
    return new GenerationRequest(prompt, maxTokens, sampling, Set.of(), List.of(), mask);
  }

  private static Answer generate(InferenceEngine engine, GenerationRequest request) {
    try (TokenStream stream = engine.generate(request)) {
      return collect(stream);
    }
  }

  private static Answer collect(TokenStream stream) {
    List<GenerationEvent.Token> tokens = new ArrayList<>();
    while (true) {
      switch (stream.next()) {
        case GenerationEvent.Token token -> tokens.add(token);
        case GenerationEvent.Finished finished -> {
          return new Answer(tokens, finished.reason(), finished.text(), finished.usage());
        }
        case GenerationEvent.Failed failed -> throw failed.cause();
        case GenerationEvent.Queued _, GenerationEvent.Prefill _ -> {}
      }
    }
  }

  private static void print(Path model, EngineStatus status) {
    System.out.printf(
        "%s: %d of %d drafted tokens accepted, %.2f tokens per step%n",
        model.getFileName(),
        status.acceptedTokens(),
        status.draftedTokens(),
        (double) status.completionTokens() / (status.completionTokens() - status.acceptedTokens()));
  }
}
