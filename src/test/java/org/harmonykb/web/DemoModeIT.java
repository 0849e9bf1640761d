package org.harmonykb.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import tools.jackson.databind.JsonNode;

/** Demo mode: everything for programs and pages of this machine, nothing for others. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(OutputCaptureExtension.class)
@SuppressWarnings("NullAway.Init")
class DemoModeIT {

  @TempDir static Path data;
  private RunningService service;
  private String startLog;

  @BeforeAll
  void start(CapturedOutput log) {
    service = new RunningService(data, "--kb.model.path=none");
    startLog = log.getAll();
  }

  @AfterAll
  void stop() {
    service.close();
  }

  /** Status of a request with exactly these headers. */
  private int status(String method, String path, Map<String, String> headers) throws Exception {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("Host", "127.0.0.1:" + service.port());
    all.putAll(headers);
    StringBuilder request = new StringBuilder(method + " " + path + " HTTP/1.1\r\n");
    all.forEach((name, value) -> request.append(name + ": " + value + "\r\n"));
    String body = method.equals("POST") ? "{\"question\":\"Why?\"}" : "";
    request.append(
        "Content-Type: application/json\r\nConnection: close\r\nContent-Length: "
            + body.length()
            + "\r\n\r\n"
            + body);
    try (Socket socket = new Socket("127.0.0.1", service.port())) {
      OutputStream out = socket.getOutputStream();
      out.write(request.toString().getBytes(StandardCharsets.UTF_8));
      out.flush();
      String reply = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return Integer.parseInt(reply.substring(9, 12));
    }
  }

  private int ask(Map<String, String> headers) throws Exception {
    return status("POST", "/api/ask", headers);
  }

  @Test
  void saysSoInTheLogAndToThePage() throws Exception {
    assertThat(startLog).contains("Demo mode: nobody signs in");
    JsonNode me = service.get("/api/me").json();
    assertThat(me.get("mode").asString()).isEqualTo("demo");
    assertThat(me.get("signedIn").asBoolean()).isTrue();
    assertThat(me.get("roles").toString()).contains("ADMIN");
  }

  /**
   * A stored session for each request of a program would be a write, and a race with its stream.
   */
  @Test
  void requestsBeginNoSession() throws Exception {
    HttpURLConnection connection =
        (HttpURLConnection)
            URI.create("http://127.0.0.1:" + service.port() + "/api/me").toURL().openConnection();
    assertThat(connection.getResponseCode()).isEqualTo(200);
    assertThat(connection.getHeaderField("Set-Cookie")).isNull();
  }

  @Test
  void programsAndTheOwnPageMayDoEverything() throws Exception {
    String own = "http://127.0.0.1:" + service.port();
    assertThat(ask(Map.of())).isEqualTo(200);
    assertThat(ask(Map.of("Host", "localhost:" + service.port()))).isEqualTo(200);
    assertThat(ask(Map.of("Host", "[::1]:" + service.port()))).isEqualTo(200);
    assertThat(ask(Map.of("Origin", own))).isEqualTo(200);
    assertThat(ask(Map.of("Origin", own, "Sec-Fetch-Site", "same-origin"))).isEqualTo(200);
    assertThat(ask(Map.of("Authorization", "Bearer sk-anything"))).isEqualTo(200);
    assertThat(status("GET", "/api/admin/jobs", Map.of())).isEqualTo(200);
    assertThat(status("GET", "/actuator/prometheus", Map.of())).isEqualTo(200);
  }

  @Test
  void pagesOfOthersMayNothing() throws Exception {
    assertThat(ask(Map.of("Origin", "https://evil.example.com"))).isEqualTo(403);
    assertThat(ask(Map.of("Origin", "null"))).isEqualTo(403);
    assertThat(ask(Map.of("Origin", "http://127.0.0.1:9"))).isEqualTo(403);
    assertThat(ask(Map.of("Sec-Fetch-Site", "cross-site"))).isEqualTo(403);
    Map<String, String> loaded =
        Map.of("Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors");
    assertThat(status("GET", "/api/conversations", loaded)).isEqualTo(403);
    Map<String, String> link = Map.of("Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate");
    assertThat(status("GET", "/", link)).isEqualTo(200);
  }

  @Test
  void namesThatWereMadeToPointHereAreNotAnswered() throws Exception {
    for (String host : new String[] {"evil.example.com", "127.0.0.1.evil.example.com"}) {
      String rebound = host + ":" + service.port();
      assertThat(status("GET", "/api/conversations", Map.of("Host", rebound))).isEqualTo(403);
      assertThat(ask(Map.of("Host", rebound, "Origin", "http://" + rebound))).isEqualTo(403);
    }
  }

  @Test
  void proxyIsNotServed() throws Exception {
    assertThat(ask(Map.of("X-Forwarded-For", "10.1.2.3"))).isEqualTo(403);
    assertThat(ask(Map.of("Forwarded", "for=10.1.2.3"))).isEqualTo(403);
  }

  @Test
  void demoModeIsRefusedWhereOthersCanReachIt(@TempDir Path other) {
    assertThatThrownBy(
            () ->
                new RunningService(
                    other,
                    "--kb.model.path=none",
                    "--kb.security.mode=demo",
                    "--server.address=0.0.0.0"))
        .rootCause()
        .hasMessageContaining("serves this machine only");
  }

  @Test
  void openAddressMeansSignIn(@TempDir Path other) throws Exception {
    try (RunningService open =
        new RunningService(other, "--kb.model.path=none", "--server.address=0.0.0.0")) {
      assertThat(open.get("/api/conversations").status()).isEqualTo(401);
      JsonNode me = open.get("/api/me").json();
      assertThat(me.get("mode").asString()).isEqualTo("local");
      assertThat(me.get("setup").asBoolean()).isTrue();
    }
  }
}
