package org.harmonykb.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.harmonykb.answering.Answer;
import org.harmonykb.answering.AnswerListener;
import org.harmonykb.answering.AnsweringService;
import org.harmonykb.answering.Assistants;
import org.harmonykb.answering.DocumentRemovedException;
import org.harmonykb.answering.Question;
import org.harmonykb.retrieval.AccessScope;
import org.harmonykb.retrieval.opensearch.OpenSearchNodes;
import org.harmonykb.security.Role;
import org.harmonykb.storage.S3Server;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

/**
 * Two replicas on one PostgreSQL, one OpenSearch cluster and one object storage, with nothing of
 * the disk in common: A is a process of its own and is killed at the end, B runs here.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@SuppressWarnings("NullAway.Init")
class ReplicasIT {

  private static final String FERRY = "# Ferry\n\nThe first ferry leaves at 7:25.";
  private static final String FERRY_QUESTION = "When does the first ferry leave?";
  private static final String BUS = "# Bus\n\nThe night bus leaves at 23:40.";
  private static final String BUS_QUESTION = "When does the night bus leave?";
  private static final Map<String, String> FOR_CREW = Map.of("allow", "crew");

  @TempDir static Path folder;

  private EmbeddedPostgres database;
  private S3Server storage;
  private final List<Cable> cables = new ArrayList<>();
  private ServiceProcess a;
  private RunningService b;

  private Person adminOnA;
  private Person adminOnB;
  private Person eveOnA;
  private Person eveOnB;

  @BeforeAll
  void start() throws Exception {
    CompletableFuture<OpenSearchNodes> nodes =
        CompletableFuture.supplyAsync(OpenSearchNodes::shared);
    storage = new S3Server(Files.createDirectory(folder.resolve("s3")));
    database =
        EmbeddedPostgres.builder()
            .setOverrideWorkingDirectory(Files.createDirectory(folder.resolve("pg")).toFile())
            .setDataDirectory(folder.resolve("pg/data"))
            .start();
    List<String> urls = nodes.join().properties("kb-replicas").urls();
    List<String> cabled = new ArrayList<>();
    for (String url : urls) {
      Cable cable = new Cable(URI.create(url).getPort());
      cables.add(cable);
      cabled.add("http://127.0.0.1:" + cable.port());
    }
    // Both begin with an empty database and an empty cluster at the same time.
    a = new ServiceProcess(folder.resolve("a"), options("a", urls));
    b = new RunningService(folder.resolve("b"), options("b", cabled).toArray(String[]::new));
    a.awaitReady();
  }

  private List<String> options(String name, List<String> urls) {
    List<String> options =
        new ArrayList<>(
            List.of(
                "--kb.instance=" + name,
                "--kb.model.path=none",
                "--kb.security.mode=local",
                "--kb.limits.requests-per-minute=0",
                "--spring.datasource.url=" + database.getJdbcUrl("postgres", "postgres"),
                "--spring.datasource.username=postgres",
                "--kb.search.engine=opensearch",
                "--kb.search.opensearch.prefix=kb-replicas",
                "--kb.search.opensearch.urls=" + String.join(",", urls),
                "--kb.storage.retry=1s",
                "--kb.jobs.pause=1s",
                "--db-scheduler.heartbeat-interval=2s",
                "--db-scheduler.polling-interval=500ms"));
    options.addAll(storage.options());
    return options;
  }

  @AfterAll
  void stop() throws Exception {
    if (b != null) {
      b.close();
    }
    if (a != null) {
      a.close();
    }
    cables.forEach(Cable::close);
    if (database != null) {
      database.close();
    }
    if (storage != null) {
      storage.close();
    }
  }

  /** The same session, on the other replica. */
  private static Person on(int port, Person somebody) {
    Person same = new Person(port);
    somebody
        .cookies()
        .getCookieStore()
        .getCookies()
        .forEach(
            cookie ->
                same.cookies()
                    .getCookieStore()
                    .add(URI.create("http://localhost:" + port), cookie));
    return same;
  }

  @Test
  @Order(1)
  void codeFromTheLogOfOneSetsUpBothAndSessionsHoldOnBoth() throws Exception {
    adminOnB = new Person(b.port());
    Map<String, String> setUp =
        Map.of("code", a.code(), "name", "admin", "password", LocalService.PASSWORD);
    Person.Reply reply = adminOnB.post("/api/setup", setUp);
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    assertThat(new Person(a.port()).post("/api/setup", setUp).status()).isEqualTo(401);
    adminOnA = on(a.port(), adminOnB);
    reply =
        adminOnA.post(
            "/api/admin/users",
            Map.of(
                "name",
                "eve",
                "password",
                LocalService.PASSWORD,
                "roles",
                Set.of(Role.EDITOR),
                "groups",
                Set.of("crew")));
    assertThat(reply.status()).as(reply.text()).isEqualTo(201);
    eveOnA = Person.signedIn(a.port(), "eve", LocalService.PASSWORD);
    eveOnB = on(b.port(), eveOnA);
    assertThat(eveOnB.get("/api/me").json().get("name").asString()).isEqualTo("eve");
  }

  @Test
  @Order(2)
  void documentOfOneIsFoundReadAndGoneOnTheOther() throws Exception {
    String id = LocalService.searchable(eveOnA, "ferry.md", FERRY, FOR_CREW);
    assertThat(ask(eveOnB, FERRY_QUESTION)).contains("7:25");
    assertThat(eveOnB.get("/api/documents/" + id + "/content").text()).isEqualTo(FERRY);
    assertThat(objects()).hasSize(1);

    JsonNode first = eveOnA.post("/api/ask", Map.of("question", FERRY_QUESTION)).json();
    String conversation = first.get("conversationId").asString();
    Person.Reply goesOn =
        eveOnB.post(
            "/api/ask",
            Map.of("question", "And the first ferry again?", "conversationId", conversation));
    assertThat(goesOn.status()).as(goesOn.text()).isEqualTo(200);
    JsonNode turns = eveOnA.get("/api/conversations/" + conversation).json().get("turns");
    assertThat(turns).hasSize(2);
    assertThat(turns.toString()).contains("7:25");

    assertThat(eveOnA.delete("/api/documents/" + id).status()).isEqualTo(204);
    assertThat(ask(eveOnB, FERRY_QUESTION)).doesNotContain("7:25");
    assertThat(eveOnB.get("/api/documents/" + id + "/content").status()).isEqualTo(404);
    assertThat(eveOnB.get("/api/conversations/" + conversation).text())
        .doesNotContain("7:25")
        .contains("removed with a document");
    assertThat(objects()).isEmpty();
  }

  @Test
  @Order(3)
  void answerIsWithdrawnWhoseDocumentWasRemovedOnTheOtherMeanwhile() throws Exception {
    String id = LocalService.searchable(eveOnA, "ferry.md", FERRY, FOR_CREW);
    int before = eveOnB.get("/api/conversations").json().size();
    List<String> seen = new ArrayList<>();
    AnswerListener remover =
        new AnswerListener() {
          @Override
          public void sources(List<Answer.Citation> sources) {
            sources.forEach(source -> seen.add(source.documentId().toString()));
            try {
              assertThat(eveOnA.delete("/api/documents/" + id).status()).isEqualTo(204);
            } catch (Exception e) {
              throw new AssertionError(e);
            }
          }
        };
    AnsweringService answering = b.bean(AnsweringService.class);
    Question question =
        new Question(
            FERRY_QUESTION,
            null,
            Assistants.DEFAULT,
            Set.of(),
            null,
            null,
            null,
            new AccessScope(false, Set.of("crew"), Set.of(), "eve"));
    assertThatThrownBy(() -> answering.ask(question, remover))
        .isInstanceOf(DocumentRemovedException.class);
    assertThat(seen).contains(id);
    assertThat(eveOnB.get("/api/conversations").json()).hasSize(before);
    JdbcClient rows = b.bean(JdbcClient.class);
    assertThat(
            rows.sql(
                    "select count(*) from turn t left join answer_trail a on a.answer_id = t.id"
                        + " where t.prompt like '%7:25%' or t.answer like '%7:25%'"
                        + " or t.result like '%7:25%' or a.trail like '%7:25%'")
                .query(Long.class)
                .single())
        .isZero();
  }

  @Test
  @Order(4)
  void jobThatBothAreAskedForRunsOnce() throws Exception {
    int before = liveGeneration();
    CompletableFuture<Integer> onB =
        CompletableFuture.supplyAsync(() -> status(adminOnB, "/api/admin/reindex"));
    int onA = status(adminOnA, "/api/admin/reindex");
    assertThat(List.of(onA, onB.join())).containsExactlyInAnyOrder(202, 409);
    Awaitility.await("the re-index")
        .atMost(Duration.ofMinutes(1))
        .until(
            () -> adminOnB.get("/api/admin/jobs?kind=REINDEX").json(),
            jobs -> jobs.size() == 1 && jobs.get(0).get("state").asString().equals("DONE"));
    assertThat(liveGeneration()).isEqualTo(before + 1);
  }

  private int liveGeneration() throws Exception {
    for (JsonNode generation : adminOnB.get("/api/admin/index").json()) {
      if (generation.get("state").asString().equals("LIVE")) {
        return generation.get("number").asInt();
      }
    }
    throw new AssertionError("no live generation");
  }

  private static int status(Person who, String path) {
    try {
      return who.post(path, Map.of()).status();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  @Order(5)
  void storageThatIsAwayIsToldAndMissedByNobodyWhoAsks() throws Exception {
    String kept = LocalService.searchable(eveOnA, "ferry.md", FERRY, FOR_CREW);
    String removed = LocalService.searchable(eveOnA, "bus.md", BUS, FOR_CREW);
    storage.stop();
    for (Person.Reply refused :
        List.of(
            eveOnB.upload("tram.md", "# Tram\n\nThe tram is green.", FOR_CREW),
            eveOnA.get("/api/documents/" + kept + "/content"))) {
      assertThat(refused.status()).as(refused.text()).isEqualTo(503);
      assertThat(refused.header("Retry-After")).isEqualTo("10");
      assertThat(refused.text()).contains("storage").doesNotContain("Exception");
    }
    assertThat(eveOnB.get("/api/documents").text()).doesNotContain("tram.md");
    assertThat(ask(eveOnB, FERRY_QUESTION)).contains("7:25");
    assertThat(new Person(b.port()).get("/actuator/health/readiness").status()).isEqualTo(200);
    assertThat(adminOnB.get("/actuator/health").text()).contains("\"storage\":{\"details\"");
    Person.Reply backup = adminOnB.post("/api/admin/backup", Map.of());
    assertThat(backup.status()).isEqualTo(409);
    assertThat(backup.text()).contains("s3://kb-files/documents/").contains("PostgreSQL");

    assertThat(eveOnB.post("/api/documents/" + kept + "/retry", Map.of()).status()).isLessThan(300);
    Awaitility.await("the job waits")
        .atMost(Duration.ofMinutes(1))
        .until(
            () -> adminOnA.get("/api/admin/jobs?documentId=" + kept + "&limit=1").text(),
            jobs -> jobs.contains("QUEUED") && jobs.contains("storage"));
    Person.Reply deletion = eveOnA.delete("/api/documents/" + removed);
    assertThat(deletion.status()).isEqualTo(503);
    assertThat(deletion.text()).contains("It is removed");
    assertThat(ask(eveOnB, BUS_QUESTION)).doesNotContain("23:40");
    assertThat(objects()).hasSize(2);

    storage.startAgain();
    Awaitility.await("what waited is done")
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(
            () -> {
              assertThat(objects()).hasSize(1);
              assertThat(eveOnB.get("/api/documents/" + kept).text()).contains("SEARCHABLE");
            });
    assertThat(eveOnB.get("/api/documents/" + kept + "/content").text()).isEqualTo(FERRY);
  }

  @Test
  @Order(6)
  void clusterThatGoesAwayInTheMiddleIsToldAndUsedAgain() throws Exception {
    for (Cable cable : cables) {
      cable.cut();
    }
    Person.Reply reply = eveOnB.post("/api/ask", Map.of("question", FERRY_QUESTION));
    assertThat(reply.status()).as(reply.text()).isEqualTo(503);
    assertThat(reply.header("Retry-After")).isEqualTo("10");
    assertThat(reply.text()).contains("search engine does not answer");
    Person.Reply stream =
        eveOnB.send(
            eveOnB
                .request("/api/ask")
                .header("Content-Type", "application/json")
                .header("Accept", "text/event-stream")
                .POST(BodyPublishers.ofString("{\"question\": \"" + FERRY_QUESTION + "\"}")));
    assertThat(stream.text()).contains("event:error").contains("search engine does not answer");
    assertThat(new Person(b.port()).get("/actuator/health/readiness").status()).isEqualTo(503);
    assertThat(new Person(b.port()).get("/actuator/health/liveness").status()).isEqualTo(200);
    assertThat(ask(eveOnA, FERRY_QUESTION)).as("the other replica's way is whole").contains("7:25");
    for (Cable cable : cables) {
      cable.mend();
    }
    assertThat(ask(eveOnB, FERRY_QUESTION)).contains("7:25");
    assertThat(new Person(b.port()).get("/actuator/health/readiness").status()).isEqualTo(200);
  }

  @Test
  @Order(7)
  void replicaThatIsKilledLeavesItsWorkToTheOther() throws Exception {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      Person.Reply reply = eveOnA.upload("manual-" + i + ".md", manual(i), FOR_CREW);
      assertThat(reply.status()).as(reply.text()).isEqualTo(202);
      ids.add(reply.json().get(0).get("id").asString());
    }
    JdbcClient rows = b.bean(JdbcClient.class);
    Awaitility.await("A works").pollInterval(Duration.ofMillis(20)).until(() -> heldByA(rows) > 0);
    a.kill();
    assertThat(heldByA(rows)).as("executions that A held when it died").isPositive();
    for (String id : ids) {
      Awaitility.await(id)
          .atMost(Duration.ofMinutes(2))
          .until(() -> eveOnB.get("/api/documents/" + id).text(), d -> d.contains("SEARCHABLE"));
      assertThat(eveOnB.get("/api/documents/" + id + "/content").status()).isEqualTo(200);
    }
    assertThat(ask(eveOnB, "How many litres does pump 3 of manual 5 move?")).contains("5003");
    Awaitility.await("nothing is held for the dead")
        .atMost(Duration.ofMinutes(1))
        .until(() -> heldByA(rows) == 0);
    assertThat(adminOnB.post("/api/admin/check", Map.of()).json().get("findings")).isEmpty();
  }

  private static long heldByA(JdbcClient rows) {
    return rows.sql("select count(*) from scheduled_tasks where picked and picked_by = 'a'")
        .query(Long.class)
        .single();
  }

  private static String manual(int number) {
    StringBuilder text = new StringBuilder("# Manual " + number + "\n");
    for (int pump = 0; pump < 12; pump++) {
      text.append("\n## Pump %d of manual %d\n\n".formatted(pump, number))
          .append(
              "Pump %d of manual %d moves %d litres.\n"
                  .formatted(pump, number, number * 1000 + pump));
    }
    return text.toString();
  }

  private static String ask(Person who, String question) throws Exception {
    Person.Reply reply = who.post("/api/ask", Map.of("question", question));
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    return reply.json().get("answer").asString();
  }

  private List<Path> objects() throws IOException {
    try (Stream<Path> files = Files.walk(storage.objects())) {
      return files.filter(Files::isRegularFile).toList();
    }
  }
}
