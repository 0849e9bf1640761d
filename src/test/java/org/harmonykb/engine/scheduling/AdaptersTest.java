package org.harmonykb.engine.scheduling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.harmonykb.Fixtures;
import org.harmonykb.engine.AdapterChoice;
import org.harmonykb.engine.AdapterInfo;
import org.harmonykb.engine.EngineOptions;
import org.harmonykb.engine.GenerationEvent;
import org.harmonykb.engine.GenerationRequest;
import org.harmonykb.engine.InferenceEngine;
import org.harmonykb.engine.ModelFormatException;
import org.harmonykb.engine.SamplingOptions;
import org.harmonykb.engine.TestAdapters;
import org.harmonykb.engine.TokenStream;
import org.harmonykb.engine.UnknownAdapterException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Adapters come and go while requests run, share batches, and never share a cache. */
class AdaptersTest {

  private static final AdapterChoice TONE = new AdapterChoice("tone", null);
  private static final AdapterChoice HALF = new AdapterChoice("tone", 0.5f);

  private final Path model = Fixtures.shared("fixtures/engine/tiny-gpt-oss-MXFP4_MOE.gguf");
  private final Path adapter = Fixtures.shared("fixtures/engine/tiny-lora.gguf");
  private final int[] prompt = new Random(3).ints(150, 0, 1000).toArray();

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  @Test
  void requestsWithDifferentAdaptersInOneBatchAnswerAsAlone() {
    List<Collected> alone = new ArrayList<>();
    for (AdapterChoice choice : choices()) {
      try (InferenceEngine engine = open()) {
        alone.add(generate(engine, choice));
      }
    }
    assertThat(alone.get(0).tokens()).isNotEqualTo(alone.get(1).tokens());
    assertThat(alone.get(1).logProbabilities()).isNotEqualTo(alone.get(2).logProbabilities());
    try (InferenceEngine engine = open()) {
      List<TokenStream> streams = new ArrayList<>();
      for (AdapterChoice choice : choices()) {
        streams.add(engine.generate(request(choice)));
      }
      for (int i = 0; i < streams.size(); i++) {
        assertThat(Collected.from(streams.get(i))).isEqualTo(alone.get(i));
      }
    }
  }

  @Test
  void cachesOfDifferentAdaptersAreNeverMixed() {
    Collected plain;
    Collected adapted;
    try (InferenceEngine engine = open()) {
      plain = generate(engine, null);
      adapted = generate(engine, TONE);
    }
    assertThat(List.of(plain.cached(), adapted.cached())).containsOnly(0);
    try (InferenceEngine engine = open()) {
      assertThat(generate(engine, TONE)).isEqualTo(adapted);
      assertThat(generate(engine, null)).isEqualTo(plain);
      assertThat(generate(engine, HALF).cached()).isZero();
      Collected again = generate(engine, TONE);
      assertThat(again.cached()).isEqualTo(149);
      assertThat(again.tokens()).isEqualTo(adapted.tokens());
      assertThat(again.logProbabilities()).isEqualTo(adapted.logProbabilities());
    }
  }

  @Test
  void scaleZeroIsTheModelItself() {
    try (InferenceEngine engine = open()) {
      Collected plain = generate(engine, null);
      Collected zero = generate(engine, new AdapterChoice("tone", 0f));
      assertThat(zero.tokens()).isEqualTo(plain.tokens());
      assertThat(zero.logProbabilities()).isEqualTo(plain.logProbabilities());
      assertThat(zero.cached()).isEqualTo(149);
    }
  }

  @Test
  void ggufAndPeftAreTheSameAdapter() {
    try (InferenceEngine engine = open()) {
      engine.loadAdapter("peft", Fixtures.shared("fixtures/engine/tiny-lora-peft"), 1);
      assertThat(generate(engine, new AdapterChoice("peft", null)))
          .isEqualTo(generate(engine, TONE));
    }
  }

  @Test
  void runningRequestEndsWithTheAdapterThatWasUnloaded() {
    try (InferenceEngine engine = open()) {
      Collected whole = generate(engine, TONE);
      try (TokenStream stream = engine.generate(request(TONE))) {
        GenerationEvent event = stream.next();
        while (!(event instanceof GenerationEvent.Prefill)) {
          event = stream.next();
        }
        engine.unloadAdapter("tone");
        assertThat(engine.adapters()).isEmpty();
        assertThatExceptionOfType(UnknownAdapterException.class)
            .isThrownBy(() -> engine.generate(request(TONE)))
            .withMessageContaining("tone");
        assertThat(Collected.from(stream).tokens()).isEqualTo(whole.tokens());
      }
      assertThatExceptionOfType(UnknownAdapterException.class)
          .isThrownBy(() -> engine.unloadAdapter("tone"));
    }
  }

  @Test
  void anotherFileUnderTheSameNameStartsWithAnEmptyCache() throws IOException {
    Path other = otherAdapter(1);
    Collected cold;
    try (InferenceEngine engine = open()) {
      engine.loadAdapter("other", other, 1);
      cold = generate(engine, new AdapterChoice("other", null));
    }
    try (InferenceEngine engine = open()) {
      Collected before = generate(engine, TONE);
      engine.loadAdapter("tone", other, 1);
      assertThat(engine.adapters()).extracting(AdapterInfo::file).containsExactly(other);
      assertThat(generate(engine, TONE)).isEqualTo(cold).isNotEqualTo(before);
      engine.unloadAdapter("tone");
      engine.loadAdapter("tone", adapter, 1);
      assertThat(generate(engine, TONE)).isEqualTo(before);
    }
  }

  @Test
  void loadingAndUnloadingDisturbsNobody() throws IOException {
    Path other = otherAdapter(2);
    try (InferenceEngine engine = open()) {
      Collected plain = generate(engine, null);
      Collected adapted = generate(engine, TONE);
      for (int round = 0; round < 5; round++) {
        List<TokenStream> streams = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
          String name = "other" + i;
          engine.loadAdapter(name, other, 0.1f * (i + 1));
          streams.add(engine.generate(request(i % 2 == 0 ? null : TONE)));
          TokenStream abandoned = engine.generate(request(new AdapterChoice(name, null)));
          engine.unloadAdapter(name);
          abandoned.close();
        }
        for (int i = 0; i < 4; i++) {
          Collected expected = i % 2 == 0 ? plain : adapted;
          Collected result = Collected.from(streams.get(i));
          assertThat(result.tokens()).isEqualTo(expected.tokens());
          assertThat(result.logProbabilities()).isEqualTo(expected.logProbabilities());
        }
      }
      assertThat(engine.adapters()).extracting(AdapterInfo::name).containsExactly("tone");
      assertThat(engine.adapters()).extracting(AdapterInfo::requests).containsExactly(0);
    }
  }

  @Test
  void adapterOfAnotherModelIsRefusedAndChangesNothing() throws IOException {
    List<TestAdapters.Change> changes =
        TestAdapters.random(model, 4, 0.05, 7, List.of("blk.0.attn_q.weight"));
    Path foreign = TestAdapters.writeGguf(folder.resolve("llama.gguf"), "llama", 8, changes);
    TestAdapters.Change q = changes.getFirst();
    Path tooWide =
        TestAdapters.writeGguf(
            folder.resolve("wide.gguf"),
            "gpt-oss",
            8,
            List.of(
                new TestAdapters.Change(
                    q.weight(), q.columns() / 2, q.rows(), 1, 8, q.a(), new float[8 * q.rows()])));
    Path unknownWeight =
        TestAdapters.writeGguf(
            folder.resolve("unknown.gguf"),
            "gpt-oss",
            8,
            List.of(
                new TestAdapters.Change(
                    "blk.99.attn_q.weight", q.columns(), q.rows(), 1, 4, q.a(), q.b())));
    try (InferenceEngine engine = open()) {
      Collected before = generate(engine, TONE);
      assertRefused(engine, foreign, "llama");
      assertRefused(engine, tooWide, "blk.0.attn_q.weight");
      assertRefused(engine, unknownWeight, "blk.99");
      assertRefused(engine, model, "not an adapter");
      assertRefused(engine, folder.resolve("missing"), "no such file");
      assertThat(engine.adapters()).extracting(AdapterInfo::file).containsExactly(adapter);
      assertThat(generate(engine, TONE).tokens()).isEqualTo(before.tokens());
    }
  }

  private static void assertRefused(InferenceEngine engine, Path file, String why) {
    assertThatExceptionOfType(ModelFormatException.class)
        .isThrownBy(() -> engine.loadAdapter("tone", file, 1))
        .withMessageContaining(why);
  }

  private Path otherAdapter(long seed) throws IOException {
    return TestAdapters.writeGguf(
        folder.resolve("other.gguf"),
        "gpt-oss",
        8,
        TestAdapters.random(
            model, 4, 0.1, seed, List.of("blk.0.attn_v.weight", "blk.1.attn_output.weight")));
  }

  private static List<@Nullable AdapterChoice> choices() {
    List<@Nullable AdapterChoice> choices = new ArrayList<>();
    choices.add(null);
    choices.add(TONE);
    choices.add(HALF);
    return choices;
  }

  private InferenceEngine open() {
    InferenceEngine engine = InferenceEngine.load(model, EngineOptions.DEFAULTS);
    engine.loadAdapter("tone", adapter, 1);
    return engine;
  }

  private GenerationRequest request(@Nullable AdapterChoice choice) {
    return new GenerationRequest(
        prompt, 24, SamplingOptions.GREEDY, Set.of(), List.of(), null, choice);
  }

  private Collected generate(InferenceEngine engine, @Nullable AdapterChoice choice) {
    try (TokenStream stream = engine.generate(request(choice))) {
      return Collected.from(stream);
    }
  }
}
