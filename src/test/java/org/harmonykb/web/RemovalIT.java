package org.harmonykb.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** When DELETE has answered, nothing holds the document any more: each path by itself. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class RemovalIT {

  private static final String QUESTION = "How much is the wombat allowance per quarter?";
  private static final String SECRET = "7431 talers";
  private static final byte[] RULES =
      ("# Wombat rules\n\nThe wombat allowance is " + SECRET + " per quarter.\n")
          .getBytes(StandardCharsets.UTF_8);

  @TempDir static Path data;
  private RunningService service;

  @BeforeAll
  void start() throws Exception {
    service = new RunningService(data);
    service.ingest(
        "kettle.md",
        "# Kettle\n\nThe kettle in the kitchen boils two litres.".getBytes(StandardCharsets.UTF_8));
  }

  @AfterAll
  void stop() {
    if (service != null) {
      service.close();
    }
  }

  @Test
  void filesThatAreAllElsewhereAreToldAndNothingIsChanged() throws Exception {
    service.ingest("teapot.md", "# Teapot\n\nThe teapot is blue.".getBytes(StandardCharsets.UTF_8));
    Path aside = data.resolve("files-aside");
    Files.move(data.resolve("files"), aside);
    try {
      String found = service.post("/api/admin/check?repair=true", "").text();
      assertThat(found).contains("ALL_FILES_MISSING").doesNotContain("\"FILE_MISSING\"");
    } finally {
      Files.move(aside, data.resolve("files"));
    }
    assertThat(service.get("/api/documents").text()).doesNotContain("FAILED");
  }

  @Test
  void searchDownloadPassagesAndRevisionsAreGone() throws Exception {
    String id = service.ingest("wombat.md", RULES).get("id").asString();
    assertThat(search()).contains(SECRET);
    delete(id);
    assertThat(search()).doesNotContain(SECRET).doesNotContain("Wombat rules");
    for (String path : List.of("", "/content", "/chunks", "/revisions", "/revisions/1/content")) {
      assertThat(service.get("/api/documents/" + id + path).status()).as(path).isEqualTo(404);
    }
    assertThat(service.get("/api/documents").text()).doesNotContain(id);
    assertThat(holding(data.resolve("files"), SECRET)).isEmpty();
    assertThat(service.delete("/api/documents/" + id).status()).isEqualTo(404);
    assertThat(service.get("/api/admin/jobs?documentId=" + id).json()).isEmpty();
  }

  @Test
  void storedAnswersSayThatTheDocumentWasRemoved() throws Exception {
    String id = service.ingest("wombat.md", RULES).get("id").asString();
    JsonNode answer = service.ask(QUESTION);
    assertThat(answer.get("answer").asString()).contains("7431");
    String conversation = answer.get("conversationId").asString();
    assertThat(service.get("/api/conversations/" + conversation).text()).contains("7431");
    delete(id);
    String stored = service.get("/api/conversations/" + conversation).text();
    assertThat(stored).doesNotContain("7431").contains(QUESTION).contains("was removed");
    for (String format : List.of("md", "json")) {
      assertThat(
              service.get("/api/conversations/" + conversation + "/export?format=" + format).text())
          .as(format)
          .doesNotContain("7431");
    }
    // The next turn's prompt repeats the conversation; nothing of the document is in it.
    JsonNode next =
        service
            .post(
                "/api/ask",
                Map.of("question", QUESTION, "conversationId", conversation, "maxTokens", 24))
            .json();
    assertThat(next.toString()).doesNotContain("7431");
  }

  @Test
  void refusalThatNamedTheDocumentDoesNotAnyMore() throws Exception {
    String id = service.ingest("wombat.md", RULES).get("id").asString();
    JsonNode answer = service.ask("Does the wombat have a car park of its own?");
    String conversation = answer.get("conversationId").asString();
    delete(id);
    assertThat(service.get("/api/conversations/" + conversation).text())
        .doesNotContain("Wombat rules")
        .doesNotContain(SECRET);
  }

  @Test
  void keysAndValuesOfItsPromptsAreGoneFromMemoryAndDisk() throws Exception {
    String id = service.ingest("wombat.md", RULES).get("id").asString();
    service.ask(QUESTION);
    assertThat(service.status().kvCacheBytes()).isPositive();
    Awaitility.await("keys and values are saved")
        .atMost(Duration.ofSeconds(30))
        .until(() -> cacheOnDisk() > 4096);
    delete(id);
    assertThat(service.status().kvCacheBytes()).isZero();
    assertThat(cacheOnDisk()).as("the first page alone").isEqualTo(4096);
  }

  @Test
  void rollbackOfTheIndexDoesNotBringItBack() throws Exception {
    String id = service.ingest("wombat.md", RULES).get("id").asString();
    String job = service.post("/api/admin/reindex", "").json().get("id").asString();
    awaitJob(job);
    delete(id);
    RunningService.Reply rolledBack = service.post("/api/admin/index/rollback", "");
    assertThat(rolledBack.status()).as(rolledBack.text()).isEqualTo(200);
    assertThat(search()).doesNotContain(SECRET);
    assertThat(service.post("/api/admin/check", "").json().get("findings")).isEmpty();
  }

  /** Askers ask all the time; what is stored after the removal holds nothing of the document. */
  @Test
  void answersThatAreBeingMadeAreStoppedOrStoredBeforeTheRemoval() throws Exception {
    for (int round = 0; round < 2; round++) {
      String id = service.ingest("wombat.md", RULES).get("id").asString();
      int before = service.get("/api/conversations").json().size();
      AtomicBoolean stopped = new AtomicBoolean();
      List<Thread> askers = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        askers.add(
            Thread.ofVirtual()
                .start(
                    () -> {
                      while (!stopped.get()) {
                        try {
                          service.post("/api/ask", Map.of("question", QUESTION, "maxTokens", 24));
                        } catch (Exception e) {
                          throw new AssertionError(e);
                        }
                      }
                    }));
      }
      Awaitility.await("answers come")
          .atMost(Duration.ofMinutes(3))
          .until(() -> service.get("/api/conversations").json().size() > before);
      delete(id);
      assertNoConversationHolds("7431");
      stopped.set(true);
      for (Thread asker : askers) {
        asker.join();
      }
      assertNoConversationHolds("7431");
      for (JsonNode conversation : service.get("/api/conversations").json()) {
        service.delete("/api/conversations/" + conversation.get("id").asString());
      }
    }
  }

  private void assertNoConversationHolds(String text) throws Exception {
    for (JsonNode conversation : service.get("/api/conversations").json()) {
      assertThat(service.get("/api/conversations/" + conversation.get("id").asString()).text())
          .doesNotContain(text);
    }
  }

  private void delete(String id) throws Exception {
    RunningService.Reply reply = service.delete("/api/documents/" + id);
    assertThat(reply.status()).as(reply.text()).isEqualTo(204);
  }

  private String search() throws Exception {
    return service.post("/api/admin/search", Map.of("question", QUESTION)).text();
  }

  private void awaitJob(String job) {
    Awaitility.await("job " + job)
        .atMost(Duration.ofMinutes(1))
        .until(
            () -> service.get("/api/admin/jobs/" + job).json(),
            view -> view.get("state").asString().equals("DONE"));
  }

  private static long cacheOnDisk() throws IOException {
    try (Stream<Path> files = Files.list(data.resolve("kv-cache"))) {
      long bytes = 0;
      for (Path file : files.toList()) {
        bytes += Files.size(file);
      }
      return bytes;
    }
  }

  private static List<Path> holding(Path folder, String text) throws IOException {
    List<Path> found = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        if (new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(text)) {
          found.add(file);
        }
      }
    }
    return found;
  }
}
