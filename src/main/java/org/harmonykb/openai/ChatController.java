package org.harmonykb.openai;

import jakarta.servlet.http.HttpServletResponse;
import java.time.Clock;
import java.time.LocalDate;
import java.util.List;
import java.util.UUID;
import org.harmonykb.connection.PatientJson;
import org.harmonykb.harmony.Conversation;
import org.harmonykb.openai.ModelIds.Target;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** Chat completions of the plain model and of assistants. */
@RestController
class ChatController {

  private static final int MAX_TOP_LOGPROBS = 20;

  private final ModelIds ids;
  private final ModelWriter models;
  private final AssistantWriter assistants;
  private final OpenAiProperties properties;
  private final Streams streams;
  private final PatientJson json;
  private final Clock clock;

  ChatController(
      ModelIds ids,
      ModelWriter models,
      AssistantWriter assistants,
      OpenAiProperties properties,
      Streams streams,
      PatientJson json,
      Clock clock) {
    this.ids = ids;
    this.models = models;
    this.assistants = assistants;
    this.properties = properties;
    this.streams = streams;
    this.json = json;
    this.clock = clock;
  }

  @PostMapping({"/v1/chat/completions", "/v1/chat/completions/"})
  @Nullable SseEmitter complete(
      @RequestBody ChatWire.Request request, HttpServletResponse response) {
    // What can be refused is refused before the first byte.
    Writer writer = prepare(request);
    ChatReply reply =
        new ChatReply(
            "chatcmpl-" + UUID.randomUUID(),
            clock.instant().getEpochSecond(),
            String.valueOf(request.model()),
            properties.reasoning() == OpenAiProperties.Reasoning.CONTENT);
    if (request.isStreamed()) {
      writer.begin();
      return streams.start(
          response,
          (out, cancellation) -> reply.stream(writer, cancellation, out, request.wantsUsage()),
          (out, error) -> out.send(null, error));
    }
    json.write(
        response,
        cancellation -> reply.whole(writer.write(cancellation, Written.Sink.NONE)),
        OpenAiError::of);
    return null;
  }

  private Writer prepare(ChatWire.Request request) {
    Target target = ids.target(request.model());
    SamplingReader.requireOne(request.n(), "n");
    AnswerForm form = AnswerForm.read(request.responseFormat(), "response_format");
    Tools tools = Tools.read(request.tools(), request.toolChoice(), false);
    ConversationReader.Read read = ConversationReader.read(request.messages());
    ModelWriter.Settings settings = settings(request, target);
    if (target.assistant() != null) {
      AssistantWriter.Job job =
          assistants.prepare(
              target,
              read,
              form,
              tools,
              request.temperature(),
              request.topP(),
              wantedTokens(request));
      return (cancellation, sink) -> assistants.write(job, cancellation, sink);
    }
    Conversation conversation =
        new Conversation(
            LocalDate.now(clock).toString(),
            SamplingReader.effort(request.reasoningEffort(), "reasoning_effort"),
            read.instructions(),
            tools.offered(),
            read.turns());
    ModelWriter.Job job = models.prepare(conversation, form, tools, settings);
    return new Writer.Model(models, job);
  }

  private static ModelWriter.Settings settings(ChatWire.Request request, Target target) {
    int top = SamplingReader.topLogprobs(request.topLogprobs(), "top_logprobs", MAX_TOP_LOGPROBS);
    boolean isLogged = Boolean.TRUE.equals(request.logprobs());
    if (top > 0 && !isLogged) {
      throw OpenAiException.invalid("top_logprobs", "top_logprobs needs logprobs");
    }
    List<String> stops = SamplingReader.stops(request.stop());
    return new ModelWriter.Settings(
        SamplingReader.sampling(request.temperature(), request.topP(), request.seed()),
        SamplingReader.maxTokens(wantedTokens(request), "max_completion_tokens"),
        stops,
        isLogged ? top : -1,
        target.adapter());
  }

  private static @Nullable Integer wantedTokens(ChatWire.Request request) {
    return request.maxCompletionTokens() != null
        ? request.maxCompletionTokens()
        : request.maxTokens();
  }
}
