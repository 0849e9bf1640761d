package org.harmonykb.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.harmonykb.Fixtures;
import org.harmonykb.HarmonyKbApplication;
import org.harmonykb.engine.TestAdapters;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** LoRA adapters through the service's doors, on the default model. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class AdaptersIT {

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final HttpClient http = HttpClient.newHttpClient();
  private ConfigurableApplicationContext service;
  private String base;

  @BeforeAll
  void start() throws Exception {
    Path home = Files.createTempDirectory("kb-adapters-it");
    Path adapters = Files.createDirectories(home.resolve("adapters"));
    write(adapters.resolve("from-start.gguf"), 1);
    write(adapters.resolve("tone.gguf"), 2);
    write(home.resolve("outside.gguf"), 3);
    Files.createSymbolicLink(adapters.resolve("link.gguf"), home.resolve("outside.gguf"));
    Files.writeString(adapters.resolve("broken.gguf"), "GGUF, but no more than that");
    Path corpus = Files.createDirectories(home.resolve("corpus/general"));
    Files.writeString(
        corpus.resolve("travel.md"),
        "# Travel Policy\n\nThe hotel limit per night in Germany is 130 euros.\n");
    service =
        SpringApplication.run(
            HarmonyKbApplication.class,
            "--server.port=0",
            "--kb.data-dir=" + home.resolve("data"),
            "--kb.corpus-dir=" + corpus.getParent(),
            "--kb.adapters.dir=" + adapters,
            "--kb.model.path=" + Fixtures.smolLm2());
    base = "http://localhost:" + service.getEnvironment().getProperty("local.server.port");
  }

  @AfterAll
  void stop() {
    if (service != null) {
      service.close();
    }
  }

  private static void write(Path file, long seed) throws IOException {
    List<String> weights = new ArrayList<>();
    for (int layer = 0; layer < 30; layer++) {
      weights.add("blk." + layer + ".attn_v.weight");
      weights.add("blk." + layer + ".ffn_down.weight");
    }
    TestAdapters.writeGguf(
        file, "llama", 8, TestAdapters.random(Fixtures.smolLm2(), 4, 0.2, seed, weights));
  }

  @Test
  void adapterChangesAnswersUntilItIsUnloaded() throws Exception {
    String plain = content(chat("model", 200));
    assertThat(chat("model:hr", 404).get("error").get("type").asString())
        .isEqualTo("invalid_request_error");

    JsonNode loaded = load("hr", "tone.gguf", 201);
    assertThat(loaded.get("rank").asInt()).isEqualTo(4);
    assertThat(loaded.get("weights").asInt()).isEqualTo(60);
    assertThat(get("/v1/models")).contains("\"model:hr\"");
    JsonNode adapted = chat("model:hr", 200);
    assertThat(content(adapted)).isNotEqualTo(plain);
    assertThat(adapted.get("model").asString()).isEqualTo("model:hr");
    assertThat(content(chat("SmolLM2-135M-Instruct.Q4_1:hr", 200))).isEqualTo(content(adapted));
    assertThat(content(chat("model", 200))).isEqualTo(plain);

    assertThat(delete("hr").statusCode()).isEqualTo(204);
    assertProblem(delete("hr"), 404);
    assertThat(content(chat("model", 200))).isEqualTo(plain);
    chat("model:hr", 404);
    assertThat(get("/v1/models")).doesNotContain("model:hr");
  }

  @Test
  void adaptersOfTheDirectoryAreLoadedAtStartAndBrokenOnesLeftOut() throws Exception {
    assertThat(get("/api/admin/adapters"))
        .contains("\"from-start\"", "\"tone\"")
        .doesNotContain("\"broken\"", "\"link\"");
  }

  @Test
  void adapterIsChosenForAQuestion() throws Exception {
    awaitSearchable();
    String question =
        "\"question\":\"What is the hotel limit per night in Germany?\",\"maxTokens\":8";
    JsonNode plain = ask("{" + question + "}", 200);
    JsonNode again = ask("{" + question + ",\"adapter\":\"from-start\",\"adapterScale\":0}", 200);
    int prompt = plain.get("usage").get("prompt_tokens").asInt();
    assertThat(again.get("usage").get("cached_tokens").asInt()).isEqualTo(prompt - 1);
    assertThat(again.get("answer")).isEqualTo(plain.get("answer"));
    // What the plain model has cached is of no use to the adapter.
    JsonNode adapted = ask("{" + question + ",\"adapter\":\"from-start\"}", 200);
    assertThat(adapted.get("usage").get("prompt_tokens").asInt()).isEqualTo(prompt);
    assertThat(adapted.get("usage").get("cached_tokens").asInt()).isZero();

    assertThat(ask("{" + question + ",\"adapter\":\"nobody\"}", 404).get("detail").asString())
        .contains("nobody");
    ask("{" + question + ",\"adapter\":\"from-start\",\"adapterScale\":1e9}", 400);
  }

  @Test
  void onlyUsableFilesOfTheDirectoryAreLoaded() throws Exception {
    assertThat(load("bad", "broken.gguf", 422).get("detail").asString()).contains("broken.gguf");
    load("bad", "../outside.gguf", 400);
    load("bad", "link.gguf", 400);
    load("bad", "/etc/passwd", 400);
    load("bad", "missing.gguf", 400);
    load("bad", ".", 400);
    load("../bad", "tone.gguf", 400);
    load("bad:name", "tone.gguf", 400);
    assertProblem(post("/api/admin/adapters", "{\"name\":\"bad\"}"), 400);
    assertThat(get("/api/admin/adapters")).doesNotContain("bad");
  }

  private JsonNode chat(String model, int status) throws Exception {
    HttpResponse<String> response =
        post(
            "/v1/chat/completions",
            JSON.writeValueAsString(
                Map.of(
                    "model",
                    model,
                    "temperature",
                    0,
                    "max_tokens",
                    16,
                    "messages",
                    List.of(Map.of("role", "user", "content", "What is the capital of France?")))));
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    return JSON.readTree(response.body());
  }

  private static String content(JsonNode completion) {
    return completion.get("choices").get(0).get("message").get("content").asString();
  }

  private JsonNode load(String name, String path, int status) throws Exception {
    HttpResponse<String> response =
        post("/api/admin/adapters", JSON.writeValueAsString(Map.of("name", name, "path", path)));
    if (status >= 400) {
      assertProblem(response, status);
    }
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    return JSON.readTree(response.body());
  }

  private JsonNode ask(String body, int status) throws Exception {
    HttpResponse<String> response = post("/api/ask", body);
    if (status >= 400) {
      assertProblem(response, status);
    }
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    return JSON.readTree(response.body());
  }

  private static void assertProblem(HttpResponse<String> response, int status) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    assertThat(response.headers().firstValue("Content-Type").orElse("")).contains("problem+json");
  }

  private void awaitSearchable() throws Exception {
    for (int i = 0; i < 600; i++) {
      if (!JSON.readTree(get("/api/documents?state=SEARCHABLE")).isEmpty()) {
        return;
      }
      Thread.sleep(100);
    }
    throw new AssertionError("not searchable in time: " + get("/api/documents"));
  }

  private HttpResponse<String> delete(String name) throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create(base + "/api/admin/adapters/" + name)).DELETE().build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private String get(String path) throws Exception {
    return http.send(
            HttpRequest.newBuilder(URI.create(base + path)).build(),
            HttpResponse.BodyHandlers.ofString())
        .body();
  }

  private HttpResponse<String> post(String path, String body) throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create(base + path))
            .timeout(Duration.ofMinutes(2))
            .header("Content-Type", "application/json")
            .header("Accept", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }
}
