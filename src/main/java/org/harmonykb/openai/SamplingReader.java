package org.harmonykb.openai;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.harmonykb.engine.SamplingOptions;
import org.harmonykb.harmony.Conversation.ReasoningEffort;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Checks the numbers of a request. */
final class SamplingReader {

  /** What a request that names no limit may write; the context may hold less. */
  static final int DEFAULT_MAX_TOKENS = 1 << 20;

  private static final int MAX_STOPS = 4;

  private SamplingReader() {}

  static SamplingOptions sampling(
      @Nullable Double temperature, @Nullable Double topP, @Nullable Long seed) {
    double heat = temperature == null ? 1 : temperature;
    double share = topP == null ? 1 : topP;
    if (!(heat >= 0 && heat <= 2)) {
      throw OpenAiException.invalid("temperature", "temperature must be 0 to 2");
    }
    if (!(share >= 0 && share <= 1)) {
      throw OpenAiException.invalid("top_p", "top_p must be 0 to 1");
    }
    return new SamplingOptions(
        share == 0 ? 0 : heat,
        0,
        share == 0 ? 1 : share,
        0,
        1,
        seed == null ? ThreadLocalRandom.current().nextLong() : seed);
  }

  static void requireOne(@Nullable Integer n, String field) {
    if (n != null && n != 1) {
      throw OpenAiException.invalid(field, field + " can only be 1");
    }
  }

  static int maxTokens(@Nullable Integer wanted, String field) {
    if (wanted != null && wanted < 1) {
      throw OpenAiException.invalid(field, field + " must be at least 1");
    }
    return wanted == null ? DEFAULT_MAX_TOKENS : wanted;
  }

  static int topLogprobs(@Nullable Integer wanted, String field, int most) {
    if (wanted != null && (wanted < 0 || wanted > most)) {
      throw OpenAiException.invalid(field, field + " must be 0 to " + most);
    }
    return wanted == null ? 0 : wanted;
  }

  static List<String> stops(@Nullable JsonNode stop) {
    if (stop == null || stop.isNull()) {
      return List.of();
    }
    List<JsonNode> given = new ArrayList<>();
    if (stop.isArray()) {
      stop.forEach(given::add);
    } else {
      given.add(stop);
    }
    if (given.size() > MAX_STOPS) {
      throw OpenAiException.invalid("stop", "At most four stop sequences are possible");
    }
    if (given.stream().anyMatch(s -> !s.isString() || s.asString().length() > 1000)) {
      throw OpenAiException.invalid(
          "stop", "stop is a text or a list of texts of up to 1,000 characters");
    }
    return given.stream().map(JsonNode::asString).filter(s -> !s.isEmpty()).toList();
  }

  static ReasoningEffort effort(@Nullable String effort, String field) {
    return switch (effort) {
      case null -> ReasoningEffort.MEDIUM;
      case "none", "minimal", "low" -> ReasoningEffort.LOW;
      case "medium" -> ReasoningEffort.MEDIUM;
      case "high", "xhigh", "max" -> ReasoningEffort.HIGH;
      default ->
          throw OpenAiException.invalid(
              field, "The reasoning effort is low, medium or high, not " + effort);
    };
  }
}
