package org.harmonykb.openai;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The shapes of OpenAI's chat completions, as far as they are spoken here. */
final class ChatCompletions {

  private ChatCompletions() {}

  /** Unknown fields are ignored. */
  record Request(
      @Nullable String model,
      @Nullable List<RequestMessage> messages,
      @Nullable Boolean stream,
      @JsonProperty("stream_options") @Nullable StreamOptions streamOptions,
      @Nullable Double temperature,
      @JsonProperty("top_p") @Nullable Double topP,
      @JsonProperty("max_tokens") @Nullable Integer maxTokens,
      @JsonProperty("max_completion_tokens") @Nullable Integer maxCompletionTokens,
      @JsonProperty("reasoning_effort") @Nullable String reasoningEffort,
      @Nullable JsonNode stop,
      @Nullable Long seed,
      @Nullable Integer n) {}

  record RequestMessage(@Nullable String role, @Nullable JsonNode content) {}

  record StreamOptions(@JsonProperty("include_usage") @Nullable Boolean includeUsage) {}

  record Completion(
      String id,
      String object,
      long created,
      String model,
      List<Choice> choices,
      Usage usage,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Object sources) {}

  record Choice(
      int index,
      Message message,
      @Nullable Object logprobs,
      @JsonProperty("finish_reason") String finishReason) {}

  record Message(
      String role,
      String content,
      @JsonProperty("reasoning_content") @JsonInclude(JsonInclude.Include.NON_NULL)
          @Nullable String reasoning,
      @Nullable String refusal) {}

  record Chunk(
      String id,
      String object,
      long created,
      String model,
      List<ChunkChoice> choices,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Usage usage,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Object sources) {}

  record ChunkChoice(
      int index,
      Delta delta,
      @Nullable Object logprobs,
      @JsonProperty("finish_reason") @Nullable String finishReason) {}

  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Delta(
      @Nullable String role,
      @Nullable String content,
      @JsonProperty("reasoning_content") @Nullable String reasoning) {}

  record Usage(
      @JsonProperty("prompt_tokens") int promptTokens,
      @JsonProperty("completion_tokens") int completionTokens,
      @JsonProperty("total_tokens") int totalTokens,
      @JsonProperty("prompt_tokens_details") PromptDetails promptDetails) {

    static Usage of(int prompt, int cached, int completion) {
      return new Usage(prompt, completion, prompt + completion, new PromptDetails(cached, 0));
    }
  }

  record PromptDetails(
      @JsonProperty("cached_tokens") int cachedTokens,
      @JsonProperty("audio_tokens") int audioTokens) {}

  record Problem(ProblemBody error) {}

  record ProblemBody(String message, String type, @Nullable String param, @Nullable String code) {}
}
