package org.harmonykb.web;

import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.harmonykb.answering.Answer;
import org.harmonykb.answering.AnswerCancelledException;
import org.harmonykb.answering.AnswerListener;
import org.harmonykb.answering.AnsweringService;
import org.harmonykb.answering.Assistants;
import org.harmonykb.answering.DocumentRemovedException;
import org.harmonykb.answering.InvalidQuestionException;
import org.harmonykb.answering.LanguageModel;
import org.harmonykb.answering.Question;
import org.harmonykb.answering.Wishes;
import org.harmonykb.connection.Cancellation;
import org.harmonykb.connection.EventStreams;
import org.harmonykb.connection.OpenAnswers;
import org.harmonykb.connection.PatientJson;
import org.harmonykb.connection.ShuttingDownException;
import org.harmonykb.connection.Workers;
import org.harmonykb.documents.DocumentService;
import org.harmonykb.engine.AdapterChoice;
import org.harmonykb.faults.Fault;
import org.harmonykb.retrieval.AccessScope;
import org.harmonykb.security.CurrentCaller;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** Questions and their answers, whole or as a stream of events. */
@RestController
class AskController {

  private static final Logger LOG = LoggerFactory.getLogger(AskController.class);

  private final AnsweringService answering;
  private final LanguageModel model;
  private final DocumentService documents;
  private final CurrentCaller caller;
  private final PatientJson json;
  private final OpenAnswers open;

  AskController(
      AnsweringService answering,
      LanguageModel model,
      DocumentService documents,
      CurrentCaller caller,
      PatientJson json,
      OpenAnswers open) {
    this.answering = answering;
    this.model = model;
    this.documents = documents;
    this.caller = caller;
    this.json = json;
    this.open = open;
  }

  /**
   * @param instructions wishes of tone and form
   * @param reasoningEffort {@code low}, {@code medium} or {@code high}
   * @param reasoning whether the stream tells what the model thinks, too
   */
  record AskRequest(
      @Nullable String question,
      @Nullable UUID conversationId,
      @Nullable String assistant,
      @Nullable Set<String> collections,
      @Nullable Double temperature,
      @Nullable Double topP,
      @Nullable Integer maxTokens,
      @Nullable String adapter,
      @Nullable Float adapterScale,
      @Nullable String instructions,
      @Nullable String reasoningEffort,
      @Nullable Boolean reasoning,
      @Nullable Integer replaces) {

    Question toQuestion(AccessScope scope) {
      if (question == null) {
        throw new InvalidQuestionException("The field question is missing");
      }
      return new Question(
              question,
              conversationId,
              assistant == null ? Assistants.DEFAULT : assistant,
              collections == null ? Set.of() : collections,
              temperature,
              topP,
              maxTokens,
              scope,
              adapter == null ? null : new AdapterChoice(adapter, adapterScale))
          .withWishes(
              new Wishes(
                  instructions, Wishes.effort(reasoningEffort), Boolean.TRUE.equals(reasoning)))
          .withReplaces(replaces);
    }
  }

  @GetMapping("/api/status")
  Map<String, Object> status() {
    return Map.of(
        "mode", model.canWrite() ? "generated" : "extractive",
        "model", model.describe(),
        "documents", documents.counts(caller.scope()));
  }

  @PostMapping(value = "/api/ask", produces = MediaType.APPLICATION_JSON_VALUE)
  @ApiResponse(content = @Content(schema = @Schema(implementation = Answer.class)))
  void ask(@RequestBody AskRequest request, HttpServletResponse response) {
    Question question = request.toQuestion(caller.scope());
    answering.check(question);
    json.write(
        response,
        cancellation -> answering.ask(question, AnswerListener.endedBy(cancellation::began)),
        e ->
            ProblemDetail.forStatusAndDetail(
                e instanceof DocumentRemovedException
                    ? HttpStatus.CONFLICT
                    : HttpStatus.INTERNAL_SERVER_ERROR,
                String.valueOf(e.getMessage())));
  }

  @PostMapping(value = "/api/ask", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
  SseEmitter stream(@RequestBody AskRequest request) {
    Question question = request.toQuestion(caller.scope());
    answering.check(question);
    SseEmitter emitter = new SseEmitter(0L);
    Workers.start("ask", () -> stream(question, emitter));
    return emitter;
  }

  private void stream(Question question, SseEmitter emitter) {
    try (OpenAnswers.Open answer = open.begin()) {
      Cancellation cancellation = answer.cancellation();
      EventStreams.watched(emitter, cancellation, () -> stream(question, emitter, cancellation));
    }
  }

  private void stream(Question question, SseEmitter emitter, Cancellation cancellation) {
    try {
      Answer answer = answering.ask(question, Streaming.of(question, emitter, cancellation));
      send(
          emitter,
          "verdict",
          Map.of(
              "verdict", answer.verdict(),
              "refused", answer.refused(),
              "unsupported", answer.unsupported()));
      send(emitter, "done", answer);
      emitter.complete();
    } catch (RuntimeException e) {
      Fault fault = Fault.of(e);
      if (fault == null && isReaderGone(e)) {
        if (cancellation.isShutdown()) {
          String detail = String.valueOf(new ShuttingDownException().getMessage());
          fail(emitter, Map.of("detail", detail, "code", ShuttingDownException.CODE));
        } else {
          EventStreams.end(emitter, e); // the generation ended with the exception
        }
        return;
      }
      LOG.warn("An answer failed", e);
      String detail = fault == null ? String.valueOf(e.getMessage()) : fault.detail();
      fail(emitter, Map.of("detail", detail));
    }
  }

  private static void fail(SseEmitter emitter, Map<String, String> error) {
    try {
      send(emitter, "error", error);
      emitter.complete();
    } catch (UncheckedIOException | IllegalStateException gone) {
      EventStreams.end(emitter, gone);
    }
  }

  private static boolean isReaderGone(RuntimeException e) {
    return e instanceof UncheckedIOException
        || e instanceof IllegalStateException
        || e instanceof AnswerCancelledException;
  }

  private static void send(SseEmitter emitter, String event, Object data) {
    try {
      emitter.send(SseEmitter.event().name(event).data(data, MediaType.APPLICATION_JSON));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private record Streaming(SseEmitter emitter, Cancellation cancellation, boolean thinksAloud)
      implements AnswerListener {

    static Streaming of(Question question, SseEmitter emitter, Cancellation cancellation) {
      return new Streaming(emitter, cancellation, question.wishes().thoughts());
    }

    @Override
    public void reasoning(String text) {
      if (thinksAloud) {
        send(emitter, "reasoning", Map.of("text", text));
      }
    }

    @Override
    public void sources(List<Answer.Citation> sources) {
      send(emitter, "sources", sources);
    }

    @Override
    public void progress(int queued, int done, int total) {
      send(emitter, "progress", Map.of("queued", queued, "done", done, "total", total));
    }

    @Override
    public void token(String text) {
      send(emitter, "token", Map.of("text", text));
    }

    @Override
    public void citation(int n, String sentence) {
      send(emitter, "citation", Map.of("n", n, "title", sentence));
    }

    @Override
    public void began(Runnable stop) {
      cancellation.began(stop);
    }
  }
}
