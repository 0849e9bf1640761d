package org.harmonykb.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
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

/** What somebody may not read is not found by any way, and conversations are their owner's. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(OutputCaptureExtension.class)
@SuppressWarnings("NullAway.Init")
class RightsIT {

  private static final String QUESTION = "How much is the bonus of the board?";
  private static final String SECRET = "417,000";

  @TempDir static Path data;
  private LocalService local;
  private Person insider;
  private Person outsider;
  private Person administrator;
  private String document;

  @BeforeAll
  void start(CapturedOutput log) throws Exception {
    local =
        new LocalService(data, log, "--kb.model.path=none", "--kb.limits.questions-per-minute=0");
    insider = local.user("insider", Set.of(Role.EDITOR), Set.of("board"));
    outsider = local.user("outsider", Set.of(Role.EDITOR), Set.of("sales"));
    administrator = local.user("second-admin", Set.of(Role.ADMIN), Set.of());
    document =
        LocalService.searchable(
            insider,
            "board.md",
            "# Bonus of the board\n\nThe bonus of the board is " + SECRET + " euros a year.",
            Map.of("allow", "board", "collection", "board-papers", "externalId", "board/bonus"));
  }

  @AfterAll
  void stop() {
    local.close();
  }

  private static JsonNode ask(Person person, String question) throws Exception {
    Person.Reply reply = person.post("/api/ask", Map.of("question", question));
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    return reply.json();
  }

  @Test
  void insiderIsAnsweredAndOthersAreNot() throws Exception {
    assertThat(ask(insider, QUESTION).toString()).contains(SECRET);
    for (Person person : List.of(outsider, administrator)) {
      assertThat(ask(person, QUESTION).toString()).doesNotContain(SECRET, "Bonus of the board");
    }
  }

  @Test
  void openAiAndSearchLabKeepToTheRights() throws Exception {
    Map<String, Object> chat =
        Map.of(
            "model", "default", "messages", List.of(Map.of("role", "user", "content", QUESTION)));
    assertThat(insider.post("/v1/chat/completions", chat).text()).contains(SECRET);
    assertThat(outsider.post("/v1/chat/completions", chat).text()).doesNotContain(SECRET);
    Person.Reply trace = administrator.post("/api/admin/search", Map.of("question", QUESTION));
    assertThat(trace.status()).isEqualTo(200);
    assertThat(trace.text()).doesNotContain(SECRET);
  }

  @Test
  void documentDoesNotExistForOutsiders() throws Exception {
    for (Person person : List.of(outsider, administrator)) {
      for (String path : List.of("", "/content", "/chunks")) {
        assertThat(person.get("/api/documents/" + document + path).status()).isEqualTo(404);
      }
      assertThat(person.delete("/api/documents/" + document).status()).isEqualTo(404);
      assertThat(person.get("/api/documents").text()).doesNotContain(document);
      assertThat(person.get("/api/documents?q=board").text()).doesNotContain(document);
    }
    assertThat(insider.get("/api/documents").text()).contains(document);
    assertThat(outsider.get("/api/status").json().get("documents").get("SEARCHABLE").asInt())
        .isLessThan(insider.get("/api/status").json().get("documents").get("SEARCHABLE").asInt());
  }

  @Test
  void outsiderCannotReplaceWhatTheyMayNotRead() throws Exception {
    Person.Reply reply =
        outsider.upload("board.md", "# Mine now\n\nx", Map.of("externalId", "board/bonus"));
    assertThat(reply.status()).isEqualTo(403);
    assertThat(insider.get("/api/documents/" + document + "/content").text()).contains(SECRET);
  }

  @Test
  void conversationsAreTheirOwners() throws Exception {
    String id = ask(insider, QUESTION).get("conversationId").asString();
    for (Person person : List.of(outsider, administrator)) {
      assertThat(person.get("/api/conversations").text()).doesNotContain(id);
      assertThat(person.get("/api/conversations/" + id).status()).isEqualTo(404);
      for (String format : List.of("md", "json", "pdf")) {
        assertThat(person.get("/api/conversations/" + id + "/export?format=" + format).status())
            .isEqualTo(404);
      }
      assertThat(person.delete("/api/conversations/" + id).status()).isEqualTo(404);
      Person.Reply goOn =
          person.post("/api/ask", Map.of("question", "And for others?", "conversationId", id));
      assertThat(goOn.status()).isEqualTo(404);
    }
    Person.Reply trace =
        administrator.post(
            "/api/admin/search", Map.of("question", "And for others?", "conversationId", id));
    assertThat(trace.status()).isEqualTo(404);
    assertThat(insider.get("/api/conversations/" + id).text()).contains(SECRET);
  }

  @Test
  void sharedConversationShowsNothingOfClosedDocuments() throws Exception {
    String id = ask(insider, QUESTION).get("conversationId").asString();
    String token =
        insider
            .post("/api/conversations/" + id + "/share", Map.of())
            .json()
            .get("token")
            .asString();
    assertThat(insider.get("/api/shared/" + token).text()).contains(SECRET);
    Person.Reply shared = outsider.get("/api/shared/" + token);
    assertThat(shared.status()).isEqualTo(200);
    assertThat(shared.text())
        .doesNotContain(SECRET, "Bonus of the board", document)
        .contains("you may not read");
    assertThat(shared.json().get("turns").get(0).get("answer").get("withheld").asBoolean())
        .isTrue();
  }

  @Test
  void earlierAnswerIsWithheldWhenRightsGoAndThereAgainWhenTheyComeBack() throws Exception {
    LocalService.searchable(
        outsider,
        "annex.md",
        "# Annex\n\nThe annex was bought for 93 million euros.",
        Map.of("collection", "deals"));
    String question = "What was the annex bought for?";
    String id = ask(insider, question).get("conversationId").asString();
    String path = "/api/conversations/" + id;
    assertThat(insider.get(path).text()).contains("93 million");
    assertThat(insider.get("/api/conversations?q=93%20million").text()).contains(id);
    close("deals", Set.of("sales"));
    for (String format : List.of("", "/export?format=md", "/export?format=json")) {
      assertThat(insider.get(path + format).text())
          .as(format)
          .doesNotContain("93 million", "annex.md")
          .contains("you may not read", question);
    }
    assertThat(insider.get("/api/conversations?q=93%20million").json()).isEmpty();
    assertThat(insider.get("/api/conversations?q=annex%20bought").text()).contains(id);
    Person.Reply goesOn =
        insider.post(
            "/api/ask", Map.of("question", "How much was it again?", "conversationId", id));
    assertThat(goesOn.status()).isEqualTo(200);
    assertThat(goesOn.text()).doesNotContain("93 million");
    close("deals", Set.of());
    assertThat(insider.get(path).text()).contains("93 million");
  }

  @Test
  void closingACollectionHoldsAtOnce() throws Exception {
    String open =
        LocalService.searchable(
            outsider,
            "parking.md",
            "# Parking garage\n\nThe parking garage has 88 places on level 3.",
            Map.of("collection", "sites"));
    String question = "How many places does the parking garage have?";
    assertThat(ask(insider, question).toString()).contains("88 places");
    close("sites", Set.of("sales"));
    assertThat(ask(insider, question).toString()).doesNotContain("88 places", "Parking garage");
    assertThat(insider.get("/api/documents/" + open).status()).isEqualTo(404);
    assertThat(ask(outsider, question).toString()).contains("88 places");
    close("sites", Set.of());
    assertThat(ask(insider, question).toString()).contains("88 places");
  }

  private void close(String collection, Set<String> groups) throws Exception {
    Person.Reply reply =
        local.admin().send("PUT", "/api/admin/collections/" + collection, Map.of("groups", groups));
    assertThat(reply.status()).isEqualTo(204);
  }

  @Test
  void narrowerAllowListHoldsWhenTheUploadReturns() throws Exception {
    String text = "# Canteen\n\nThe canteen serves 612 meals a day.";
    String question = "How many meals does the canteen serve a day?";
    String id = LocalService.searchable(insider, "canteen.md", text, Map.of());
    assertThat(ask(outsider, question).toString()).contains("612 meals");
    Person.Reply narrowed = insider.upload("canteen.md", text, Map.of("allow", "board"));
    assertThat(narrowed.status()).isEqualTo(202);
    assertThat(narrowed.json().get(0).get("id").asString()).isEqualTo(id);
    assertThat(ask(outsider, question).toString()).doesNotContain("612 meals");
    assertThat(outsider.get("/api/documents/" + id).status()).isEqualTo(404);
  }

  @Test
  void removedUserLeavesNoConversations() throws Exception {
    Person guest = local.user("guest", Set.of(Role.READER), Set.of());
    ask(guest, "Who are you?");
    assertThat(local.admin().delete("/api/admin/users/guest").status()).isEqualTo(204);
    assertThat(guest.get("/api/conversations").status()).isEqualTo(401);
    Person again = local.user("guest", Set.of(Role.READER), Set.of());
    assertThat(again.get("/api/conversations").json()).isEmpty();
  }
}
