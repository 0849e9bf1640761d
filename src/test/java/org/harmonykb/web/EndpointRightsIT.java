package org.harmonykb.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.harmonykb.conversations.ConversationService;
import org.harmonykb.security.Permission;
import org.harmonykb.security.Role;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/**
 * Every endpoint by every kind of caller on their own and on others' objects. An endpoint that is
 * not in {@link #TABLE} fails the test: say there who may call it.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(OutputCaptureExtension.class)
@SuppressWarnings("NullAway.Init")
class EndpointRightsIT {

  /**
   * Method, path and who may: any of the permissions, {@code ANYONE}, {@code SIGNED_IN}, or {@code
   * PERSON}, which is somebody signed in without a key.
   */
  private static final String TABLE =
      """
      GET /api/me                             ANYONE
      POST /api/login                         ANYONE
      POST /api/setup                         ANYONE
      POST /api/me/password                   PERSON
      GET /api/keys                           PERSON
      POST /api/keys                          PERSON
      DELETE /api/keys/{id}                   PERSON
      GET /api/status                         CHAT INGEST
      GET /api/assistants                     CHAT
      POST /api/ask                           CHAT
      GET /api/conversations                  CHAT
      GET /api/conversations/{id}             CHAT
      PATCH /api/conversations/{id}           CHAT
      DELETE /api/conversations/{id}          CHAT
      GET /api/conversations/{id}/export      CHAT
      POST /api/conversations/{id}/share      CHAT
      DELETE /api/conversations/{id}/share    CHAT
      GET /api/shared/{token}                 CHAT
      POST /api/reports                       CHAT
      GET /api/answers/{id}/feedback          CHAT
      POST /api/answers/{id}/feedback         CHAT
      POST /api/answers/{id}/replay           CHAT
      GET /api/documents                      CHAT INGEST
      POST /api/documents                     INGEST
      PUT /api/documents/{*externalId}        INGEST
      GET /api/documents/{id}                 CHAT INGEST
      GET /api/documents/{id}/content         CHAT INGEST
      GET /api/documents/{id}/chunks          CHAT INGEST
      GET /api/documents/{id}/reading         CHAT INGEST
      GET /api/documents/{id}/revisions       CHAT INGEST
      GET /api/documents/{id}/revisions/{revision}/content CHAT INGEST
      GET /api/documents/{id}/revisions/{revision}/chunks CHAT INGEST
      DELETE /api/documents/{id}/revisions/{revision} INGEST
      GET /api/documents/{id}/same-content    CHAT INGEST
      POST /api/documents/{id}/retry          INGEST
      POST /api/sync/{source}                 INGEST
      GET /api/choices                        CHAT
      DELETE /api/documents/{id}              INGEST
      GET /v1/models                          CHAT
      GET /v1/models/                         CHAT
      POST /v1/chat/completions               CHAT
      POST /v1/chat/completions/              CHAT
      GET /v1/models/{id}                     CHAT
      POST /v1/completions                    CHAT
      POST /v1/completions/                   CHAT
      POST /v1/embeddings                     CHAT
      POST /v1/embeddings/                    CHAT
      POST /v1/responses                      CHAT
      POST /v1/responses/                     CHAT
      GET /v1/responses/{id}                  CHAT
      GET /v1/responses/{id}/input_items      CHAT
      DELETE /v1/responses/{id}               CHAT
      GET /v1/**                              CHAT
      GET /api/admin/assistants/{id}          ADMIN
      PUT /api/admin/assistants/{id}          ADMIN
      POST /api/admin/assistants/{id}/rollback ADMIN
      POST /api/admin/assistants/{id}/preview ADMIN
      GET /api/admin/feedback                 ADMIN
      GET /api/admin/feedback/export          ADMIN
      GET /api/admin/curated                  ADMIN
      POST /api/admin/curated                 ADMIN
      DELETE /api/admin/curated/{id}          ADMIN
      GET /api/admin/evaluations              ADMIN
      POST /api/admin/evaluations             ADMIN
      GET /api/admin/evaluations/{id}         ADMIN
      POST /api/admin/search                  ADMIN
      POST /api/admin/reindex                 ADMIN
      POST /api/admin/backup                  ADMIN
      GET /api/admin/reports                  ADMIN
      GET /api/admin/statistics               ADMIN
      GET /api/admin/statistics/days.csv      ADMIN
      GET /api/admin/statistics/unanswered.csv ADMIN
      GET /api/admin/models                   ADMIN
      POST /api/admin/models/benchmark        ADMIN
      GET /api/admin/jobs                     ADMIN
      GET /api/admin/jobs/{id}                ADMIN
      GET /api/admin/jobs/{id}/errors         ADMIN
      GET /api/admin/schedules                ADMIN
      GET /api/admin/ingestion                ADMIN
      GET /api/admin/index                    ADMIN
      POST /api/admin/index/rollback          ADMIN
      POST /api/admin/purge                   ADMIN
      POST /api/admin/check                   ADMIN
      POST /api/admin/jobs/{id}/cancel        ADMIN
      POST /api/admin/jobs/{id}/retry         ADMIN
      GET /api/admin/adapters                 ADMIN
      POST /api/admin/adapters                ADMIN
      DELETE /api/admin/adapters/{name}       ADMIN
      GET /api/admin/users                    ADMIN
      POST /api/admin/users                   ADMIN
      GET /api/admin/users/{name}             ADMIN
      PATCH /api/admin/users/{name}           ADMIN
      DELETE /api/admin/users/{name}          ADMIN
      GET /api/admin/groups                   ADMIN
      GET /api/admin/collections              ADMIN
      PUT /api/admin/collections/{collection} ADMIN
      GET /api/admin/keys                     ADMIN
      DELETE /api/admin/keys/{id}             ADMIN
      GET /api/admin/audit                    AUDIT
      GET /openapi                            SIGNED_IN
      GET /openapi.yaml                       SIGNED_IN
      GET /error                              NOBODY
      GET /actuator/health                    ANYONE
      GET /actuator/health/readiness          ANYONE
      GET /actuator/prometheus                METRICS
      GET /actuator/info                      ADMIN
      GET /                                   SIGNED_IN
      GET /login.html                         ANYONE
      GET /login.js                           ANYONE
      GET /no/such/path                       SIGNED_IN
      """;

  private static final Set<String> NOT_CONTROLLERS =
      Set.of("/actuator/", "/login.", "/no/such/path");

  @TempDir static Path data;
  private LocalService local;
  private Person editor;
  private final Map<String, Caller> callers = new LinkedHashMap<>();

  private record Caller(
      Person person, Set<Permission> permissions, boolean isSignedIn, boolean hasKey) {

    boolean may(Set<String> who) {
      return who.contains("ANYONE")
          || (who.contains("SIGNED_IN") && isSignedIn)
          || (who.contains("PERSON") && isSignedIn && !hasKey)
          || permissions.stream().anyMatch(p -> who.contains(p.name()));
    }
  }

  @BeforeAll
  void start(CapturedOutput log) throws Exception {
    local =
        new LocalService(
            data,
            log,
            "--kb.model.path=none",
            "--kb.limits.requests-per-minute=0",
            "--kb.limits.questions-per-minute=0");
    callers.put("nobody", new Caller(new Person(local.port()), Set.of(), false, false));
    for (Role role : Role.values()) {
      String name = "the-" + role.name().toLowerCase(Locale.ROOT);
      Person person = local.user(name, Set.of(role), Set.of("own"));
      callers.put(name, new Caller(person, role.permissions(), true, false));
    }
    editor = Objects.requireNonNull(callers.get("the-editor")).person;
    Person keyOwner = Objects.requireNonNull(callers.get("the-admin")).person;
    for (Permission scope : Permission.values()) {
      Person.Reply key = keyOwner.post("/api/keys", Map.of("name", "k", "scopes", Set.of(scope)));
      Person machine = new Person(local.port(), key.json().get("secret").asString());
      callers.put("key " + scope, new Caller(machine, EnumSet.of(scope), true, true));
    }
    callers.put(
        "wrong key",
        new Caller(new Person(local.port(), "kb_" + "x".repeat(60)), Set.of(), false, false));
  }

  @AfterAll
  void stop() {
    local.close();
  }

  private static Map<String, Set<String>> table() {
    Map<String, Set<String>> table = new LinkedHashMap<>();
    for (String line : TABLE.lines().toList()) {
      List<String> words = List.of(line.split(" +"));
      table.put(words.get(0) + " " + words.get(1), Set.copyOf(words.subList(2, words.size())));
    }
    return table;
  }

  @Test
  void everyEndpointIsInTheTable() {
    Set<String> known = table().keySet();
    Set<String> served = new TreeSet<>();
    RequestMappingHandlerMapping mapping =
        local.service().bean("requestMappingHandlerMapping", RequestMappingHandlerMapping.class);
    mapping
        .getHandlerMethods()
        .keySet()
        .forEach(
            info -> {
              Set<String> methods = new TreeSet<>();
              info.getMethodsCondition().getMethods().forEach(m -> methods.add(m.name()));
              if (methods.isEmpty()) {
                methods.add("GET");
              }
              for (String path : info.getPatternValues()) {
                methods.forEach(method -> served.add(method + " " + path));
              }
            });
    assertThat(known).as("say in TABLE who may call a new endpoint").containsAll(served);
    List<String> gone =
        known.stream()
            .filter(line -> !served.contains(line))
            .filter(line -> NOT_CONTROLLERS.stream().noneMatch(line::contains))
            .filter(line -> !line.equals("GET /"))
            .toList();
    assertThat(gone).as("endpoints of TABLE that are served no more").isEmpty();
  }

  @Test
  void everyCallerMayWhatTheTableSaysAndNoMore() throws Exception {
    List<String> wrong = new ArrayList<>();
    for (Map.Entry<String, Set<String>> line : table().entrySet()) {
      String method = line.getKey().split(" ")[0];
      String pattern = line.getKey().split(" ")[1];
      for (Map.Entry<String, Caller> entry : callers.entrySet()) {
        Caller caller = entry.getValue();
        boolean may = caller.may(line.getValue());
        for (boolean isOwn :
            isObject(pattern) ? new boolean[] {true, false} : new boolean[] {true}) {
          if (entry.getKey().equals("wrong key") && line.getValue().contains("ANYONE")) {
            continue;
          }
          String path = path(pattern, isOwn, entry.getKey());
          int status = probe(caller.person, method, path);
          String said = "%s %s by %s: %d".formatted(method, pattern, entry.getKey(), status);
          boolean isRefused =
              status == 403
                  || (status == 401
                      && !pattern.startsWith("/api/login")
                      && !pattern.startsWith("/api/setup"));
          if (may && isRefused) {
            wrong.add(said + ", but it may");
          } else if (!may && status != (caller.isSignedIn ? 403 : 401)) {
            wrong.add(said + ", but it must be refused");
          } else if (may && isObject(pattern) && !isOwn && status != 404) {
            wrong.add(said + ", on an object of others");
          } else if (may && isObject(pattern) && isOwn && status == 404) {
            wrong.add(said + ", on an object of its own");
          } else if (status >= 500) {
            wrong.add(said);
          }
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  private static boolean isObject(String pattern) {
    return pattern.startsWith("/api/documents/{id}")
        || pattern.startsWith("/api/conversations/{id}")
        || pattern.startsWith("/api/answers/{id}");
  }

  /** Each probe has an object of its own, since some remove it. */
  private String path(String pattern, boolean isOwn, String caller) throws Exception {
    String id = UUID.randomUUID().toString();
    if (pattern.startsWith("/api/documents/{id}")) {
      id = document(isOwn ? "own" : "others");
    } else if (pattern.startsWith("/api/conversations/{id}")) {
      id = conversation(UUID.randomUUID(), isOwn ? owner(caller) : "somebody-else");
    } else if (pattern.startsWith("/api/answers/{id}")) {
      conversation(UUID.fromString(id), isOwn ? owner(caller) : "somebody-else");
    }
    return pattern
        .replace("{id}", id)
        .replace("{*externalId}", "some/id")
        .replaceAll("\\{\\w+}", "nothing");
  }

  /** Keys act for their owner. */
  private static String owner(String caller) {
    return caller.startsWith("key") ? "the-admin" : caller;
  }

  private String document(String group) throws Exception {
    Person.Reply reply =
        editor.upload(UUID.randomUUID() + ".md", "# A rule\n\nIt holds.", Map.of("allow", group));
    assertThat(reply.status()).as(reply.text()).isEqualTo(202);
    return reply.json().get(0).get("id").asString();
  }

  private static final String TRAIL =
      """
      {"question":"q","searchedFor":"q","date":"2026-01-01","assistant":"default","assistantVersion":0,
       "assistantHash":"","mode":"AUTO","wishes":{},"generation":0,"passages":[],"history":"",
       "settings":"","answerHash":""}
      """;

  private String conversation(UUID answer, String owner) {
    UUID id = UUID.randomUUID();
    local
        .service()
        .bean(ConversationService.class)
        .add(
            answer,
            id,
            owner,
            "default",
            "q",
            "p",
            "a",
            "{\"answer\":\"a\",\"citations\":[]}",
            TRAIL,
            Set.of());
    return id.toString();
  }

  private static int probe(Person person, String method, String path) throws Exception {
    Object body =
        switch (method) {
          case "POST", "PUT", "PATCH" -> new HashMap<>();
          default -> null;
        };
    return person.send(method, path, body).status();
  }

  @Test
  void keyOfAPersonWhoMayNoMoreIsNoUse() throws Exception {
    Person person = local.user("short-timer", Set.of(Role.EDITOR), Set.of());
    Person.Reply key =
        person.post("/api/keys", Map.of("name", "k", "scopes", Arrays.asList("CHAT", "INGEST")));
    Person machine = new Person(local.port(), key.json().get("secret").asString());
    assertThat(machine.upload("a.md", "# A\n\nb", Map.of()).status()).isEqualTo(202);
    local.admin().send("PATCH", "/api/admin/users/short-timer", Map.of("roles", Set.of("READER")));
    assertThat(machine.upload("a.md", "# A\n\nc", Map.of()).status()).isEqualTo(403);
    assertThat(machine.get("/api/documents").status()).isEqualTo(200);
    local.admin().send("PATCH", "/api/admin/users/short-timer", Map.of("enabled", false));
    assertThat(machine.get("/api/documents").status()).isEqualTo(401);
    assertThat(person.get("/api/documents").status()).isEqualTo(401);
  }
}
