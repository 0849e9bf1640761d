package org.harmonykb.openai;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/** Vectors of texts, by the models that the search uses. */
@RestController
class EmbeddingsController {

  private static final int MAX_INPUTS = 2048;

  private final EmbeddingModels models;

  EmbeddingsController(EmbeddingModels models) {
    this.models = models;
  }

  record Request(
      @Nullable String model,
      @Nullable JsonNode input,
      @JsonProperty("encoding_format") @Nullable String encodingFormat,
      @Nullable Integer dimensions) {}

  record Embeddings(String object, List<Embedding> data, String model, Usage usage) {}

  /**
   * @param embedding numbers, or little-endian 32-bit floats in Base64
   */
  record Embedding(String object, int index, Object embedding) {}

  record Usage(
      @JsonProperty("prompt_tokens") int promptTokens,
      @JsonProperty("total_tokens") int totalTokens) {}

  @PostMapping({"/v1/embeddings", "/v1/embeddings/"})
  Embeddings embed(@RequestBody Request request) {
    String model = request.model == null ? "" : request.model;
    if (!models.ids().contains(model)) {
      throw model.isBlank()
          ? OpenAiException.invalid("model", "The field model is missing")
          : ModelIds.unknown(model);
    }
    String format = request.encodingFormat == null ? "float" : request.encodingFormat;
    if (!format.equals("float") && !format.equals("base64")) {
      throw OpenAiException.invalid("encoding_format", "encoding_format is float or base64");
    }
    List<EmbeddingModels.Text> texts = texts(model, request.input);
    List<Embedding> data = new ArrayList<>();
    int tokens = 0;
    for (EmbeddingModels.Text text : texts) {
      float[] vector = models.embed(model, text.text());
      if (request.dimensions != null && request.dimensions != vector.length) {
        throw OpenAiException.invalid(
            "dimensions",
            "The vectors of " + model + " have " + vector.length + " values and cannot be cut");
      }
      tokens += text.tokens();
      data.add(
          new Embedding(
              "embedding", data.size(), format.equals("float") ? vector : base64(vector)));
    }
    return new Embeddings("list", data, model, new Usage(tokens, tokens));
  }

  private List<EmbeddingModels.Text> texts(String model, @Nullable JsonNode input) {
    List<EmbeddingModels.Text> texts = new ArrayList<>();
    if (input != null && input.isString()) {
      texts.add(models.text(model, input.asString()));
    } else if (input != null && input.isArray() && !input.isEmpty()) {
      if (input.get(0).isNumber()) {
        texts.add(tokens(model, input, "input"));
      } else {
        for (int i = 0; i < input.size(); i++) {
          JsonNode item = input.get(i);
          String field = "input[" + i + "]";
          if (!item.isString() && !item.isArray()) {
            throw OpenAiException.invalid(field, "input is text or tokens, or a list of these");
          }
          texts.add(
              item.isString() ? models.text(model, item.asString()) : tokens(model, item, field));
        }
      }
    } else {
      throw OpenAiException.invalid("input", "input is text or tokens, or a list of these");
    }
    if (texts.size() > MAX_INPUTS) {
      throw OpenAiException.invalid("input", "At most " + MAX_INPUTS + " texts are possible");
    }
    for (EmbeddingModels.Text text : texts) {
      if (text.text().isEmpty()) {
        throw OpenAiException.invalid("input", "A text is empty");
      }
      if (text.tokens() > EmbeddingModels.MAX_TOKENS) {
        throw OpenAiException.invalid(
            "input",
            "A text has %d tokens; %s reads %d"
                .formatted(text.tokens(), model, EmbeddingModels.MAX_TOKENS));
      }
    }
    return texts;
  }

  private EmbeddingModels.Text tokens(String model, JsonNode ids, String field) {
    long[] values = new long[ids.size()];
    for (int i = 0; i < values.length; i++) {
      JsonNode id = ids.get(i);
      if (!id.isIntegralNumber() || id.asLong(-1) < 0 || id.asLong(-1) >= 1_000_000) {
        throw OpenAiException.invalid(field, "A list of tokens holds ids of the vocabulary");
      }
      values[i] = id.asLong();
    }
    return models.text(model, values);
  }

  private static String base64(float[] vector) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * vector.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(vector);
    return Base64.getEncoder().encodeToString(bytes.array());
  }
}
