package org.harmonykb.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.harmonykb.HarmonyKbApplication;
import org.harmonykb.documents.DocumentService;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Watched folders, and clients that keep a source in step. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class SyncIT {

  private static final JsonMapper JSON = JsonMapper.builder().build();

  @TempDir static Path temporary;
  private final HttpClient http = HttpClient.newHttpClient();
  private Path folder;
  private ConfigurableApplicationContext context;
  private String base = "";

  @BeforeAll
  void start() throws Exception {
    folder = Files.createDirectories(temporary.resolve("share/policies"));
    for (int i = 0; i < 6; i++) {
      write("rule-" + i + ".md", "# Rule " + i + "\n\nThe rule number " + i + ".");
    }
    write(".hidden.md", "# Hidden");
    write("program.exe", "MZ\u0000\u0001");
    context =
        SpringApplication.run(
            HarmonyKbApplication.class,
            "--server.port=0",
            "--kb.data-dir=" + temporary.resolve("data"),
            "--kb.corpus-dir=" + temporary.resolve("no-corpus"),
            "--kb.model.path=none",
            "--db-scheduler.polling-interval=300ms",
            "--kb.sync.folders[0].name=share",
            "--kb.sync.folders[0].path=" + temporary.resolve("share"),
            "--kb.sync.folders[0].interval=500ms");
    base = "http://localhost:" + context.getEnvironment().getProperty("local.server.port");
  }

  @AfterAll
  void stop() {
    if (context != null) {
      context.close();
    }
  }

  @Test
  void folderAndDocumentsStayInStep() throws Exception {
    awaitDocuments("share", documents -> documents.size() == 6);
    JsonNode first = named("share/policies/rule-0.md");
    assertThat(first.get("collection").asString()).isEqualTo("policies");
    assertThat(first.get("source").asString()).isEqualTo("share");
    Awaitility.await("the program is refused")
        .until(() -> get("/api/admin/jobs?kind=SYNC").toString().contains("\"kind\""));

    write("rule-0.md", "# Rule 0\n\nThe rule number 0, changed.");
    awaitDocuments("share", all -> named("share/policies/rule-0.md").get("revision").asInt() == 2);

    Files.delete(folder.resolve("rule-1.md"));
    awaitDocuments("share", documents -> documents.size() == 5);

    // Removed by hand: it does not come back, until its content changes.
    String id = named("share/policies/rule-2.md").get("id").asString();
    assertThat(send(request("/api/documents/" + id).DELETE()).statusCode()).isEqualTo(204);
    awaitAnotherRun();
    assertThat(names("share")).doesNotContain("share/policies/rule-2.md");
    write("rule-2.md", "# Rule 2\n\nThe rule number 2, changed.");
    awaitDocuments("share", documents -> documents.size() == 5);

    // Much at once: the run asks first.
    Files.move(folder, temporary.resolve("away"));
    JsonNode refused =
        Awaitility.await("a run that asks")
            .atMost(Duration.ofSeconds(30))
            .until(() -> get("/api/admin/jobs?kind=SYNC&state=FAILED"), jobs -> !jobs.isEmpty())
            .get(0);
    assertThat(names("share")).hasSize(5);
    String message = refused.get("message").asString();
    String token = message.replaceAll(".*the confirmation ([0-9a-f]+).*", "$1");
    assertThat(
            send(request(
                        "/api/admin/jobs/"
                            + refused.get("id").asString()
                            + "/retry?confirm="
                            + token)
                    .POST(HttpRequest.BodyPublishers.noBody()))
                .statusCode())
        .isEqualTo(200);
    awaitDocuments("share", List::isEmpty);
  }

  @Test
  void clientIsToldWhatToSendAndWhatWasDeleted() throws Exception {
    Map<String, String> texts =
        Map.of(
            "wiki/a",
            "# A\n\nA.",
            "wiki/b",
            "# B\n\nB.",
            "wiki/c",
            "# C\n\nC.",
            "wiki/d",
            "# D\n\nD.",
            "wiki/e",
            "# E\n\nE.");
    JsonNode first = sync("wiki", texts, null, 200);
    assertThat(strings(first.get("send"))).containsExactlyInAnyOrderElementsOf(texts.keySet());
    for (Map.Entry<String, String> text : texts.entrySet()) {
      put(text.getKey() + "?source=wiki", text.getValue());
    }
    JsonNode second = sync("wiki", texts, null, 200);
    assertThat(second.get("unchanged").asInt()).isEqualTo(5);
    assertThat(second.get("send")).isEmpty();

    Map<String, String> changed =
        Map.of(
            "wiki/a",
            "# A\n\nNew.",
            "wiki/b",
            "# B\n\nB.",
            "wiki/c",
            "# C\n\nC.",
            "wiki/d",
            "# D\n\nD.");
    JsonNode third = sync("wiki", changed, null, 200);
    assertThat(strings(third.get("send"))).containsExactly("wiki/a");
    assertThat(strings(third.get("deleted"))).containsExactly("wiki/e");

    JsonNode problem = sync("wiki", Map.of(), null, 409);
    assertThat(problem.get("deletions").asInt()).isEqualTo(4);
    assertThat(names("wiki")).hasSize(4);
    assertThat(sync("wiki", Map.of("wiki/a", "# A\n\nA."), "0123", 200).get("deleted"))
        .as("three are few")
        .hasSize(3);
    put("wiki/f?source=wiki", "# F");
    put("wiki/g?source=wiki", "# G");
    put("wiki/h?source=wiki", "# H");
    JsonNode again = sync("wiki", Map.of(), null, 409);
    JsonNode confirmed = sync("wiki", Map.of(), again.get("confirm").asString(), 200);
    assertThat(confirmed.get("deleted")).hasSize(4);
    assertThat(names("wiki")).isEmpty();
  }

  @Test
  void badRequestsChangeNothing() throws Exception {
    assertThat(post("/api/sync/wiki", "{}").statusCode()).isEqualTo(400);
    assertThat(post("/api/sync/..%2F", "{\"items\":[]}").statusCode()).isBetween(400, 404);
    assertThat(
            post("/api/sync/wiki", "{\"items\":[{\"id\":\"a\",\"sha256\":\"zz\"}]}").statusCode())
        .isEqualTo(400);
    assertThat(post("/api/sync/wiki", "{\"items\":[null]}").statusCode()).isEqualTo(400);
  }

  private void write(String name, String text) throws Exception {
    Files.writeString(folder.resolve(name), text);
  }

  private void awaitAnotherRun() throws Exception {
    int before = get("/api/admin/jobs?kind=SYNC&state=DONE&limit=1000").size();
    Awaitility.await("two more runs")
        .atMost(Duration.ofSeconds(30))
        .until(() -> get("/api/admin/jobs?kind=SYNC&state=DONE&limit=1000").size() >= before + 2);
  }

  private interface Condition {
    boolean holds(List<String> names) throws Exception;
  }

  private void awaitDocuments(String source, Condition condition) {
    Awaitility.await(source)
        .atMost(Duration.ofSeconds(60))
        .until(() -> condition.holds(names(source)));
  }

  private List<String> names(String source) throws Exception {
    List<String> names = new ArrayList<>();
    for (JsonNode document : get("/api/documents")) {
      if (document.get("source").asString("").equals(source)) {
        names.add(document.get("externalId").asString());
      }
    }
    return names;
  }

  private JsonNode named(String externalId) throws Exception {
    Predicate<JsonNode> isIt = d -> d.get("externalId").asString().equals(externalId);
    for (JsonNode document : get("/api/documents?q=" + externalId)) {
      if (isIt.test(document)) {
        return document;
      }
    }
    throw new AssertionError("there is no " + externalId);
  }

  private JsonNode sync(
      String source, Map<String, String> texts, @Nullable String confirm, int status)
      throws Exception {
    List<Map<String, String>> items = new ArrayList<>();
    texts.forEach(
        (id, text) ->
            items.add(
                Map.of(
                    "id",
                    id,
                    "sha256",
                    DocumentService.sha256(text.getBytes(StandardCharsets.UTF_8)))));
    Map<String, Object> body =
        confirm == null ? Map.of("items", items) : Map.of("items", items, "confirm", confirm);
    HttpResponse<String> response = post("/api/sync/" + source, JSON.writeValueAsString(body));
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    return JSON.readTree(response.body());
  }

  private void put(String path, String text) throws Exception {
    String body =
        "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.md\"\r\n\r\n"
            + text
            + "\r\n--x--\r\n";
    HttpResponse<String> response =
        send(
            request("/api/documents/" + path)
                .header("Content-Type", "multipart/form-data; boundary=x")
                .PUT(HttpRequest.BodyPublishers.ofString(body)));
    assertThat(response.statusCode()).as(response.body()).isEqualTo(202);
  }

  private static List<String> strings(JsonNode array) {
    List<String> strings = new ArrayList<>();
    array.forEach(each -> strings.add(each.asString()));
    return strings;
  }

  private JsonNode get(String path) throws Exception {
    return JSON.readTree(send(request(path)).body());
  }

  private HttpResponse<String> post(String path, String body) throws Exception {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(base + path)).timeout(Duration.ofMinutes(1));
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }
}
