package org.harmonykb.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.font.PDType1Font;
import org.apache.pdfbox.pdmodel.font.Standard14Fonts;
import org.awaitility.Awaitility;
import org.harmonykb.HarmonyKbApplication;
import org.harmonykb.documents.DocumentService;
import org.harmonykb.documents.DocumentState;
import org.harmonykb.documents.IncomingFile;
import org.harmonykb.documents.StoredDocument;
import org.harmonykb.retrieval.Embedder;
import org.harmonykb.retrieval.OnnxEmbedder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Primary;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A new index generation beside the live one, and what happens when it goes wrong. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class ReindexIT {

  /** An embedding model that is exchanged and breaks as the test wants. */
  static final class ChangingEmbedder implements Embedder {

    private final OnnxEmbedder model;
    private volatile int version = 1;
    private volatile boolean isBroken;
    private volatile int pauseMs;

    ChangingEmbedder(OnnxEmbedder model) {
      this.model = model;
    }

    @Override
    public float[] query(String language, String text) {
      return model.query(language, text);
    }

    @Override
    public float[] passage(String language, String text) {
      if (isBroken) {
        throw new IllegalStateException("the embedding model is broken");
      }
      try {
        Thread.sleep(pauseMs);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return model.passage(language, text);
    }

    @Override
    public String identity(String language) {
      return "version " + version;
    }
  }

  static class Embedders {

    @Bean
    @Primary
    ChangingEmbedder changingEmbedder(OnnxEmbedder embedder) {
      return new ChangingEmbedder(embedder);
    }
  }

  private static final JsonMapper JSON = JsonMapper.builder().build();

  @TempDir static Path data;
  private final HttpClient http = HttpClient.newHttpClient();
  private ConfigurableApplicationContext context;
  private ChangingEmbedder embedder;
  private DocumentService documents;
  private String base = "";

  @BeforeAll
  void start() {
    context =
        new SpringApplication(HarmonyKbApplication.class, Embedders.class)
            .run(
                "--server.port=0",
                "--kb.data-dir=" + data,
                "--kb.corpus-dir=" + data.resolve("no-corpus"),
                "--kb.model.path=none");
    base = "http://localhost:" + context.getEnvironment().getProperty("local.server.port");
    embedder = context.getBean(ChangingEmbedder.class);
    documents = context.getBean(DocumentService.class);
    for (int i = 0; i < 10; i++) {
      add("rule-" + i, "# Rule " + i + "\n\nRule number " + i + " is about kiwis.");
    }
  }

  @BeforeEach
  void mend() {
    embedder.isBroken = false;
    embedder.pauseMs = 0;
  }

  @AfterAll
  void stop() {
    if (context != null) {
      context.close();
    }
  }

  @Test
  void failureLeavesTheLiveGenerationUntouched() throws Exception {
    JsonNode before = get("/api/admin/index");
    embedder.version++;
    embedder.isBroken = true;
    JsonNode job = awaitEnd(post("/api/admin/reindex"));
    assertThat(job.get("state").asString()).isEqualTo("FAILED");
    assertThat(job.get("message").asString()).contains("broken");
    assertThat(get("/api/admin/index")).isEqualTo(before);
    assertAllAreFoundAndConsistent();
    embedder.isBroken = false;
    JsonNode again = awaitEnd(post("/api/admin/jobs/" + job.get("id").asString() + "/retry"));
    assertThat(again.get("state").asString()).isEqualTo("DONE");
    assertThat(again.get("result").get("changed").asInt()).as("embedded anew").isPositive();
    assertAllAreFoundAndConsistent();
  }

  @Test
  void documentsComeAndGoDuringTheBuild() throws Exception {
    StoredDocument doomed = add("doomed", "# Doomed\n\nThe doomed rule is about dodos.");
    embedder.version++;
    embedder.pauseMs = 150;
    JsonNode job = post("/api/admin/reindex");
    await(job, view -> view.get("done").asInt() >= 2);
    add("late", "# Late\n\nThe late rule is about lemurs.");
    assertThat(delete("/api/documents/" + doomed.id())).isEqualTo(204);
    add("rule-3", "# Rule 3\n\nRule number 3 is about kiwis and koalas.");
    JsonNode over = awaitEnd(job);
    assertThat(over.get("state").asString()).as(over.toString()).isEqualTo("DONE");
    assertThat(search("lemurs")).contains("late rule");
    assertThat(search("koalas")).contains("kiwis and koalas");
    assertThat(search("dodos")).doesNotContain("doomed rule");
    assertAllAreFoundAndConsistent();
    assertThat(get("/api/admin/index")).hasSize(2);
    postOk("/api/admin/index/rollback");
    assertThat(search("dodos")).doesNotContain("doomed rule");
    assertThat(search("lemurs")).contains("late rule");
    assertAllAreFoundAndConsistent();
    postOk("/api/admin/index/rollback");
    assertAllAreFoundAndConsistent();
  }

  @Test
  void cancelledBuildLeavesTheLiveGeneration() throws Exception {
    JsonNode before = get("/api/admin/index");
    embedder.version++;
    embedder.pauseMs = 150;
    JsonNode job = post("/api/admin/reindex");
    await(job, view -> view.get("done").asInt() >= 1);
    postOk("/api/admin/jobs/" + job.get("id").asString() + "/cancel");
    assertThat(awaitEnd(job).get("state").asString()).isEqualTo("CANCELLED");
    assertThat(get("/api/admin/index")).isEqualTo(before);
    assertAllAreFoundAndConsistent();
  }

  @Test
  void documentThatCannotBeReadAnyMoreKeepsItsPassages() throws Exception {
    StoredDocument document = add("fragile.pdf", pdf("The fragile rule is about ferrets."));
    byte[] broken = new byte[(int) document.sizeBytes()];
    System.arraycopy("%PDF-1.4 ".getBytes(StandardCharsets.UTF_8), 0, broken, 0, 9);
    Path file = documents.open(document, path -> path);
    Files.write(file, broken);
    embedder.version++;
    JsonNode job = awaitEnd(post("/api/admin/reindex"));
    assertThat(job.get("state").asString()).as(job.toString()).isEqualTo("DONE");
    JsonNode errors = get("/api/admin/jobs/" + job.get("id").asString() + "/errors");
    assertThat(errors.get(0).get("documentId").asString()).isEqualTo(document.id().toString());
    assertThat(search("ferrets")).contains("fragile rule");
    assertThat(delete("/api/documents/" + document.id())).isEqualTo(204);
    assertAllAreFoundAndConsistent();
  }

  private static byte[] pdf(String text) throws IOException {
    try (PDDocument document = new PDDocument()) {
      PDPage page = new PDPage();
      document.addPage(page);
      try (PDPageContentStream content = new PDPageContentStream(document, page)) {
        content.beginText();
        content.setFont(new PDType1Font(Standard14Fonts.FontName.HELVETICA), 12);
        content.newLineAtOffset(72, 700);
        content.showText(text);
        content.endText();
      }
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      document.save(out);
      return out.toByteArray();
    }
  }

  private StoredDocument add(String name, String text) {
    return add(name + ".md", text.getBytes(StandardCharsets.UTF_8));
  }

  private StoredDocument add(String name, byte[] content) {
    StoredDocument accepted =
        documents.accept(new IncomingFile(name, "rules", Set.of(), name, content));
    Awaitility.await(name)
        .atMost(Duration.ofMinutes(1))
        .until(() -> documents.get(accepted.id()).state() == DocumentState.SEARCHABLE);
    return accepted;
  }

  private void assertAllAreFoundAndConsistent() throws Exception {
    for (int i = 0; i < 10; i++) {
      assertThat(search("Rule number " + i)).contains("Rule number " + i + " is about kiwis");
    }
    assertThat(post("/api/admin/check").get("findings")).isEmpty();
    try (DirectoryStream<Path> folders =
        Files.newDirectoryStream(data.resolve("index"), "generation-*")) {
      int count = 0;
      for (Path _ : folders) {
        count++;
      }
      assertThat(count).isEqualTo(get("/api/admin/index").size());
    }
  }

  private JsonNode awaitEnd(JsonNode job) {
    return await(job, view -> !view.get("finishedAt").isNull());
  }

  private JsonNode await(JsonNode job, Predicate<JsonNode> condition) {
    return Awaitility.await("job")
        .atMost(Duration.ofMinutes(2))
        .pollInterval(Duration.ofMillis(50))
        .until(() -> get("/api/admin/jobs/" + job.get("id").asString()), condition::test);
  }

  private String search(String question) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(base + "/api/admin/search"))
            .header("Content-Type", "application/json")
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    JSON.writeValueAsString(Map.of("question", question, "limit", 30))))
            .build();
    return http.send(request, HttpResponse.BodyHandlers.ofString()).body();
  }

  private JsonNode get(String path) throws Exception {
    return JSON.readTree(
        http.send(
                HttpRequest.newBuilder(URI.create(base + path)).build(),
                HttpResponse.BodyHandlers.ofString())
            .body());
  }

  private int delete(String path) throws Exception {
    return http.send(
            HttpRequest.newBuilder(URI.create(base + path)).DELETE().build(),
            HttpResponse.BodyHandlers.discarding())
        .statusCode();
  }

  private JsonNode post(String path) throws Exception {
    return JSON.readTree(postOk(path));
  }

  private String postOk(String path) throws Exception {
    HttpResponse<String> response =
        http.send(
            HttpRequest.newBuilder(URI.create(base + path))
                .POST(HttpRequest.BodyPublishers.noBody())
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isBetween(200, 299);
    return response.body();
  }
}
