package org.harmonykb.openai;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The shapes of OpenAI's chat completions. */
final class ChatWire {

  private ChatWire() {}

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
      @Nullable Integer n,
      @Nullable Boolean logprobs,
      @JsonProperty("top_logprobs") @Nullable Integer topLogprobs,
      @JsonProperty("response_format") @Nullable JsonNode responseFormat,
      @Nullable List<JsonNode> tools,
      @JsonProperty("tool_choice") @Nullable JsonNode toolChoice) {

    boolean isStreamed() {
      return Boolean.TRUE.equals(stream);
    }

    boolean wantsUsage() {
      return streamOptions != null && Boolean.TRUE.equals(streamOptions.includeUsage);
    }
  }

  record RequestMessage(
      @Nullable String role,
      @Nullable JsonNode content,
      @JsonProperty("tool_calls") @Nullable List<RequestCall> toolCalls,
      @JsonProperty("tool_call_id") @Nullable String toolCallId,
      @JsonProperty("reasoning_content") @Nullable String reasoning) {}

  record RequestCall(@Nullable String id, @Nullable RequestFunction function) {}

  record RequestFunction(@Nullable String name, @Nullable String arguments) {}

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
      @Nullable Logprobs logprobs,
      @JsonProperty("finish_reason") String finishReason) {}

  record Message(
      String role,
      @Nullable String content,
      @JsonProperty("reasoning_content") @JsonInclude(JsonInclude.Include.NON_NULL)
          @Nullable String reasoning,
      @JsonProperty("tool_calls") @JsonInclude(JsonInclude.Include.NON_NULL)
          @Nullable List<Call> toolCalls,
      @Nullable String refusal) {}

  /**
   * @param index its place, in a stream only
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Call(@Nullable Integer index, String id, String type, Function function) {}

  record Function(String name, String arguments) {}

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
      @Nullable Logprobs logprobs,
      @JsonProperty("finish_reason") @Nullable String finishReason) {}

  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Delta(
      @Nullable String role,
      @Nullable String content,
      @JsonProperty("reasoning_content") @Nullable String reasoning,
      @JsonProperty("tool_calls") @Nullable List<Call> toolCalls) {

    static Delta content(String text) {
      return new Delta(null, text, null, null);
    }
  }

  record Logprobs(List<TokenLogprob> content, @Nullable Object refusal) {

    static @Nullable Logprobs of(List<Written.Token> tokens) {
      return tokens.isEmpty()
          ? null
          : new Logprobs(tokens.stream().map(TokenLogprob::of).toList(), null);
    }
  }

  record TokenLogprob(
      String token,
      double logprob,
      List<Integer> bytes,
      @JsonProperty("top_logprobs") List<TopLogprob> topLogprobs) {

    static TokenLogprob of(Written.Token token) {
      return new TokenLogprob(
          token.text(),
          token.logprob(),
          token.bytes(),
          token.top().stream()
              .map(top -> new TopLogprob(top.text(), top.logprob(), top.bytes()))
              .toList());
    }
  }

  record TopLogprob(String token, double logprob, List<Integer> bytes) {}

  record Usage(
      @JsonProperty("prompt_tokens") int promptTokens,
      @JsonProperty("completion_tokens") int completionTokens,
      @JsonProperty("total_tokens") int totalTokens,
      @JsonProperty("prompt_tokens_details") PromptDetails promptDetails,
      @JsonProperty("completion_tokens_details") CompletionDetails completionDetails) {

    static Usage of(Written.Usage usage) {
      return new Usage(
          usage.prompt(),
          usage.completion(),
          usage.prompt() + usage.completion(),
          new PromptDetails(usage.cached(), 0),
          new CompletionDetails(usage.reasoning(), 0, 0, 0));
    }
  }

  record PromptDetails(
      @JsonProperty("cached_tokens") int cachedTokens,
      @JsonProperty("audio_tokens") int audioTokens) {}

  record CompletionDetails(
      @JsonProperty("reasoning_tokens") int reasoningTokens,
      @JsonProperty("audio_tokens") int audioTokens,
      @JsonProperty("accepted_prediction_tokens") int acceptedPredictionTokens,
      @JsonProperty("rejected_prediction_tokens") int rejectedPredictionTokens) {}
}
