package org.harmonykb.openai;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.harmonykb.answering.Adapters;
import org.harmonykb.answering.Answer;
import org.harmonykb.answering.AnswerCancelledException;
import org.harmonykb.answering.AnswerListener;
import org.harmonykb.answering.AnsweringService;
import org.harmonykb.answering.Assistant;
import org.harmonykb.answering.Assistants;
import org.harmonykb.answering.InvalidQuestionException;
import org.harmonykb.answering.LanguageModel;
import org.harmonykb.answering.Question;
import org.harmonykb.connection.Cancellation;
import org.harmonykb.connection.EventStreams;
import org.harmonykb.connection.PatientJson;
import org.harmonykb.engine.AdapterChoice;
import org.harmonykb.engine.ContextOverflowException;
import org.harmonykb.engine.EngineBusyException;
import org.harmonykb.engine.FinishReason;
import org.harmonykb.engine.GenerationEvent;
import org.harmonykb.engine.GenerationRequest;
import org.harmonykb.engine.SamplingOptions;
import org.harmonykb.engine.TokenStream;
import org.harmonykb.engine.UnknownAdapterException;
import org.harmonykb.harmony.Channel;
import org.harmonykb.harmony.CompletionParser;
import org.harmonykb.security.CurrentCaller;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * OpenAI's chat API: the plain model under its id, and each assistant under its name, which answers
 * from the documents; {@code id:adapter} is either with a LoRA adapter. What the model thinks goes
 * to {@code reasoning_content}, never to the content.
 */
@RestController
@RequestMapping("/v1")
class OpenAiController {

  private static final String PLAIN = "model";

  private final LanguageModel model;
  private final Assistants assistants;
  private final AnsweringService answering;
  private final Adapters adapters;
  private final Clock clock;
  private final CurrentCaller caller;
  private final PatientJson json;

  OpenAiController(
      LanguageModel model,
      Assistants assistants,
      AnsweringService answering,
      Adapters adapters,
      Clock clock,
      CurrentCaller caller,
      PatientJson json) {
    this.model = model;
    this.assistants = assistants;
    this.answering = answering;
    this.adapters = adapters;
    this.clock = clock;
    this.caller = caller;
    this.json = json;
  }

  /** What was written, and where it stopped. */
  private record Written(
      String content, String reasoning, FinishReason reason, ChatCompletions.Usage usage) {}

  private record Piece(Channel channel, String text) {}

  /**
   * What a model id names.
   *
   * @param assistant null for the plain model
   */
  private record Target(@Nullable String assistant, @Nullable AdapterChoice adapter) {}

  private Target target(String id) {
    int colon = id.lastIndexOf(':');
    String name = colon < 0 ? id : id.substring(0, colon);
    boolean isAssistant = assistants.all().stream().anyMatch(a -> a.id().equals(name));
    if (!isAssistant && !name.equals(PLAIN) && !model.isCalled(name)) {
      throw new OpenAiException(404, "invalid_request_error", "There is no model " + id);
    }
    AdapterChoice adapter = null;
    if (colon >= 0) {
      adapter = new AdapterChoice(id.substring(colon + 1), null);
      adapters.require(adapter.name());
    }
    return new Target(isAssistant ? name : null, adapter);
  }

  @GetMapping({"/models", "/models/"})
  Map<String, Object> models() {
    List<Map<String, Object>> data = new ArrayList<>();
    if (model.loaded() != null) {
      data.add(model(PLAIN));
      adapters.list().forEach(adapter -> data.add(model(PLAIN + ":" + adapter.name())));
    }
    for (Assistant assistant : assistants.all()) {
      data.add(model(assistant.id()));
    }
    return Map.of("object", "list", "data", data);
  }

  private static Map<String, Object> model(String id) {
    return Map.of("id", id, "object", "model", "created", 1767225600, "owned_by", "harmony-kb");
  }

  @PostMapping({"/chat/completions", "/chat/completions/"})
  @Nullable SseEmitter complete(
      @RequestBody ChatCompletions.Request request, HttpServletResponse response) {
    String id = request.model();
    if (id == null || id.isBlank()) {
      throw OpenAiException.invalid("The field model is missing");
    }
    Target target = target(id);
    String completionId = "chatcmpl-" + UUID.randomUUID();
    long created = clock.instant().getEpochSecond();
    if (Boolean.TRUE.equals(request.stream())) {
      return stream(request, target, id, completionId, created);
    }
    // What can be refused is refused before the first byte.
    Question question = target.assistant == null ? null : question(request, target);
    GenerationRequest generation = target.assistant == null ? generation(request, target) : null;
    json.write(
        response,
        cancellation ->
            question != null
                ? completion(
                    completionId, created, id, answering.ask(question, new Listener(cancellation)))
                : completion(
                    completionId,
                    created,
                    id,
                    write(Objects.requireNonNull(generation), cancellation, _ -> {})),
        e -> problem(e, "server_error"));
    return null;
  }

  private static ChatCompletions.Completion completion(
      String id, long created, String model, Answer answer) {
    return completion(
        id, created, model, answer.answer(), null, "stop", usage(answer), answer.citations());
  }

  private static ChatCompletions.Completion completion(
      String id, long created, String model, Written written) {
    return completion(
        id,
        created,
        model,
        written.content,
        written.reasoning.isEmpty() ? null : written.reasoning,
        written.reason == FinishReason.LENGTH ? "length" : "stop",
        written.usage,
        null);
  }

  private static ChatCompletions.Completion completion(
      String id,
      long created,
      String model,
      String content,
      @Nullable String reasoning,
      String reason,
      ChatCompletions.Usage usage,
      @Nullable Object sources) {
    ChatCompletions.Message message =
        new ChatCompletions.Message("assistant", content, reasoning, null);
    return new ChatCompletions.Completion(
        id,
        "chat.completion",
        created,
        model,
        List.of(new ChatCompletions.Choice(0, message, null, reason)),
        usage,
        sources);
  }

  private SseEmitter stream(
      ChatCompletions.Request request,
      Target target,
      String id,
      String completionId,
      long created) {
    // What can be refused is refused before the first byte.
    Question question = target.assistant == null ? null : question(request, target);
    GenerationRequest generation = target.assistant == null ? generation(request, target) : null;
    SseEmitter emitter = new SseEmitter(0L);
    Chunks chunks = new Chunks(emitter, completionId, created, id);
    Cancellation cancellation = new Cancellation();
    EventStreams.Work work =
        () -> {
          try {
            chunks.delta(new ChatCompletions.Delta("assistant", "", null), null, null);
            ChatCompletions.Usage usage;
            String reason = "stop";
            Object sources = null;
            if (question != null) {
              // The checked text only: what was streamed could not be taken back.
              Answer answer = answering.ask(question, new Listener(cancellation));
              chunks.delta(new ChatCompletions.Delta(null, answer.answer(), null), null, null);
              usage = usage(answer);
              sources = answer.citations();
            } else {
              Written written =
                  write(
                      Objects.requireNonNull(generation),
                      cancellation,
                      piece ->
                          chunks.delta(
                              piece.channel == Channel.FINAL
                                  ? new ChatCompletions.Delta(null, piece.text, null)
                                  : new ChatCompletions.Delta(null, null, piece.text),
                              null,
                              null));
              usage = written.usage;
              reason = written.reason == FinishReason.LENGTH ? "length" : "stop";
            }
            chunks.delta(new ChatCompletions.Delta(null, null, null), reason, sources);
            boolean wantsUsage =
                request.streamOptions() != null
                    && Boolean.TRUE.equals(request.streamOptions().includeUsage());
            if (wantsUsage) {
              chunks.usage(usage);
            }
            chunks.send("[DONE]");
            emitter.complete();
          } catch (UncheckedIOException | IllegalStateException | AnswerCancelledException gone) {
            emitter.completeWithError(gone);
          } catch (RuntimeException e) {
            fail(emitter, chunks, e);
          }
        };
    Thread.ofVirtual()
        .name("chat-completion")
        .start(() -> EventStreams.watched(emitter, cancellation, work));
    return emitter;
  }

  private static void fail(SseEmitter emitter, Chunks chunks, RuntimeException e) {
    try {
      chunks.send(problem(e, "server_error"));
      emitter.complete();
    } catch (UncheckedIOException | IllegalStateException gone) {
      emitter.completeWithError(gone);
    }
  }

  private Question question(ChatCompletions.Request request, Target target) {
    Question question =
        new Question(
            ChatRequestReader.question(request),
            null,
            Objects.requireNonNull(target.assistant),
            Set.of(),
            request.temperature(),
            request.topP(),
            ChatRequestReader.maxTokens(request, 256),
            caller.scope(),
            target.adapter);
    answering.check(question);
    return question;
  }

  private LanguageModel.Loaded loaded() {
    LanguageModel.Loaded loaded = model.loaded();
    if (loaded == null) {
      throw new OpenAiException(503, "server_error", model.describe());
    }
    return loaded;
  }

  private GenerationRequest generation(ChatCompletions.Request request, Target target) {
    LanguageModel.Loaded loaded = loaded();
    int[] prompt =
        loaded
            .format()
            .render(ChatRequestReader.conversation(request, LocalDate.now(clock).toString()));
    SamplingOptions sampling;
    try {
      sampling =
          new SamplingOptions(
              request.temperature() == null ? 1 : request.temperature(),
              0,
              request.topP() == null ? 1 : request.topP(),
              0,
              1,
              request.seed() == null ? clock.millis() : request.seed());
    } catch (IllegalArgumentException e) {
      throw OpenAiException.invalid(String.valueOf(e.getMessage()));
    }
    return new GenerationRequest(
        prompt,
        ChatRequestReader.maxTokens(request, loaded.engine().model().contextLength()),
        sampling,
        loaded.format().stopTokens(),
        ChatRequestReader.stops(request.stop()),
        null,
        target.adapter);
  }

  private Written write(
      GenerationRequest generation, Cancellation cancellation, Consumer<Piece> out) {
    LanguageModel.Loaded loaded = loaded();
    boolean hasStops = !generation.stopSequences().isEmpty();
    CompletionParser parser = loaded.format().parser();
    StringBuilder content = new StringBuilder();
    StringBuilder reasoning = new StringBuilder();
    Consumer<Piece> collect =
        piece -> {
          (piece.channel == Channel.FINAL ? content : reasoning).append(piece.text);
          out.accept(piece);
        };
    try (TokenStream stream = loaded.engine().generate(generation)) {
      cancellation.began(stream::close);
      while (stream.hasNext()) {
        switch (stream.next()) {
          case GenerationEvent.Token token -> {
            if (hasStops) {
              // The engine holds back what may begin a stop sequence; take its text.
              emit(Channel.FINAL, token.text(), collect);
            } else {
              parser.accept(token.id()).forEach(d -> emit(d.channel(), d.text(), collect));
            }
          }
          case GenerationEvent.Finished finished -> {
            if (finished.reason() == FinishReason.CANCELLED) {
              throw new AnswerCancelledException();
            }
            if (hasStops) {
              emit(Channel.FINAL, finished.text(), collect);
            } else {
              parser.finish().forEach(d -> emit(d.channel(), d.text(), collect));
            }
            GenerationEvent.Usage u = finished.usage();
            return new Written(
                content.toString(),
                reasoning.toString(),
                finished.reason(),
                ChatCompletions.Usage.of(u.promptTokens(), u.cachedTokens(), u.completionTokens()));
          }
          case GenerationEvent.Failed failed -> throw failed.cause();
          case GenerationEvent.Queued _, GenerationEvent.Prefill _ -> {}
        }
      }
    }
    throw new IllegalStateException("the generation ended without an end");
  }

  private static void emit(Channel channel, String text, Consumer<Piece> out) {
    if (!text.isEmpty()) {
      out.accept(new Piece(channel, text));
    }
  }

  private static ChatCompletions.Usage usage(Answer answer) {
    Answer.Usage usage = answer.usage();
    return ChatCompletions.Usage.of(
        usage.prompt_tokens(), usage.cached_tokens(), usage.completion_tokens());
  }

  /** The chunks of one stream, all with the same id. */
  private record Chunks(SseEmitter emitter, String id, long created, String model) {

    void delta(ChatCompletions.Delta delta, @Nullable String reason, @Nullable Object sources) {
      send(chunk(List.of(new ChatCompletions.ChunkChoice(0, delta, null, reason)), null, sources));
    }

    void usage(ChatCompletions.Usage usage) {
      send(chunk(List.of(), usage, null));
    }

    private ChatCompletions.Chunk chunk(
        List<ChatCompletions.ChunkChoice> choices,
        ChatCompletions.@Nullable Usage usage,
        @Nullable Object sources) {
      return new ChatCompletions.Chunk(
          id, "chat.completion.chunk", created, model, choices, usage, sources);
    }

    void send(Object data) {
      try {
        emitter.send(
            SseEmitter.event()
                .data(
                    data,
                    data instanceof String ? MediaType.TEXT_PLAIN : MediaType.APPLICATION_JSON));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private record Listener(Cancellation cancellation) implements AnswerListener {

    @Override
    public void began(Runnable stop) {
      cancellation.began(stop);
    }

    @Override
    public void sources(List<Answer.Citation> sources) {}

    @Override
    public void progress(int queued, int done, int total) {}

    @Override
    public void token(String token) {}

    @Override
    public void citation(int n, String sentence) {}
  }

  private static ChatCompletions.Problem problem(Exception e, String type) {
    return new ChatCompletions.Problem(
        new ChatCompletions.ProblemBody(String.valueOf(e.getMessage()), type, null, null));
  }

  @ExceptionHandler
  ResponseEntity<ChatCompletions.Problem> refused(OpenAiException e) {
    return ResponseEntity.status(e.status()).body(problem(e, e.type()));
  }

  @ExceptionHandler
  ResponseEntity<ChatCompletions.Problem> unknown(UnknownAdapterException e) {
    return ResponseEntity.status(404).body(problem(e, "invalid_request_error"));
  }

  @ExceptionHandler({
    InvalidQuestionException.class,
    ContextOverflowException.class,
    HttpMessageNotReadableException.class
  })
  ResponseEntity<ChatCompletions.Problem> invalid(Exception e) {
    return ResponseEntity.badRequest().body(problem(e, "invalid_request_error"));
  }

  @ExceptionHandler
  ResponseEntity<ChatCompletions.Problem> busy(EngineBusyException e) {
    return ResponseEntity.status(429)
        .header("Retry-After", "10")
        .body(problem(e, "rate_limit_error"));
  }
}
