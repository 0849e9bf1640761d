package org.harmonykb.web;

import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.PathItem;
import io.swagger.v3.oas.models.SpecVersion;
import io.swagger.v3.oas.models.info.Info;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.responses.ApiResponse;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springdoc.core.customizers.OpenApiCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.ClassPathResource;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * What {@code /openapi} says beyond the controllers: the errors that every endpoint can answer
 * with, and examples of requests, which {@code OpenApiIT} sends.
 */
@Configuration
class OpenApiDescription {

  private static final String PROBLEM = "application/problem+json";

  @Bean
  OpenApiCustomizer errorsAndExamples(JsonMapper json) throws IOException {
    Map<String, Object> examples;
    try (InputStream in = new ClassPathResource("openapi-examples.json").getInputStream()) {
      examples = json.readValue(in, new TypeReference<Map<String, Object>>() {});
    }
    return description -> describe(description, examples);
  }

  private static void describe(OpenAPI description, Map<String, Object> examples) {
    description.info(
        new Info()
            .title("harmony-kb")
            .version("1")
            .description("A private knowledge base: its own API, and OpenAI's under /v1."));
    description
        .getPaths()
        .forEach(
            (path, item) ->
                item.readOperationsMap()
                    .forEach(
                        (method, operation) -> {
                          describeErrors(path, operation);
                          addExample(examples.get(method + " " + path), method, operation);
                        }));
  }

  private static void describeErrors(String path, Operation operation) {
    boolean isOpenAi = path.startsWith("/v1");
    Schema<?> schema = isOpenAi ? openAiError() : problem();
    Content content =
        new Content()
            .addMediaType(isOpenAi ? "application/json" : PROBLEM, new MediaType().schema(schema));
    operation
        .getResponses()
        .addApiResponse(
            "4XX",
            new ApiResponse()
                .description("What is wrong with the request; nothing was changed")
                .content(content));
  }

  private static Schema<?> problem() {
    return schema("object")
        .addProperty("type", schema("string"))
        .addProperty("title", schema("string"))
        .addProperty("status", schema("integer"))
        .addProperty("detail", schema("string"))
        .addProperty("instance", schema("string"));
  }

  private static Schema<?> openAiError() {
    return schema("object")
        .addProperty(
            "error",
            schema("object")
                .addProperty("message", schema("string"))
                .addProperty("type", schema("string"))
                .addProperty("param", schema("string"))
                .addProperty("code", schema("string")));
  }

  private static Schema<?> schema(String type) {
    return new Schema<>(SpecVersion.V31).types(Set.of(type));
  }

  private static void addExample(
      @Nullable Object example, PathItem.HttpMethod method, Operation operation) {
    if (example != null && operation.getRequestBody() != null) {
      MediaType body = operation.getRequestBody().getContent().get("application/json");
      if (body == null) {
        throw new IllegalStateException(
            "openapi-examples.json has an example of "
                + method
                + " "
                + operation.getOperationId()
                + ", which takes no JSON");
      }
      body.setExample(example);
    }
  }
}
