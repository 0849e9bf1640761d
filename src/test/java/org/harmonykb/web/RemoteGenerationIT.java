package org.harmonykb.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.hamcrest.Matchers;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * A service that lets another instance of itself write, with servers that are down or misbehave.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class RemoteGenerationIT {

  private static final String FERRY =
      "# Ferry\n\nThe first ferry leaves at 7:25 from the north pier. It carries 140 guests.";

  private RunningService writer;
  private int nobody;

  @BeforeAll
  void start(@TempDir Path data) throws Exception {
    writer = new RunningService(data);
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      nobody = socket.getLocalPort();
    }
  }

  @AfterAll
  void stop() {
    writer.close();
  }

  private static RunningService asking(Path data, String... backEnds) throws Exception {
    List<String> options = new ArrayList<>();
    options.add("--kb.generation.engine=openai");
    options.add("--kb.generation.openai.reasoning=false");
    options.add("--kb.generation.openai.stall-timeout=2s");
    options.add("--kb.health.require-model=true");
    for (int i = 0; i < backEnds.length; i++) {
      String key = "--kb.generation.openai.backends[" + i + "].";
      options.add(key + "base-url=" + backEnds[i]);
      options.add(key + "model=model");
    }
    RunningService service = new RunningService(data, options.toArray(String[]::new));
    service.ingest("ferry.md", FERRY.getBytes(StandardCharsets.UTF_8));
    return service;
  }

  private static String url(int port) {
    return "http://localhost:" + port + "/v1";
  }

  @Test
  void anotherInstanceWritesAndOneThatIsDownIsLeftOut(@TempDir Path data) throws Exception {
    try (RunningService service = asking(data, url(nobody), url(writer.port()))) {
      long written = writer.status().completionTokens();
      JsonNode answer = service.ask("When does the first ferry leave?");
      assertThat(writer.status().completionTokens()).isGreaterThan(written);
      assertThat(answer.path("answer").asString()).contains("7:25").contains("[1]");
      assertThat(answer.path("usage").path("prompt_tokens").asInt()).isPositive();
      assertThat(service.get("/api/status").json().path("mode").asString()).isEqualTo("generated");

      String replay = "/api/answers/" + answer.path("id").asString() + "/replay";
      JsonNode again = service.post(replay, "").json();
      assertThat(again.path("identical").asBoolean()).as(again.toString()).isTrue();
      assertThat(again.path("backEnd").path("was").asString()).isEqualTo(url(writer.port()));
      assertThat(again.path("backEnd").path("now").asString()).isEqualTo(url(writer.port()));

      assertThat(service.get("/actuator/health/readiness").status()).isEqualTo(200);
      Awaitility.await()
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(
              () ->
                  assertThat(service.get("/actuator/prometheus").text())
                      .contains(up(url(nobody), 0), up(url(writer.port()), 1)));
      assertThat(service.get("/actuator/prometheus").text())
          .contains("kb_remote_requests_total{backend=\"" + url(writer.port()))
          .contains("kb_generation_prefill_seconds_count");
    }
  }

  private static String up(String backEnd, int value) {
    return "kb_remote_up{backend=\"" + backEnd + "\"} " + value + ".0";
  }

  @Test
  void busyBrokenSilentAndMissingServersAreMetAsDocumented(@TempDir Path data) throws Exception {
    try (ScriptedServer server = new ScriptedServer();
        RunningService service = asking(data, server.url())) {
      Map<String, Object> question =
          Map.of("question", "When does the first ferry leave?", "maxTokens", 32);
      server.script = "busy";
      assertThat(service.post("/api/ask", question).status()).isEqualTo(429);

      server.script = "wrong numbers";
      JsonNode answer = service.ask("When does the first ferry leave?");
      assertThat(answer.path("answer").asString()).contains("7:25", "[1]").doesNotContain("[8]");
      assertThat(answer.path("mode").asString()).isEqualTo("generated");
      assertThat(answer.toString()).doesNotContain("Let me look");
      assertThat(stream(service, Map.of())).doesNotContain("Let me look");
      assertThat(stream(service, Map.of("reasoning", true, "instructions", "Write like a pirate.")))
          .contains("event:reasoning\ndata:{\"text\":\"Let me look.\"}");
      assertThat(server.asked).contains("Write like a pirate.");

      server.script = "breaks off";
      RunningService.Reply broken = service.post("/api/ask", question);
      assertThat(broken.text()).contains("broke off");

      server.script = "stalls";
      RunningService.Reply silent = service.post("/api/ask", question);
      assertThat(silent.text()).contains("no token came in time");
      Awaitility.await("the stream is closed")
          .atMost(Duration.ofSeconds(10))
          .untilAtomic(server.gone, Matchers.greaterThan(0));

      server.script = "wrong numbers";
      assertThat(service.ask("When does the first ferry leave?").path("mode").asString())
          .isEqualTo("generated");
      assertThat(service.get("/actuator/health/readiness").status()).isEqualTo(200);
      server.close();
      JsonNode quotes = service.ask("When does the first ferry leave?");
      assertThat(quotes.path("mode").asString()).isEqualTo("extractive");
      assertThat(quotes.path("notice").asString()).contains("No server writes answers now");
      assertThat(quotes.path("answer").asString()).contains("7:25");
      assertThat(service.get("/actuator/health/readiness").status()).isEqualTo(503);
    }
  }

  private static String stream(RunningService service, Map<String, Object> more) throws Exception {
    Map<String, Object> body = new HashMap<>(more);
    body.put("question", "When does the first ferry leave?");
    RunningService.Reply reply =
        service.send(
            service
                .request("/api/ask")
                .header("Content-Type", "application/json")
                .header("Accept", "text/event-stream")
                .POST(HttpRequest.BodyPublishers.ofString(RunningService.json(body))));
    assertThat(reply.text()).contains("event:done");
    return reply.text();
  }

  /** Speaks the protocol's words where a real model cannot be made to misbehave on demand. */
  private static final class ScriptedServer implements AutoCloseable {

    private final HttpServer http;
    private final AtomicInteger gone = new AtomicInteger();
    private volatile String script = "";
    private volatile String asked = "";

    ScriptedServer() throws Exception {
      http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      http.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
      http.createContext("/v1/models", exchange -> exchange.sendResponseHeaders(200, -1));
      http.createContext(
          "/v1/chat/completions",
          exchange -> {
            asked = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(script.equals("busy") ? 429 : 200, 0);
            try (OutputStream out = exchange.getResponseBody()) {
              answer(out);
            } catch (IOException e) {
              gone.incrementAndGet();
            }
          });
      http.start();
    }

    private void answer(OutputStream out) throws IOException {
      switch (script) {
        case "wrong numbers" -> {
          out.write(
              "data: {\"choices\":[{\"delta\":{\"reasoning_content\":\"Let me look.\"}}]}\n\n"
                  .getBytes(StandardCharsets.UTF_8));
          delta(out, "The first ferry leaves at 7:25 from the north pier [8");
          delta(out, "][1].");
          out.write(
              "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"
                  .getBytes(StandardCharsets.UTF_8));
        }
        case "breaks off" -> delta(out, "The first");
        case "stalls" -> {
          delta(out, "The first");
          while (true) { // a comment is no token
            out.write(": still here\n\n".getBytes(StandardCharsets.UTF_8));
            out.flush();
            LockSupport.parkNanos(50_000_000);
          }
        }
        default -> {}
      }
    }

    private static void delta(OutputStream out, String text) throws IOException {
      out.write(
          ("data: {\"choices\":[{\"delta\":{\"content\":\"" + text + "\"}}]}\n\n")
              .getBytes(StandardCharsets.UTF_8));
      out.flush();
    }

    String url() {
      return RemoteGenerationIT.url(http.getAddress().getPort());
    }

    @Override
    public void close() {
      http.stop(0);
    }
  }
}
