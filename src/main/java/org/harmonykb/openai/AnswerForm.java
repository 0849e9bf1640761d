package org.harmonykb.openai;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What an answer's text has to be.
 *
 * @param schema of its JSON, or null for any object
 */
record AnswerForm(Kind kind, @Nullable Object schema) {

  enum Kind {
    TEXT,
    JSON
  }

  static final AnswerForm TEXT = new AnswerForm(Kind.TEXT, null);

  /**
   * Reads {@code response_format}, or {@code text.format} where the schema stands in it directly.
   */
  static AnswerForm read(@Nullable JsonNode format, String field) {
    if (format == null || format.isNull() || format.isMissingNode()) {
      return TEXT;
    }
    JsonNode type = format.path("type");
    return switch (type.isString() ? type.asString() : "") {
      case "text" -> TEXT;
      case "json_object" -> new AnswerForm(Kind.JSON, null);
      case "json_schema" -> {
        JsonNode holder = format.has("json_schema") ? format.path("json_schema") : format;
        JsonNode schema = holder.path("schema");
        if (schema.isMissingNode() || schema.isNull()) {
          throw OpenAiException.invalid(field, "The field schema is missing");
        }
        Object plain = PlainJson.of(schema);
        if (!(plain instanceof Map) && !(plain instanceof Boolean)) {
          throw OpenAiException.invalid(field, "The schema is no object");
        }
        yield new AnswerForm(Kind.JSON, plain);
      }
      default ->
          throw OpenAiException.invalid(field, field + ".type is text, json_object or json_schema");
    };
  }

  boolean isJson() {
    return kind == Kind.JSON;
  }
}
