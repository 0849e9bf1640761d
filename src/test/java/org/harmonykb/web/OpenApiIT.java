package org.harmonykb.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What {@code /openapi} says is so. */
class OpenApiIT {

  @Test
  void examplesAreAnsweredAndAllThatIsReadWithoutParametersToo() throws Exception {
    try (RunningService service = new RunningService(Files.createTempDirectory("kb-openapi"))) {
      service.ingest(
          "parking.md",
          "# Parking\n\nEmployees park in garage 4 for 35 euros per month.\n"
              .getBytes(StandardCharsets.UTF_8));
      JsonNode description = service.get("/openapi").json();
      assertThat(description.get("openapi").asString()).startsWith("3.1");
      List<String> sent = new ArrayList<>();
      List<String> wrong = new ArrayList<>();
      for (Map.Entry<String, JsonNode> path : description.get("paths").properties()) {
        for (Map.Entry<String, JsonNode> method : path.getValue().properties()) {
          JsonNode operation = method.getValue();
          String name = method.getKey() + " " + path.getKey();
          if (!operation.path("responses").has("4XX")) {
            wrong.add(name + " says nothing of errors");
          }
          JsonNode example =
              operation
                  .path("requestBody")
                  .path("content")
                  .path("application/json")
                  .path("example");
          boolean isPlainRead =
              method.getKey().equals("get")
                  && !path.getKey().contains("{")
                  && operation
                      .path("parameters")
                      .valueStream()
                      .noneMatch(p -> p.path("required").asBoolean(false));
          RunningService.Reply reply = null;
          if (!example.isMissingNode()) {
            reply = service.post(path.getKey(), example.toString());
          } else if (isPlainRead) {
            reply = service.get(path.getKey());
          }
          if (reply != null) {
            sent.add(name);
            if (reply.status() != 200) {
              wrong.add(name + ": " + reply.status() + " " + reply.text());
            }
          }
        }
      }
      assertThat(wrong).isEmpty();
      assertThat(sent)
          .contains(
              "post /api/ask", "post /v1/responses", "post /v1/embeddings", "get /api/documents");
      JsonNode problem = service.get("/api/documents/00000000-0000-0000-0000-000000000000").json();
      assertThat(problem.get("status").asInt()).isEqualTo(404);
    }
  }
}
