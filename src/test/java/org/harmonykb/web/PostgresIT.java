package org.harmonykb.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.net.HttpCookie;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.awaitility.Awaitility;
import org.harmonykb.security.Role;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** The same migrations and the whole way of a document and a question on a real PostgreSQL. */
@ExtendWith(OutputCaptureExtension.class)
class PostgresIT {

  @Test
  void serviceWorksOnPostgresAndSurvivesARestart(
      @TempDir Path data, @TempDir Path postgres, CapturedOutput log) throws Exception {
    try (EmbeddedPostgres database = postgres(postgres).start()) {
      String[] options = {
        "--kb.model.path=none",
        "--spring.datasource.url=" + database.getJdbcUrl("postgres", "postgres"),
        "--spring.datasource.username=postgres",
      };
      String conversation;
      String session;
      try (LocalService local = new LocalService(data, log, options)) {
        Person editor = local.user("eve", Set.of(Role.EDITOR), Set.of("crew"));
        LocalService.searchable(
            editor,
            "ferry.md",
            "# Ferry\n\nThe first ferry leaves at 7:25.",
            Map.of("allow", "crew"));
        Person.Reply answer =
            editor.post("/api/ask", Map.of("question", "When does the first ferry leave?"));
        assertThat(answer.text()).contains("7:25");
        conversation = answer.json().get("conversationId").asString();
        Person key =
            new Person(
                local.port(),
                editor
                    .post("/api/keys", Map.of("name", "k", "scopes", Set.of("CHAT")))
                    .json()
                    .get("secret")
                    .asString());
        assertThat(key.get("/api/conversations/" + conversation).text()).contains("7:25");
        assertThat(local.admin().get("/api/admin/audit").text()).contains("/api/documents");
        assertThat(local.admin().get("/api/admin/jobs").text()).contains("DONE");
        session = editor.cookies().getCookieStore().getCookies().getFirst().getValue();
        Person.Reply backup = local.admin().post("/api/admin/backup", Map.of());
        assertThat(backup.status()).isEqualTo(409);
        assertThat(backup.text()).contains("PostgreSQL");
      }
      String[] again = Arrays.copyOf(options, options.length + 1);
      again[options.length] = "--kb.security.mode=local";
      try (RunningService service = new RunningService(data, again)) {
        // Nobody has to sign in again after a restart.
        Person editor = new Person(service.port());
        editor
            .cookies()
            .getCookieStore()
            .add(URI.create("http://localhost:" + service.port()), cookie(session));
        assertThat(editor.get("/api/conversations/" + conversation).text()).contains("7:25");
        assertThat(editor.get("/api/documents").json()).hasSize(1);
        assertThat(editor.get("/actuator/health/readiness").text()).contains("UP");
        goesAwayAndComesBack(database, postgres, editor, new Person(service.port()));
      }
    }
  }

  private static void goesAwayAndComesBack(
      EmbeddedPostgres database, Path folder, Person editor, Person stranger) throws Exception {
    int port = database.getPort();
    database.close();
    Person.Reply reply = editor.get("/api/documents");
    assertThat(reply.status()).as(reply.text()).isEqualTo(503);
    assertThat(reply.header("Content-Type")).startsWith("application/problem+json");
    assertThat(reply.header("Retry-After")).isEqualTo("10");
    assertThat(reply.text()).contains("database does not answer").doesNotContain("Exception");
    assertThat(stranger.get("/actuator/health/liveness").status()).isEqualTo(200);
    assertThat(stranger.get("/actuator/health/readiness").status()).isEqualTo(503);
    try (EmbeddedPostgres _ = postgres(folder).setPort(port).start()) {
      Awaitility.await("the database is used again")
          .atMost(Duration.ofSeconds(60))
          .ignoreExceptions()
          .until(() -> editor.get("/api/documents").json().size() == 1);
      assertThat(
              editor
                  .post("/api/ask", Map.of("question", "When does the first ferry leave?"))
                  .text())
          .contains("7:25");
    }
  }

  private static EmbeddedPostgres.Builder postgres(Path folder) {
    return EmbeddedPostgres.builder()
        .setOverrideWorkingDirectory(folder.toFile())
        .setDataDirectory(folder.resolve("data"))
        .setCleanDataDirectory(false);
  }

  private static HttpCookie cookie(String session) {
    HttpCookie cookie = new HttpCookie("KBSESSION", session);
    cookie.setPath("/");
    cookie.setVersion(0);
    return cookie;
  }
}
