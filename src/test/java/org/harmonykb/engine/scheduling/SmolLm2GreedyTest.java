package org.harmonykb.engine.scheduling;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.harmonykb.Fixtures;
import org.harmonykb.engine.EngineOptions;
import org.harmonykb.engine.GenerationEvent;
import org.harmonykb.engine.GenerationRequest;
import org.harmonykb.engine.InferenceEngine;
import org.harmonykb.engine.SamplingOptions;
import org.harmonykb.engine.TokenStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Greedy continuations of the default model, 24 tokens each, against a plain NumPy forward pass in
 * float32 over the de-quantised weights of the same file. What llama.cpp v0.5.0 writes stands
 * beside it and is only counted: it rounds activations to 8 bits and drifts.
 */
class SmolLm2GreedyTest {

  @Test
  void continuationsAreThoseOfTheExactModel() throws Exception {
    JsonNode cases;
    try (InputStream stream =
        Objects.requireNonNull(getClass().getResourceAsStream("/engine/smollm2-greedy.json"))) {
      cases = JsonMapper.builder().build().readTree(stream);
    }
    int exact = 0;
    int asLlamaCpp = 0;
    try (InferenceEngine engine =
        InferenceEngine.load(Fixtures.smolLm2(), EngineOptions.DEFAULTS)) {
      for (JsonNode expected : cases) {
        List<Integer> ids = new ArrayList<>();
        String text = generate(engine, expected.get("prompt").asString(), ids);
        List<Integer> reference = new ArrayList<>();
        expected.get("float32").forEach(id -> reference.add(id.asInt()));
        exact += ids.equals(reference) ? 1 : 0;
        asLlamaCpp += text.equals(expected.get("llama_cpp").asString()) ? 1 : 0;
      }
    }
    System.out.printf(
        "%d of %d continuations as in float32, %d as llama.cpp's%n",
        exact, cases.size(), asLlamaCpp);
    // Two logits may lie closer together than the order of additions decides.
    assertThat(exact).isGreaterThanOrEqualTo(cases.size() - 1);
  }

  private static String generate(InferenceEngine engine, String prompt, List<Integer> ids) {
    int end = engine.tokenizer().eosToken().orElseThrow();
    StringBuilder text = new StringBuilder();
    try (TokenStream stream =
        engine.generate(
            new GenerationRequest(
                engine.tokenizer().encode(prompt),
                24,
                SamplingOptions.GREEDY,
                Set.of(end),
                List.of(),
                null))) {
      while (stream.hasNext()) {
        switch (stream.next()) {
          case GenerationEvent.Token token -> {
            ids.add(token.id());
            text.append(token.text());
          }
          case GenerationEvent.Finished finished -> text.append(finished.text());
          case GenerationEvent.Failed failed -> throw failed.cause();
          case GenerationEvent.Queued _, GenerationEvent.Prefill _ -> {}
        }
      }
    }
    return text.toString();
  }
}
