package org.harmonykb.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What happens to answers and assistants over HTTP, with a real model, index and database. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class AnswersIT {

  private static final String LEASE =
      """
      # Bicycle lease

      Owner: mobility team.

      ## 1 Terms
      Staff may lease a company bicycle. The lease runs for 36 months. The monthly rate is 1,250 crowns.
      A helmet is part of the lease.

      ## 2 Return
      The bicycle must be returned to the depot within 5 days after the lease ends.
      """;

  private RunningService service;

  @BeforeAll
  void start(@TempDir Path data) throws Exception {
    service = new RunningService(data);
    service.ingest("lease.md", LEASE.getBytes(StandardCharsets.UTF_8));
  }

  @AfterAll
  void stop() {
    service.close();
  }

  @Test
  void citationLeadsToTheCharactersThatTheAnswerRestsOn() throws Exception {
    JsonNode answer = service.ask("For how many months does the bicycle lease run?");
    assertThat(answer.path("refused").asBoolean()).as(answer.toString()).isFalse();
    JsonNode citation = answer.path("citations").get(0);
    String quote = citation.path("quote").asString();
    assertThat(quote.substring(citation.path("start").asInt(), citation.path("end").asInt()))
        .contains("36 months");
    assertThat(citation.path("section").asString()).isEqualTo("1 Terms");
    assertThat(citation.path("revision").asInt()).isEqualTo(1);
    String chunks =
        service.get("/api/documents/" + citation.path("documentId").asString() + "/chunks").text();
    assertThat(chunks).contains(citation.path("chunkId").asString());
    String text = answer.path("answer").asString();
    for (JsonNode sentence : answer.path("sentences")) {
      assertThat(text.substring(sentence.path("start").asInt(), sentence.path("end").asInt()))
          .isNotBlank()
          .doesNotContain("[");
      assertThat(sentence.path("supported").asBoolean()).isTrue();
      JsonNode source = sentence.path("source");
      assertThat(quote.length()).isGreaterThanOrEqualTo(source.path("end").asInt());
    }
  }

  @Test
  void replayGivesTheSameTokensAndSaysWhatChanged() throws Exception {
    String id =
        service
            .ingest(
                "gate.md",
                "# Gate\n\nThe north gate opens at 6:40 in the morning. It closes at 21:10."
                    .getBytes(StandardCharsets.UTF_8))
            .path("id")
            .asString();
    JsonNode answer = service.ask("When does the north gate open?");
    assertThat(answer.path("answer").asString()).contains("6:40");
    String replay = "/api/answers/" + answer.path("id").asString() + "/replay";
    JsonNode same = service.post(replay, "").json();
    assertThat(same.path("identical").asBoolean()).as(same.toString()).isTrue();
    assertThat(same.path("tokens").asInt()).isPositive();
    assertThat(same.path("answer").asString()).isEqualTo(answer.path("answer").asString());

    JsonNode followUp =
        service
            .post(
                "/api/ask",
                Map.of(
                    "question",
                    "And when does it close?",
                    "conversationId",
                    answer.path("conversationId").asString(),
                    "temperature",
                    0.8))
            .json();
    JsonNode drawn =
        service.post("/api/answers/" + followUp.path("id").asString() + "/replay", "").json();
    assertThat(drawn.path("identical").asBoolean()).as(drawn.toString()).isTrue();

    service.delete("/api/documents/" + id);
    JsonNode gone = service.post(replay, "").json();
    assertThat(gone.path("identical").asBoolean()).isFalse();
    assertThat(gone.path("changed").get(0).path("now").asString()).startsWith("removed");
    assertThat(gone.path("answer").isNull()).isTrue();
    assertThat(
            service.post("/api/answers/00000000-0000-0000-0000-000000000000/replay", "").status())
        .isEqualTo(404);
  }

  @Test
  void replayKnowsTurnsThatTheClientKept() throws Exception {
    service.ingest(
        "quay.md",
        "# Quay\n\nThe south quay opens at 5:20 in the morning. It closes at 20:50 at night."
            .getBytes(StandardCharsets.UTF_8));
    String body =
        """
        {"model":"default","messages":[{"role":"user","content":"When does the south quay open?"},
        {"role":"assistant","content":"At 5:20."},
        {"role":"user","content":"And when does it close at night?"}]}
        """;
    assertThat(service.post("/v1/chat/completions", body).text()).contains("20:50");
    JsonNode conversation = service.get("/api/conversations").json().get(0);
    JsonNode turn =
        service
            .get("/api/conversations/" + conversation.path("id").asString())
            .json()
            .path("turns")
            .get(0);
    JsonNode replay =
        service
            .post("/api/answers/" + turn.path("answer").path("id").asString() + "/replay", "")
            .json();
    boolean isWritten = turn.path("answer").path("mode").asString().equals("generated");
    assertThat(replay.path("identical").asBoolean()).as(replay.toString()).isEqualTo(!isWritten);
    if (isWritten) {
      assertThat(replay.path("changed").get(0).path("now").asString()).isEqualTo("not stored");
    }
  }

  @Test
  void correctedAnswerBecomesCuratedAndIsCitedAsSuch() throws Exception {
    JsonNode answer = service.ask("Where do I leave the key of the bicycle lock?");
    String path = "/api/answers/" + answer.path("id").asString() + "/feedback";
    assertThat(service.post(path, Map.of("thumb", "sideways")).status()).isEqualTo(400);
    assertThat(
            service
                .post(
                    path,
                    Map.of("thumb", "down", "documentId", "00000000-0000-0000-0000-000000000000"))
                .status())
        .isEqualTo(404);
    service.post(path, Map.of("thumb", "up"));
    JsonNode given =
        service
            .post(
                path,
                Map.of(
                    "thumb", "down",
                    "reason", "it is somewhere else",
                    "correction", "Leave the key of the lock in the blue box at gate 3."))
            .json();
    assertThat(given.path("thumb").asString()).isEqualTo("down");
    JsonNode listed = service.get("/api/admin/feedback?thumb=down").json();
    assertThat(listed).hasSize(1);
    assertThat(listed.get(0).path("answer").path("id").asString())
        .isEqualTo(answer.path("id").asString());
    assertThat(service.get("/api/admin/feedback/export").text())
        .contains("blue box at gate 3", "\"answerable\":true");

    JsonNode curated =
        service
            .post("/api/admin/curated", Map.of("feedbackId", given.path("id").asString()))
            .json();
    service.awaitEnd(curated.path("id").asString());
    JsonNode better = service.ask("Where should the key of the bicycle lock be left?");
    assertThat(better.path("answer").asString()).contains("blue box at gate 3");
    assertThat(better.path("citations").get(0).path("curated").asBoolean()).isTrue();
    assertThat(
            service
                .get("/api/admin/feedback")
                .json()
                .valueStream()
                .map(f -> f.path("curatedId").asString("")))
        .contains(curated.path("id").asString());
    assertThat(service.delete("/api/admin/curated/" + curated.path("id").asString()).status())
        .isEqualTo(204);
  }

  @Test
  void assistantIsEditedPreviewedAndRolledBack() throws Exception {
    JsonNode before = service.get("/api/admin/assistants/hr").json();
    String yaml = before.path("yaml").asString();
    String changed = yaml.replace("the HR service desk", "Ms Quill in room 7");
    JsonNode put =
        service.putJson("/api/admin/assistants/hr", Map.of("yaml", changed, "note", "n")).json();
    assertThat(put.path("version").asInt()).isEqualTo(1);
    assertThat(service.get("/api/assistants").text()).contains("Ms Quill in room 7");
    RunningService.Reply bad =
        service.post(
            "/api/admin/assistants/hr/preview",
            Map.of("question", "x", "yaml", changed.replace("# Output", "# End")));
    assertThat(bad.status()).isEqualTo(400);
    assertThat(bad.json().path("detail").asString()).contains("# Role, # Input, # Output");

    JsonNode preview =
        service
            .post(
                "/api/admin/assistants/default/preview",
                Map.of("question", "For how many months does the bicycle lease run?"))
            .json();
    assertThat(preview.path("prompt").asString())
        .contains("36 months", "<|im_start|>", preview.path("instructions").asString());
    assertThat(preview.path("promptTokens").asInt()).isPositive();

    JsonNode back = service.post("/api/admin/assistants/hr/rollback", Map.of("version", 0)).json();
    assertThat(back.path("version").asInt()).isEqualTo(2);
    assertThat(back.path("yaml").asString()).isEqualTo(yaml);
    List<Integer> versions = new ArrayList<>();
    back.path("versions").forEach(v -> versions.add(v.path("version").asInt()));
    assertThat(versions).containsExactly(2, 1, 0);
    assertThat(service.post("/api/admin/assistants/hr/rollback", Map.of("version", 9)).status())
        .isEqualTo(404);
    assertThat(service.get("/api/admin/assistants/nobody").status()).isEqualTo(404);
  }

  @Test
  void medicalAnswerNamesPointsBasisAdviceAndLimits() throws Exception {
    service.upload(
        Map.of(
            "burns.md",
            "# First aid\n\n## 4 Burns\nSmall burns are cooled under running water for 10 minutes. Blisters must never be opened. A dressing covers the burn."
                .getBytes(StandardCharsets.UTF_8)),
        Map.of("collection", "medical"));
    Awaitility.await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> service.get("/api/documents?state=SEARCHABLE").text().contains("First aid"));
    JsonNode answer =
        service
            .post(
                "/api/ask",
                Map.of(
                    "question",
                    "For how many minutes are small burns cooled?",
                    "assistant",
                    "medical"))
            .json();
    assertThat(answer.path("answer").asString())
        .contains("**Points**", "10 minutes", "**Basis**", "First aid, 4 Burns", "**Advice**")
        .contains("Blisters must never be opened", "**Limits**", "not a diagnosis");
  }
}
