package org.harmonykb.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A service that stops tells everybody who waits for an answer. */
class ShutdownIT {

  private static final String FERRY =
      "# Ferry\n\nThe first ferry leaves at 7:25 from the north pier.";

  @Test
  void streamsEndWithAnEventThatSaysWhy(@TempDir Path data) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient();
        RunningService service =
            new RunningService(data, "--kb.shutdown.grace=0s", "--kb.ask.style=PASSAGES")) {
      service.ingest("ferry.md", FERRY.getBytes(StandardCharsets.UTF_8));
      // At this temperature the model hardly ever ends by itself.
      Iterator<String> plain =
          stream(
              http,
              service,
              "/v1/chat/completions",
              Map.of(
                  "model",
                  "model",
                  "stream",
                  true,
                  "temperature",
                  2,
                  "messages",
                  List.of(Map.of("role", "user", "content", "Tell a story without an end."))));
      Iterator<String> asked =
          stream(
              http,
              service,
              "/api/ask",
              Map.of(
                  "question",
                  "When does the first ferry leave?",
                  "temperature",
                  2,
                  "maxTokens",
                  3000));
      readUntil(plain, "\"content\":\"");
      readUntil(asked, "event:token");
      Thread closing = Thread.ofVirtual().start(service::close);
      assertThat(rest(plain)).contains("\"code\":\"shutting_down\"");
      assertThat(rest(asked))
          .contains("event:error", "\"code\":\"shutting_down\"")
          .doesNotContain("event:done");
      closing.join();
    }
  }

  private static Iterator<String> stream(
      HttpClient http, RunningService service, String path, Map<String, Object> body)
      throws Exception {
    HttpRequest request =
        service
            .request(path)
            .header("Content-Type", "application/json")
            .header("Accept", "text/event-stream")
            .POST(HttpRequest.BodyPublishers.ofString(RunningService.json(body)))
            .build();
    return http.send(request, HttpResponse.BodyHandlers.ofLines()).body().iterator();
  }

  private static void readUntil(Iterator<String> lines, String wanted) {
    while (lines.hasNext()) {
      if (lines.next().contains(wanted)) {
        return;
      }
    }
    throw new AssertionError("the stream ended before " + wanted);
  }

  private static String rest(Iterator<String> lines) {
    StringBuilder rest = new StringBuilder();
    lines.forEachRemaining(line -> rest.append(line).append('\n'));
    return rest.toString();
  }
}
