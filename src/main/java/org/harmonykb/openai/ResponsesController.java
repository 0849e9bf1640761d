package org.harmonykb.openai;

import com.fasterxml.jackson.annotation.JsonProperty;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Clock;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.harmonykb.connection.PatientJson;
import org.harmonykb.harmony.Conversation;
import org.harmonykb.openai.ModelIds.Target;
import org.harmonykb.security.CurrentCaller;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The Responses API of the plain model and of assistants. */
@RestController
class ResponsesController {

  private final ModelIds ids;
  private final ModelWriter models;
  private final AssistantWriter assistants;
  private final ResponseStore store;
  private final OpenAiProperties properties;
  private final Streams streams;
  private final PatientJson patient;
  private final JsonMapper json;
  private final Clock clock;
  private final CurrentCaller caller;

  ResponsesController(
      ModelIds ids,
      ModelWriter models,
      AssistantWriter assistants,
      ResponseStore store,
      OpenAiProperties properties,
      Streams streams,
      PatientJson patient,
      JsonMapper json,
      Clock clock,
      CurrentCaller caller) {
    this.ids = ids;
    this.models = models;
    this.assistants = assistants;
    this.store = store;
    this.properties = properties;
    this.streams = streams;
    this.patient = patient;
    this.json = json;
    this.clock = clock;
    this.caller = caller;
  }

  /** Unknown fields are ignored. */
  record Request(
      @Nullable String model,
      @Nullable JsonNode input,
      @Nullable String instructions,
      @JsonProperty("previous_response_id") @Nullable String previousResponseId,
      @Nullable Boolean stream,
      @Nullable Boolean store,
      @Nullable Double temperature,
      @JsonProperty("top_p") @Nullable Double topP,
      @JsonProperty("max_output_tokens") @Nullable Integer maxOutputTokens,
      @Nullable Reasoning reasoning,
      @Nullable JsonNode text,
      @Nullable List<JsonNode> tools,
      @JsonProperty("tool_choice") @Nullable JsonNode toolChoice,
      @Nullable JsonNode metadata,
      @Nullable JsonNode user,
      @Nullable Boolean background,
      @Nullable JsonNode conversation,
      @Nullable JsonNode prompt) {

    boolean isStored() {
      return !Boolean.FALSE.equals(store);
    }

    @Nullable String effort() {
      return reasoning == null ? null : reasoning.effort;
    }
  }

  record Reasoning(@Nullable String effort) {}

  record Deleted(String id, String object, boolean deleted) {}

  /** A request that was found to be in order, and what it goes on from. */
  private record Prepared(Writer writer, List<JsonNode> input, List<JsonNode> items) {}

  @PostMapping({"/v1/responses", "/v1/responses/"})
  @Nullable SseEmitter respond(@RequestBody Request request, HttpServletResponse response) {
    String owner = caller.name();
    Prepared prepared = prepare(request, owner);
    boolean tellsReasoning = properties.reasoning() == OpenAiProperties.Reasoning.CONTENT;
    long created = clock.instant().getEpochSecond();
    if (Boolean.TRUE.equals(request.stream)) {
      prepared.writer.begin();
      // The failure comes on the thread of the work, so both share the one builder.
      ResponseBuilder[] builder = new ResponseBuilder[1];
      return streams.start(
          response,
          (out, cancellation) -> {
            builder[0] = new ResponseBuilder(request, created, tellsReasoning, out);
            builder[0].begin();
            Written written = prepared.writer.write(cancellation, builder[0]);
            store(builder[0].finish(written), builder[0], request, owner, prepared);
            builder[0].end();
          },
          (_, error) -> builder[0].fail(error));
    }
    patient.write(
        response,
        cancellation -> {
          ResponseBuilder builder = new ResponseBuilder(request, created, tellsReasoning, null);
          Written written = prepared.writer.write(cancellation, builder);
          Map<String, @Nullable Object> body = builder.finish(written);
          store(body, builder, request, owner, prepared);
          return body;
        },
        OpenAiError::of);
    return null;
  }

  private void store(
      Map<String, @Nullable Object> body,
      ResponseBuilder builder,
      Request request,
      String owner,
      Prepared prepared) {
    if (request.isStored()) {
      List<JsonNode> items = new ArrayList<>(prepared.items);
      builder.output().forEach(item -> items.add(json.valueToTree(item)));
      store.add(builder.id(), owner, body, prepared.input, items);
    }
  }

  private Prepared prepare(Request request, String owner) {
    Target target = ids.target(request.model);
    refuseUnsupported(request);
    List<JsonNode> input = input(request.input);
    List<JsonNode> items = new ArrayList<>();
    if (request.previousResponseId != null) {
      items.addAll(store.get(request.previousResponseId, owner, "previous_response_id").items());
    }
    items.addAll(input);
    String instructions = request.instructions == null ? "" : request.instructions;
    ConversationReader.Read read = ConversationReader.readItems(instructions, items);
    AnswerForm form =
        AnswerForm.read(request.text == null ? null : request.text.get("format"), "text.format");
    Tools tools = Tools.read(request.tools, request.toolChoice, true);
    ModelWriter.Settings settings =
        new ModelWriter.Settings(
            SamplingReader.sampling(request.temperature, request.topP, null),
            SamplingReader.maxTokens(request.maxOutputTokens, "max_output_tokens"),
            List.of(),
            -1,
            target.adapter());
    if (target.assistant() != null) {
      AssistantWriter.Job job =
          assistants.prepare(
              target,
              read,
              form,
              tools,
              request.temperature,
              request.topP,
              request.maxOutputTokens);
      return new Prepared(
          (cancellation, sink) -> assistants.write(job, cancellation, sink), input, items);
    }
    Conversation conversation =
        new Conversation(
            LocalDate.now(clock).toString(),
            SamplingReader.effort(request.effort(), "reasoning.effort"),
            read.instructions(),
            tools.offered(),
            read.turns());
    return new Prepared(
        new Writer.Model(models, models.prepare(conversation, form, tools, settings)),
        input,
        items);
  }

  private static void refuseUnsupported(Request request) {
    if (Boolean.TRUE.equals(request.background)) {
      throw OpenAiException.invalid("background", "A response cannot be made in the background");
    }
    if (request.conversation != null && !request.conversation.isNull()) {
      throw OpenAiException.invalid(
          "conversation", "Conversations are not kept here; use previous_response_id");
    }
    if (request.prompt != null && !request.prompt.isNull()) {
      throw OpenAiException.invalid("prompt", "Stored prompts are not known here; use input");
    }
  }

  private List<JsonNode> input(@Nullable JsonNode input) {
    if (input != null && input.isString()) {
      return List.of(
          json.valueToTree(Map.of("type", "message", "role", "user", "content", input.asString())));
    }
    if (input == null || !input.isArray() || input.isEmpty()) {
      throw OpenAiException.invalid("input", "input is a text or a list of items");
    }
    List<JsonNode> items = new ArrayList<>();
    for (int i = 0; i < input.size(); i++) {
      if (!input.get(i).isObject()) {
        throw OpenAiException.invalid("input[" + i + "]", "An item is an object");
      }
      items.add(input.get(i));
    }
    return items;
  }

  @GetMapping("/v1/responses/{id}")
  JsonNode response(@PathVariable String id) {
    return store.get(id, caller.name(), "response_id").body();
  }

  @GetMapping("/v1/responses/{id}/input_items")
  Map<String, Object> inputItems(@PathVariable String id) {
    return Map.of(
        "object",
        "list",
        "data",
        store.get(id, caller.name(), "response_id").input(),
        "has_more",
        false);
  }

  @DeleteMapping("/v1/responses/{id}")
  Deleted delete(@PathVariable String id) {
    store.delete(id, caller.name());
    return new Deleted(id, "response", true);
  }
}
