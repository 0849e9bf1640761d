package org.harmonykb.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.harmonykb.security.Role;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import tools.jackson.databind.JsonNode;

/** Local users: set-up, sessions, passwords, keys, limits, headers and the audit log. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(OutputCaptureExtension.class)
@SuppressWarnings("NullAway.Init")
class SignInIT {

  private static final int QUESTIONS_PER_MINUTE = 3;

  @TempDir static Path data;
  private LocalService local;

  @BeforeAll
  void start(CapturedOutput log) throws Exception {
    local =
        new LocalService(
            data,
            log,
            "--kb.model.path=none",
            "--kb.limits.questions-per-minute=" + QUESTIONS_PER_MINUTE,
            "--kb.security.allowed-origins=https://intranet.example.com");
  }

  @AfterAll
  void stop() {
    local.close();
  }

  @Test
  void codeInTheLogWorksOnce() throws Exception {
    Person stranger = new Person(local.port());
    Person.Reply again =
        stranger.post(
            "/api/setup",
            Map.of("code", local.code(), "name", "intruder", "password", LocalService.PASSWORD));
    assertThat(again.status()).isEqualTo(401);
    assertThat(stranger.get("/api/me").json().get("signedIn").asBoolean()).isFalse();
    JsonNode me = local.admin().get("/api/me").json();
    assertThat(me.get("name").asString()).isEqualTo("admin");
    assertThat(me.get("mode").asString()).isEqualTo("local");
    assertThat(me.get("setup").asBoolean()).isFalse();
  }

  @Test
  void wrongPasswordAndUnknownNameAreToldApartByNobody() throws Exception {
    local.user("ada", Set.of(Role.READER), Set.of());
    Person stranger = new Person(local.port());
    Person.Reply wrong =
        stranger.post("/api/login", Map.of("name", "ada", "password", "wrong horse battery"));
    Person.Reply unknown =
        stranger.post("/api/login", Map.of("name", "nobody", "password", "wrong horse battery"));
    assertThat(wrong.status()).isEqualTo(401);
    assertThat(wrong.text()).isEqualTo(unknown.text());
    assertThat(stranger.get("/api/conversations").status()).isEqualTo(401);
  }

  @Test
  void guessingIsSlowedDown() throws Exception {
    local.user("guessed", Set.of(Role.READER), Set.of());
    Person guesser = new Person(local.port());
    for (int i = 0; i < 10; i++) {
      guesser.post("/api/login", Map.of("name", "guessed", "password", "guess " + i));
    }
    Person.Reply reply =
        guesser.post("/api/login", Map.of("name", "guessed", "password", "guess again"));
    assertThat(reply.status()).isEqualTo(429);
    assertThat(Integer.parseInt(reply.header("Retry-After"))).isPositive();
  }

  @Test
  void sessionCookieIsForTheServerAloneAndChangesWithSignIn() throws Exception {
    local.user("bea", Set.of(Role.READER), Set.of());
    Person person = new Person(local.port());
    Person.Reply reply =
        person.post("/api/login", Map.of("name", "bea", "password", LocalService.PASSWORD));
    assertThat(reply.header("Set-Cookie"))
        .contains("KBSESSION=")
        .contains("HttpOnly")
        .contains("SameSite=Lax");
    String first = person.cookies().getCookieStore().getCookies().getFirst().getValue();
    person.post("/api/login", Map.of("name", "bea", "password", LocalService.PASSWORD));
    assertThat(person.cookies().getCookieStore().getCookies().getFirst().getValue())
        .isNotEqualTo(first);
    assertThat(person.post("/api/logout", Map.of()).status()).isEqualTo(204);
    assertThat(person.get("/api/conversations").status()).isEqualTo(401);
  }

  @Test
  void passwordIsChangedByItsOwner() throws Exception {
    Person person = local.user("cy", Set.of(Role.READER), Set.of());
    assertThat(
            person
                .post("/api/me/password", Map.of("present", "x", "next", "another long password"))
                .status())
        .isEqualTo(400);
    assertThat(
            person
                .post("/api/me/password", Map.of("present", LocalService.PASSWORD, "next", "short"))
                .status())
        .isEqualTo(400);
    assertThat(
            person
                .post(
                    "/api/me/password",
                    Map.of("present", LocalService.PASSWORD, "next", "another long password"))
                .status())
        .isEqualTo(204);
    Person.signedIn(local.port(), "cy", "another long password");
  }

  @Test
  void lastAdministratorStaysOne() throws Exception {
    assertThat(
            local
                .admin()
                .send("PATCH", "/api/admin/users/admin", Map.of("roles", Set.of("READER")))
                .status())
        .isEqualTo(409);
    assertThat(local.admin().delete("/api/admin/users/admin").status()).isEqualTo(409);
    assertThat(local.admin().get("/api/admin/users/admin").json().get("roles").get(0).asString())
        .isEqualTo("ADMIN");
  }

  @Test
  void requestsOfOtherSitesAreRefused() throws Exception {
    Person admin = local.admin();
    for (String site : new String[] {"cross-site", "same-site"}) {
      Person.Reply reply =
          admin.send(
              admin
                  .request("/api/admin/reindex")
                  .header("Sec-Fetch-Site", site)
                  .POST(BodyPublishers.noBody()));
      assertThat(reply.status()).isEqualTo(403);
    }
    Person.Reply origin =
        admin.send(
            admin
                .request("/api/admin/reindex")
                .header("Origin", "https://evil.example.com")
                .POST(BodyPublishers.noBody()));
    assertThat(origin.status()).isEqualTo(403);
    Person.Reply own =
        admin.send(
            admin
                .request("/api/keys")
                .header("Origin", "http://localhost:" + local.port())
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"name\":\"k\"}")));
    assertThat(own.status()).isEqualTo(201);
    Person.Reply allowed =
        admin.send(
            admin
                .request("/api/keys")
                .header("Origin", "https://intranet.example.com")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"name\":\"k\"}")));
    assertThat(allowed.status()).isEqualTo(201);
    assertThat(allowed.header("Access-Control-Allow-Origin"))
        .isEqualTo("https://intranet.example.com");
  }

  @Test
  void pageSendsStrangersToTheSignIn() throws Exception {
    Person stranger = new Person(local.port());
    Person.Reply page = stranger.send(stranger.request("/").header("Accept", "text/html").GET());
    assertThat(page.status()).isEqualTo(302);
    assertThat(page.header("Location")).isEqualTo("/login.html");
    Person.Reply signIn = stranger.get("/login.html");
    assertThat(signIn.status()).isEqualTo(200);
    assertThat(signIn.header("Content-Security-Policy"))
        .contains("default-src 'self'", "object-src 'none'")
        .doesNotContain("unsafe-inline", "unsafe-eval");
    assertThat(signIn.header("X-Content-Type-Options")).isEqualTo("nosniff");
    assertThat(signIn.header("Cross-Origin-Resource-Policy")).isEqualTo("same-origin");
  }

  @Test
  void machinesWithoutAKeyGetAnOpenAiError() throws Exception {
    Person.Reply reply = new Person(local.port()).get("/v1/models");
    assertThat(reply.status()).isEqualTo(401);
    assertThat(reply.json().get("error").get("type").asString()).isEqualTo("authentication_error");
  }

  @Test
  void questionsHaveALimitPerCaller() throws Exception {
    Person person = local.user("keen", Set.of(Role.READER), Set.of());
    for (int i = 0; i < QUESTIONS_PER_MINUTE; i++) {
      assertThat(person.post("/api/ask", Map.of("question", "Why?")).status()).isEqualTo(200);
    }
    Person.Reply reply = person.post("/api/ask", Map.of("question", "Why?"));
    assertThat(reply.status()).isEqualTo(429);
    assertThat(Integer.parseInt(reply.header("Retry-After"))).isBetween(1, 60);
    assertThat(person.get("/api/conversations").status()).isEqualTo(200);
    Person other = local.user("calm", Set.of(Role.READER), Set.of());
    assertThat(other.post("/api/ask", Map.of("question", "Why?")).status()).isEqualTo(200);
  }

  @Test
  void auditTellsWhoDidWhatAndNoSecrets(CapturedOutput log) throws Exception {
    Person editor = local.user("edith", Set.of(Role.EDITOR), Set.of());
    String id =
        editor.upload("secret.md", "# S\n\nText.", Map.of()).json().get(0).get("id").asString();
    editor.get("/api/documents/" + id + "/content");
    editor.delete("/api/documents/" + id);
    Person auditor = local.user("otto", Set.of(Role.AUDITOR), Set.of());
    String events = auditor.get("/api/admin/audit?actor=edith").text();
    assertThat(events)
        .contains("\"action\":\"sign-in\"")
        .contains("\"action\":\"POST\",\"target\":\"/api/documents\",\"status\":202")
        .contains("\"action\":\"GET\",\"target\":\"/api/documents/" + id + "/content\"")
        .contains("\"action\":\"DELETE\",\"target\":\"/api/documents/" + id + "\",\"status\":204");
    JsonNode key =
        local.admin().post("/api/keys", Map.of("name", "k", "scopes", Set.of("ADMIN"))).json();
    String secret = key.get("secret").asString();
    assertThat(new Person(local.port(), secret).get("/api/admin/users").text())
        .contains("edith")
        .doesNotContain("{bcrypt}");
    assertThat(local.admin().get("/api/admin/audit?limit=1000").text())
        .doesNotContain(secret, LocalService.PASSWORD);
    assertThat(log.getAll()).doesNotContain(secret, LocalService.PASSWORD);
  }
}
