package org.harmonykb.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** The contract on a real PostgreSQL of this machine, which goes away in the end and comes back. */
@SuppressWarnings("NullAway.Init")
class PostgresIT extends PostgresContract {

  @TempDir private Path folder;
  private EmbeddedPostgres database;

  @BeforeEach
  void start() throws IOException {
    database = postgres(folder).start();
  }

  @AfterEach
  void stop() throws IOException {
    database.close();
  }

  @Override
  String url() {
    return database.getJdbcUrl("postgres", "postgres");
  }

  /** The database goes away and comes back. */
  @Override
  void then(Person editor, Person stranger) throws Exception {
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
}
