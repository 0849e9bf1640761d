package org.harmonykb.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.harmonykb.Fixtures;
import org.harmonykb.engine.format.ModelFile;
import org.harmonykb.engine.quantization.SyntheticModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A tool call that a gpt-oss model of random weights writes in Harmony, byte by byte on the wire.
 * The limit is the least with which a call comes to its end, so that the sampler leaves the weights
 * little to choose.
 */
class HarmonyToolIT {

  private static final String BODY =
      """
      {"model":"model","temperature":0,"stream":true,"stream_options":{"include_usage":true},
       "max_completion_tokens":%d,"tool_choice":"required",
       "tools":[{"type":"function","function":{"name":"get_weather","parameters":{"type":"object",
        "properties":{"city":{"enum":["Paris"]},"unit":{"enum":["C"]}},"required":["city","unit"],
        "additionalProperties":false}}}],
       "messages":[{"role":"user","content":"What is the weather in Paris?"}]}
      """;

  private static final String CALLED = "\"finish_reason\":\"tool_calls\"";

  @TempDir Path folder = Path.of("");

  @Test
  void aHarmonyCallIsStreamedAsOpenAiDoes() throws Exception {
    try (RunningService service =
        new RunningService(folder.resolve("data"), "--kb.model.path=" + gptOss())) {
      RunningService.Reply reply = service.post("/v1/chat/completions", BODY.formatted(8));
      assertThat(reply.status()).as("too few tokens for a call").isEqualTo(400);
      for (int tokens = 9; tokens < 64 && !reply.text().contains(CALLED); tokens++) {
        reply = service.post("/v1/chat/completions", BODY.formatted(tokens));
      }
      String text = reply.status() + "\n" + OpenAiIT.normal(reply.text());
      Path golden = Path.of("src/test/resources/golden/harmony-tool-call.txt");
      if (Boolean.getBoolean("kb.golden.write")) {
        Files.writeString(golden, text);
      }
      assertThat(text).isEqualTo(Files.readString(golden));
    }
  }

  /** A few layers with the whole vocabulary of gpt-oss. */
  private Path gptOss() throws IOException {
    Path model = folder.resolve("gpt-oss.gguf");
    try (ModelFile vocabulary =
        ModelFile.open(Fixtures.shared("fixtures/tokenizer/o200k_harmony-vocab.gguf"))) {
      SyntheticModel.write(
          SyntheticModel.Shape.TINY,
          model,
          1,
          SyntheticModel.Router.UNIFORM,
          vocabulary.metadata(),
          (done, all) -> {});
    }
    return model;
  }
}
