package org.harmonykb.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.harmonykb.Fixtures;
import org.harmonykb.HarmonyKbApplication;
import org.harmonykb.answering.LanguageModel;
import org.harmonykb.engine.EngineStatus;
import org.harmonykb.engine.InferenceEngine;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The service on a port of its own, without the sample company, and how tests talk to it. */
final class RunningService implements AutoCloseable {

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String BOUNDARY = "----harmony-kb-test";

  private final HttpClient http = HttpClient.newHttpClient();
  private final ConfigurableApplicationContext context;
  private final int port;

  /**
   * @param options further ones, which win
   */
  RunningService(Path data, String... options) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "--server.port=0",
                "--kb.data-dir=" + data,
                "--kb.corpus-dir=" + data.resolve("no-corpus")));
    if (Arrays.stream(options).noneMatch(option -> option.startsWith("--kb.model.path="))) {
      all.add("--kb.model.path=" + Fixtures.smolLm2());
    }
    all.addAll(List.of(options));
    context = SpringApplication.run(HarmonyKbApplication.class, all.toArray(String[]::new));
    port = Integer.parseInt(context.getEnvironment().getRequiredProperty("local.server.port"));
  }

  /** An answer of the service. */
  record Reply(int status, String contentType, byte[] body) {

    String text() {
      return new String(body, StandardCharsets.UTF_8);
    }

    JsonNode json() {
      return JSON.readTree(body);
    }
  }

  int port() {
    return port;
  }

  <T> T bean(String name, Class<T> type) {
    return context.getBean(name, type);
  }

  <T> T bean(Class<T> type) {
    return context.getBean(type);
  }

  InferenceEngine engine() {
    LanguageModel.Loaded loaded = context.getBean(LanguageModel.class).loaded();
    return Objects.requireNonNull(loaded, "no model").engine();
  }

  EngineStatus status() {
    return engine().status();
  }

  Reply get(String path) throws Exception {
    return send(request(path).GET());
  }

  Reply delete(String path) throws Exception {
    return send(request(path).DELETE());
  }

  Reply post(String path, Object body) throws Exception {
    String json = body instanceof String text ? text : JSON.writeValueAsString(body);
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .header("Accept", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(json)));
  }

  Reply putJson(String path, Object body) throws Exception {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .PUT(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body))));
  }

  JsonNode ask(String question) throws Exception {
    Reply reply = post("/api/ask", Map.of("question", question, "maxTokens", 32));
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    return reply.json();
  }

  Reply upload(String name, byte[] content) throws Exception {
    return upload(Map.of(name, content), Map.of());
  }

  Reply upload(Map<String, byte[]> files, Map<String, String> fields) throws Exception {
    return send(
        request("/api/documents")
            .header("Content-Type", "multipart/form-data; boundary=" + BOUNDARY)
            .POST(HttpRequest.BodyPublishers.ofByteArray(form(files, fields))));
  }

  Reply put(String externalId, String name, byte[] content) throws Exception {
    return send(
        request("/api/documents/" + externalId)
            .header("Content-Type", "multipart/form-data; boundary=" + BOUNDARY)
            .PUT(HttpRequest.BodyPublishers.ofByteArray(form(Map.of(name, content), Map.of()))));
  }

  /** Uploads a file and waits until it is through. */
  JsonNode ingest(String name, byte[] content) throws Exception {
    Reply accepted = upload(name, content);
    assertThat(accepted.status()).as(accepted.text()).isEqualTo(202);
    String id = accepted.json().get(0).get("id").asString();
    return awaitEnd(id);
  }

  JsonNode awaitEnd(String id) {
    return Awaitility.await("document " + id)
        .atMost(Duration.ofMinutes(2))
        .until(
            () -> get("/api/documents/" + id).json(),
            document ->
                List.of("SEARCHABLE", "NO_TEXT", "REJECTED", "FAILED")
                    .contains(document.get("state").asString()));
  }

  private static byte[] form(Map<String, byte[]> files, Map<String, String> fields)
      throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (Map.Entry<String, String> field : fields.entrySet()) {
      part(
          out,
          "name=\"" + field.getKey() + "\"",
          field.getValue().getBytes(StandardCharsets.UTF_8));
    }
    for (Map.Entry<String, byte[]> file : new LinkedHashMap<>(files).entrySet()) {
      part(out, "name=\"file\"; filename=\"" + file.getKey() + "\"", file.getValue());
    }
    out.write(("--" + BOUNDARY + "--\r\n").getBytes(StandardCharsets.UTF_8));
    return out.toByteArray();
  }

  private static void part(ByteArrayOutputStream out, String disposition, byte[] content)
      throws IOException {
    String head =
        "--" + BOUNDARY + "\r\nContent-Disposition: form-data; " + disposition + "\r\n\r\n";
    out.write(head.getBytes(StandardCharsets.UTF_8));
    out.write(content);
    out.write("\r\n".getBytes(StandardCharsets.UTF_8));
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
        .timeout(Duration.ofMinutes(2));
  }

  Reply send(HttpRequest.Builder request) throws Exception {
    HttpResponse<byte[]> response =
        http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    return new Reply(
        response.statusCode(),
        response.headers().firstValue("Content-Type").orElse(""),
        response.body());
  }

  static String json(@Nullable Object value) {
    return JSON.writeValueAsString(value);
  }

  @Override
  public void close() {
    context.close();
  }
}
