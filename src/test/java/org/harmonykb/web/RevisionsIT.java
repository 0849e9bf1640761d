package org.harmonykb.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Identity, revisions and the days on which they count. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class RevisionsIT {

  @TempDir static Path data;
  private RunningService service;

  @BeforeAll
  void start() {
    service = new RunningService(data);
  }

  @AfterAll
  void stop() {
    if (service != null) {
      service.close();
    }
  }

  @Test
  void oldRevisionsStayReadableUntilPurged() throws Exception {
    String id = put("rev/parking.md", "# Parking\n\nA place costs 30 talers.");
    put("rev/parking.md", "# Parking\n\nA place costs 35 talers.");
    JsonNode revisions = service.get("/api/documents/" + id + "/revisions").json();
    assertThat(revisions).hasSize(2);
    assertThat(revisions.get(0).get("current").asBoolean()).isTrue();
    assertThat(revisions.get(1).get("answering").asBoolean()).isFalse();
    String old = "/api/documents/" + id + "/revisions/1";
    assertThat(service.get(old + "/content").text()).contains("30 talers");
    assertThat(service.get(old + "/chunks").json().get(0).get("text").asString())
        .contains("30 talers");
    assertThat(search("What does a parking place cost in talers?"))
        .contains("35 talers")
        .doesNotContain("30 talers");
    assertThat(service.delete("/api/documents/" + id + "/revisions/2").status()).isEqualTo(409);
    assertThat(service.delete(old).status()).isEqualTo(204);
    assertThat(service.get(old + "/content").status()).isEqualTo(404);
    assertThat(service.get("/api/documents/" + id + "/revisions").json()).hasSize(1);
  }

  @Test
  void oldRevisionAnswersUntilTheNewOneComesIntoForce() throws Exception {
    LocalDate later = LocalDate.now().plusDays(30);
    String id = put("rev/bonus.md", "# Bonus\n\nThe zephyr bonus is 100 talers.");
    put("rev/bonus.md?effectiveFrom=" + later, "# Bonus\n\nThe zephyr bonus is 200 talers.");
    assertThat(search("zephyr bonus")).contains("100 talers").doesNotContain("200 talers");
    assertThat(searchOn("zephyr bonus", later)).contains("200 talers").doesNotContain("100 talers");
    JsonNode revisions = service.get("/api/documents/" + id + "/revisions").json();
    assertThat(revisions.get(1).get("answering").asBoolean()).isTrue();
    assertThat(service.delete("/api/documents/" + id + "/revisions/1").status()).isEqualTo(409);
  }

  @Test
  void documentIsNotFoundAfterItsLastDay() throws Exception {
    LocalDate yesterday = LocalDate.now().minusDays(1);
    byte[] text = "# Offer\n\nThe quokka offer gives ten percent.".getBytes(StandardCharsets.UTF_8);
    String id = put("rev/offer.md", new String(text, StandardCharsets.UTF_8));
    assertThat(search("quokka offer")).contains("ten percent");
    // The same content: no new revision, and the new terms hold when the answer comes.
    JsonNode put = service.put("rev/offer.md?effectiveTo=" + yesterday, "offer.md", text).json();
    assertThat(put.get("revision").asInt()).isEqualTo(1);
    assertThat(search("quokka offer")).doesNotContain("ten percent");
    assertThat(searchOn("quokka offer", yesterday)).contains("ten percent");
    assertThat(service.get("/api/documents/" + id).json().get("effectiveTo").asString())
        .isEqualTo(yesterday.toString());
    assertThat(
            service
                .put("rev/offer.md?effectiveFrom=2026-02-01&effectiveTo=2026-01-01", "o.md", text)
                .status())
        .isEqualTo(400);
  }

  @Test
  void unchangedPassagesAreNotEmbeddedAgain() throws Exception {
    StringBuilder text = new StringBuilder("# Manual\n");
    for (int i = 0; i < 12; i++) {
      text.append("\n## Part ").append(i).append("\n\nThe part ").append(i).append(" turns.\n");
    }
    put("rev/manual.md", text.toString());
    long before = computed();
    put("rev/manual.md", text + "\n## Part 12\n\nThe last part does not turn.\n");
    assertThat(computed() - before).as("only the new passage").isEqualTo(1);
    String copy = put("rev/manual-copy.md", text.toString());
    assertThat(computed() - before).as("nothing of a copy").isEqualTo(1);
    assertThat(service.get("/api/documents/" + copy).json().get("state").asString())
        .isEqualTo("SEARCHABLE");
  }

  @Test
  void sameContentUnderAnotherIdIsLinked() throws Exception {
    String first = put("rev/twin-a.md", "# Twin\n\nThe numbat rule.");
    String second = put("rev/twin-b.md", "# Twin\n\nThe numbat rule.");
    assertThat(second).isNotEqualTo(first);
    assertThat(
            service
                .get("/api/documents/" + second + "/same-content")
                .json()
                .get(0)
                .get("id")
                .asString())
        .isEqualTo(first);
  }

  @Test
  void unreadableRevisionLeavesTheOldOneAnswering() throws Exception {
    String id = put("rev/gate.md", "# Gate\n\nThe ocelot gate opens at six.");
    service.put("rev/gate.md", "gate.pdf", "%PDF-1.4 broken".getBytes(StandardCharsets.UTF_8));
    JsonNode document = service.awaitEnd(id);
    assertThat(document.get("state").asString()).isEqualTo("REJECTED");
    assertThat(document.get("reason").asString()).contains("revision 1 still answers");
    assertThat(search("ocelot gate")).contains("opens at six");
  }

  private String put(String path, String text) throws Exception {
    String name = path.replaceAll("\\?.*", "");
    RunningService.Reply reply =
        service.put(
            path, name.substring(name.lastIndexOf('/') + 1), text.getBytes(StandardCharsets.UTF_8));
    assertThat(reply.status()).as(reply.text()).isEqualTo(202);
    String id = reply.json().get("id").asString();
    assertThat(service.awaitEnd(id).get("state").asString()).isEqualTo("SEARCHABLE");
    return id;
  }

  private String search(String question) throws Exception {
    return service.post("/api/admin/search", Map.of("question", question)).text();
  }

  private String searchOn(String question, LocalDate day) throws Exception {
    return service
        .post("/api/admin/search", Map.of("question", question, "effectiveOn", day.toString()))
        .text();
  }

  private long computed() throws Exception {
    return service.get("/api/admin/ingestion").json().get("computed").asLong();
  }
}
