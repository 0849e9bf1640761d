package org.harmonykb.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.harmonykb.security.Role;
import org.springframework.boot.test.system.CapturedOutput;

/** A service whose people sign in, with an administrator who was set up by the code in the log. */
final class LocalService implements AutoCloseable {

  static final String PASSWORD = "correct horse battery";

  private static final Pattern CODE = Pattern.compile("one-time code ([A-Z0-9-]{19})");

  private final RunningService service;
  private final String code;
  private final Person admin;

  LocalService(Path data, CapturedOutput log, String... options) throws Exception {
    List<String> all = new ArrayList<>(List.of(options));
    all.add("--kb.security.mode=local");
    service = new RunningService(data, all.toArray(String[]::new));
    Matcher found = CODE.matcher(log.getAll());
    String last = "";
    while (found.find()) {
      last = found.group(1);
    }
    code = last;
    assertThat(code).isNotEmpty();
    admin = new Person(service.port());
    Person.Reply reply =
        admin.post("/api/setup", Map.of("code", code, "name", "admin", "password", PASSWORD));
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
  }

  RunningService service() {
    return service;
  }

  int port() {
    return service.port();
  }

  String code() {
    return code;
  }

  Person admin() {
    return admin;
  }

  /** A new user, signed in. */
  Person user(String name, Set<Role> roles, Set<String> groups) throws Exception {
    Person.Reply reply =
        admin.post(
            "/api/admin/users",
            Map.of("name", name, "password", PASSWORD, "roles", roles, "groups", groups));
    assertThat(reply.status()).as(reply.text()).isEqualTo(201);
    return Person.signedIn(port(), name, PASSWORD);
  }

  /** A document that its uploader may read, when it is searchable. */
  static String searchable(Person editor, String name, String content, Map<String, String> fields)
      throws Exception {
    Person.Reply reply = editor.upload(name, content, fields);
    assertThat(reply.status()).as(reply.text()).isEqualTo(202);
    String id = reply.json().get(0).get("id").asString();
    Awaitility.await(name)
        .atMost(Duration.ofMinutes(2))
        .until(
            () -> editor.get("/api/documents/" + id).json().get("state").asString(),
            "SEARCHABLE"::equals);
    return id;
  }

  @Override
  public void close() {
    service.close();
  }
}
