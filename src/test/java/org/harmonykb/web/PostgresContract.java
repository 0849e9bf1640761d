package org.harmonykb.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.HttpCookie;
import java.net.URI;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.harmonykb.security.Role;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** The same migrations and the whole way of a document and a question on PostgreSQL. */
@ExtendWith(OutputCaptureExtension.class)
abstract class PostgresContract {

  static final String PASSWORD = "postgres";

  /** As JDBC wants it, for the user {@code postgres} and {@link #PASSWORD}. */
  abstract String url();

  /** What is to be seen at the end, with somebody who is signed in and somebody who is not. */
  void then(Person editor, Person stranger) throws Exception {}

  @Test
  void serviceWorksOnPostgresAndSurvivesARestart(@TempDir Path data, CapturedOutput log)
      throws Exception {
    String[] options = {
      "--kb.model.path=none",
      "--spring.datasource.url=" + url(),
      "--spring.datasource.username=postgres",
      "--spring.datasource.password=" + PASSWORD,
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
      then(editor, new Person(service.port()));
    }
  }

  private static HttpCookie cookie(String session) {
    HttpCookie cookie = new HttpCookie("KBSESSION", session);
    cookie.setPath("/");
    cookie.setVersion(0);
    return cookie;
  }
}
