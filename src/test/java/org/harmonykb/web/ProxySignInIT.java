package org.harmonykb.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Headers of a reverse proxy, and of somebody who claims to be it. */
class ProxySignInIT {

  @Test
  void proxyNamesPeopleAndTheirGroups(@TempDir Path data) throws Exception {
    try (RunningService service =
        new RunningService(
            data,
            "--kb.model.path=none",
            "--kb.security.mode=proxy",
            "--kb.security.proxy.addresses=127.0.0.0/8,::1",
            "--kb.security.roles.admin=kb-admins")) {
      Person person = new Person(service.port());
      assertThat(person.get("/api/conversations").status()).isEqualTo(401);
      JsonNode me =
          person
              .send(
                  person
                      .request("/api/me")
                      .header("X-Forwarded-User", "ada@example.com")
                      .header("X-Forwarded-Groups", "sales, kb-admins")
                      .GET())
              .json();
      assertThat(me.get("name").asString()).isEqualTo("ada@example.com");
      assertThat(me.get("groups").toString()).contains("sales");
      assertThat(me.get("roles").toString()).contains("ADMIN", "READER");
      Person.Reply asReader =
          person.send(person.request("/api/admin/users").header("X-Forwarded-User", "bob").GET());
      assertThat(asReader.status()).isEqualTo(403);
      // A proxy names people anew with each request; nothing remembers them here.
      assertThat(person.get("/api/conversations").status()).isEqualTo(401);
    }
  }

  @Test
  void othersAreNotBelieved(@TempDir Path data) throws Exception {
    try (RunningService service =
        new RunningService(
            data,
            "--kb.model.path=none",
            "--kb.security.mode=proxy",
            "--kb.security.proxy.addresses=10.9.8.7")) {
      Person person = new Person(service.port());
      Person.Reply reply =
          person.send(person.request("/api/conversations").header("X-Forwarded-User", "ada").GET());
      assertThat(reply.status()).isEqualTo(401);
    }
  }
}
