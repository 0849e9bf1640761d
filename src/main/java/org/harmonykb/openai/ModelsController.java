package org.harmonykb.openai;

import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** The models that {@code /v1} offers. */
@RestController
class ModelsController {

  /** 2026-01-01; clients want a time, models have none. */
  private static final long CREATED = 1767225600;

  private final ModelIds ids;
  private final EmbeddingModels embeddings;

  ModelsController(ModelIds ids, EmbeddingModels embeddings) {
    this.ids = ids;
    this.embeddings = embeddings;
  }

  record Model(
      String id,
      String object,
      long created,
      @com.fasterxml.jackson.annotation.JsonProperty("owned_by") String ownedBy) {

    static Model of(String id) {
      return new Model(id, "model", CREATED, "harmony-kb");
    }
  }

  record Models(String object, List<Model> data) {}

  @GetMapping({"/v1/models", "/v1/models/"})
  Models models() {
    return new Models(
        "list",
        Stream.concat(ids.all().stream(), embeddings.ids().stream()).map(Model::of).toList());
  }

  @GetMapping("/v1/models/{id}")
  Model model(@PathVariable String id) {
    if (!embeddings.ids().contains(id)) {
      ids.target(id);
    }
    return Model.of(id);
  }

  /** Everything else under {@code /v1}. */
  @io.swagger.v3.oas.annotations.Hidden
  @org.springframework.web.bind.annotation.RequestMapping("/v1/**")
  void nothing(HttpServletRequest request) {
    throw new OpenAiException(
        404,
        OpenAiException.INVALID,
        null,
        "unknown_url",
        "There is no " + request.getMethod() + " " + request.getRequestURI());
  }
}
