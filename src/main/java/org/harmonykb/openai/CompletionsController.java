package org.harmonykb.openai;

import com.fasterxml.jackson.annotation.JsonProperty;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.harmonykb.connection.Cancellation;
import org.harmonykb.connection.PatientJson;
import org.harmonykb.engine.Tokenizer;
import org.harmonykb.openai.ModelIds.Target;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import tools.jackson.databind.JsonNode;

/** Texts that the plain model goes on with, without a chat format. */
@RestController
class CompletionsController {

  /** What OpenAI writes where no limit is named. */
  private static final int DEFAULT_MAX_TOKENS = 16;

  private static final int MAX_PROMPTS = 16;
  private static final int MAX_LOGPROBS = 5;

  private final ModelIds ids;
  private final ModelWriter models;
  private final Streams streams;
  private final PatientJson json;
  private final Clock clock;

  CompletionsController(
      ModelIds ids, ModelWriter models, Streams streams, PatientJson json, Clock clock) {
    this.ids = ids;
    this.models = models;
    this.streams = streams;
    this.json = json;
    this.clock = clock;
  }

  record Request(
      @Nullable String model,
      @Nullable JsonNode prompt,
      @Nullable String suffix,
      @Nullable Boolean echo,
      @Nullable Boolean stream,
      @JsonProperty("stream_options") ChatWire.@Nullable StreamOptions streamOptions,
      @Nullable Double temperature,
      @JsonProperty("top_p") @Nullable Double topP,
      @JsonProperty("max_tokens") @Nullable Integer maxTokens,
      @Nullable JsonNode stop,
      @Nullable Long seed,
      @Nullable Integer n,
      @JsonProperty("best_of") @Nullable Integer bestOf,
      @Nullable Integer logprobs) {}

  record Completion(
      String id,
      String object,
      long created,
      String model,
      List<Choice> choices,
      ChatWire.@Nullable Usage usage) {}

  record Choice(
      int index,
      String text,
      @Nullable Logprobs logprobs,
      @JsonProperty("finish_reason") @Nullable String finishReason) {}

  record Logprobs(
      List<String> tokens,
      @JsonProperty("token_logprobs") List<Double> tokenLogprobs,
      @JsonProperty("top_logprobs") List<Map<String, Double>> topLogprobs,
      @JsonProperty("text_offset") List<Integer> textOffset) {}

  /** A prompt and its text, if that is asked for. */
  private record Prompt(ModelWriter.Job job, String echoed) {}

  @PostMapping({"/v1/completions", "/v1/completions/"})
  @Nullable SseEmitter complete(@RequestBody Request request, HttpServletResponse response) {
    List<Prompt> prompts = prompts(request);
    Reply reply =
        new Reply(
            "cmpl-" + UUID.randomUUID(),
            clock.instant().getEpochSecond(),
            String.valueOf(request.model));
    if (Boolean.TRUE.equals(request.stream)) {
      boolean withUsage =
          request.streamOptions != null
              && Boolean.TRUE.equals(request.streamOptions.includeUsage());
      return streams.start(
          response,
          (out, cancellation) -> stream(prompts, reply, withUsage, out, cancellation),
          (out, error) -> out.send(null, error));
    }
    json.write(response, cancellation -> whole(prompts, reply, cancellation), OpenAiError::of);
    return null;
  }

  private record Reply(String id, long created, String model) {

    Completion with(List<Choice> choices, ChatWire.@Nullable Usage usage) {
      return new Completion(id, "text_completion", created, model, choices, usage);
    }
  }

  private Completion whole(List<Prompt> prompts, Reply reply, Cancellation cancellation) {
    List<Choice> choices = new ArrayList<>();
    Written.Usage sum = new Written.Usage(0, 0, 0, 0);
    for (Prompt prompt : prompts) {
      Written written = models.write(prompt.job, cancellation, Written.Sink.NONE);
      sum = sum(sum, written.usage());
      choices.add(
          new Choice(
              choices.size(),
              prompt.echoed + written.content(),
              logprobs(written.tokens(), prompt.echoed.length()),
              written.end().finishReason()));
    }
    return reply.with(choices, ChatWire.Usage.of(sum));
  }

  private void stream(
      List<Prompt> prompts,
      Reply reply,
      boolean withUsage,
      EventWriter out,
      Cancellation cancellation) {
    Written.Usage sum = new Written.Usage(0, 0, 0, 0);
    for (int i = 0; i < prompts.size(); i++) {
      Prompt prompt = prompts.get(i);
      Chunks chunks = new Chunks(out, reply, i);
      if (!prompt.echoed.isEmpty()) {
        chunks.content(prompt.echoed, List.of());
      }
      Written written = models.write(prompt.job, cancellation, chunks);
      sum = sum(sum, written.usage());
      out.send(
          null, reply.with(List.of(new Choice(i, "", null, written.end().finishReason())), null));
    }
    if (withUsage) {
      out.send(null, reply.with(List.of(), ChatWire.Usage.of(sum)));
    }
    out.send(null, "[DONE]");
  }

  private static final class Chunks implements Written.Sink {
    private final EventWriter out;
    private final Reply reply;
    private final int index;
    private int offset;

    Chunks(EventWriter out, Reply reply, int index) {
      this.out = out;
      this.reply = reply;
      this.index = index;
    }

    @Override
    public void content(String text, List<Written.Token> tokens) {
      out.send(
          null, reply.with(List.of(new Choice(index, text, logprobs(tokens, offset), null)), null));
      offset += text.length();
    }

    @Override
    public void reasoning(String text) {}

    @Override
    public void call(Written.Call call) {}
  }

  private static Written.Usage sum(Written.Usage a, Written.Usage b) {
    return new Written.Usage(
        a.prompt() + b.prompt(), a.cached() + b.cached(), a.completion() + b.completion(), 0);
  }

  private static @Nullable Logprobs logprobs(List<Written.Token> tokens, int from) {
    if (tokens.isEmpty()) {
      return null;
    }
    List<Integer> offsets = new ArrayList<>();
    List<Map<String, Double>> top = new ArrayList<>();
    int offset = from;
    for (Written.Token token : tokens) {
      offsets.add(offset);
      offset += token.text().length();
      Map<String, Double> likely = new LinkedHashMap<>();
      token.top().forEach(other -> likely.putIfAbsent(other.text(), other.logprob()));
      top.add(likely);
    }
    return new Logprobs(
        tokens.stream().map(Written.Token::text).toList(),
        tokens.stream().map(Written.Token::logprob).toList(),
        top,
        offsets);
  }

  private List<Prompt> prompts(Request request) {
    Target target = ids.plain(request.model);
    SamplingReader.requireOne(request.n, "n");
    SamplingReader.requireOne(request.bestOf, "best_of");
    if (request.suffix != null && !request.suffix.isEmpty()) {
      throw OpenAiException.invalid("suffix", "Text cannot be put in before a suffix");
    }
    boolean isEchoed = Boolean.TRUE.equals(request.echo);
    if (isEchoed && request.logprobs != null) {
      throw OpenAiException.invalid("echo", "The probabilities of a prompt are not computed");
    }
    int top = SamplingReader.topLogprobs(request.logprobs, "logprobs", MAX_LOGPROBS);
    Integer wanted = request.maxTokens == null ? (Integer) DEFAULT_MAX_TOKENS : request.maxTokens;
    ModelWriter.Settings settings =
        new ModelWriter.Settings(
            SamplingReader.sampling(request.temperature, request.topP, request.seed),
            SamplingReader.maxTokens(wanted, "max_tokens"),
            SamplingReader.stops(request.stop),
            request.logprobs == null ? -1 : top,
            target.adapter());
    Tokenizer tokenizer = ids.loaded().engine().tokenizer();
    List<Prompt> prompts = new ArrayList<>();
    for (int[] tokens : new PromptReader(tokenizer).read(request.prompt, MAX_PROMPTS)) {
      prompts.add(
          new Prompt(models.prepare(tokens, settings), isEchoed ? tokenizer.decode(tokens) : ""));
    }
    return prompts;
  }
}
