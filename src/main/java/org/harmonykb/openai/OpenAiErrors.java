package org.harmonykb.openai;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Locale;
import org.apache.tomcat.util.http.InvalidParameterException;
import org.harmonykb.answering.InvalidQuestionException;
import org.harmonykb.answering.NoModelException;
import org.harmonykb.connection.ShuttingDownException;
import org.harmonykb.engine.ContextOverflowException;
import org.harmonykb.engine.EngineBusyException;
import org.harmonykb.engine.UnknownAdapterException;
import org.harmonykb.engine.sampling.SchemaException;
import org.harmonykb.faults.Fault;
import org.harmonykb.faults.UnreadableParameters;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.web.ErrorResponse;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.async.AsyncRequestNotUsableException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Errors of {@code /v1} in OpenAI's form, written as JSON whatever the client accepts: some ask for
 * an event stream only and still want to read why there is none.
 */
@RestControllerAdvice(basePackageClasses = OpenAiErrors.class)
@Order(Ordered.HIGHEST_PRECEDENCE)
class OpenAiErrors {

  private static final Logger LOG = LoggerFactory.getLogger(OpenAiErrors.class);

  private final JsonMapper json;

  OpenAiErrors(JsonMapper json) {
    this.json = json;
  }

  /** An error and the status that goes with it. */
  record Failure(int status, OpenAiError error) {}

  static Failure failure(Exception e) {
    return switch (e) {
      case OpenAiException known -> new Failure(known.status(), known.error());
      case UnknownAdapterException _ -> failure(404, "model", "model_not_found", e);
      case ContextOverflowException _ -> failure(400, null, "context_length_exceeded", e);
      case SchemaException _ -> failure(400, "schema", "invalid_schema", e);
      case InvalidQuestionException _ -> failure(400, null, null, e);
      case HttpMessageNotReadableException unreadable -> unreadable(unreadable);
      case InvalidParameterException invalid ->
          new Failure(
              invalid.getErrorCode(),
              OpenAiError.of(
                  UnreadableParameters.detail(invalid), OpenAiException.INVALID, null, null));
      case EngineBusyException _ ->
          new Failure(429, OpenAiError.of(e.getMessage(), "rate_limit_error", null, "queue_full"));
      case ShuttingDownException _ ->
          new Failure(
              503,
              OpenAiError.of(e.getMessage(), "server_error", null, ShuttingDownException.CODE));
      case NoModelException _ ->
          new Failure(503, OpenAiError.of(e.getMessage(), "server_error", null, "no_model"));
      case ErrorResponse response when response.getStatusCode().is4xxClientError() ->
          failure(response.getStatusCode().value(), null, null, e);
      default -> {
        Fault fault = Fault.of(e);
        yield fault == null
            ? new Failure(500, OpenAiError.of(e.getMessage(), "server_error", null, null))
            : new Failure(
                fault.status(),
                OpenAiError.of(
                    fault.detail(), "server_error", null, fault.name().toLowerCase(Locale.ROOT)));
      }
    };
  }

  private static Failure failure(
      int status,
      @org.jspecify.annotations.Nullable String param,
      @org.jspecify.annotations.Nullable String code,
      Exception e) {
    return new Failure(
        status, OpenAiError.of(e.getMessage(), OpenAiException.INVALID, param, code));
  }

  private static Failure unreadable(HttpMessageNotReadableException e) {
    String reason = "The body is not the JSON that is expected here";
    String field = null;
    if (e.getCause() instanceof JacksonException known) {
      reason += ": " + known.getOriginalMessage();
      StringBuilder path = new StringBuilder();
      for (JacksonException.Reference step : known.getPath()) {
        path.append(
            step.getPropertyName() == null
                ? "[" + step.getIndex() + "]"
                : (path.isEmpty() ? "" : ".") + step.getPropertyName());
      }
      field = path.isEmpty() ? null : path.toString();
    }
    return new Failure(400, OpenAiError.of(reason, OpenAiException.INVALID, field, null));
  }

  @ExceptionHandler
  void write(Exception e, HttpServletResponse response) throws IOException {
    if (e instanceof AsyncRequestNotUsableException || response.isCommitted()) {
      return;
    }
    Failure failure = failure(e);
    if (failure.status >= 500) {
      LOG.warn("A request to /v1 failed", e);
    }
    response.setStatus(failure.status);
    response.setContentType(MediaType.APPLICATION_JSON_VALUE);
    if (failure.status == 429) {
      response.setHeader(HttpHeaders.RETRY_AFTER, "10");
    }
    response.getOutputStream().write(json.writeValueAsBytes(failure.error));
    response.flushBuffer();
  }
}
