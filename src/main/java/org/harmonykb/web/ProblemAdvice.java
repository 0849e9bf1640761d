package org.harmonykb.web;

import jakarta.servlet.http.HttpServletResponse;
import org.apache.tomcat.util.http.InvalidParameterException;
import org.harmonykb.answering.DocumentRemovedException;
import org.harmonykb.answering.InvalidAssistantException;
import org.harmonykb.answering.InvalidQuestionException;
import org.harmonykb.answering.NoModelException;
import org.harmonykb.answering.UnknownAssistantException;
import org.harmonykb.backup.BackupException;
import org.harmonykb.connection.ShuttingDownException;
import org.harmonykb.conversations.MissingFontException;
import org.harmonykb.conversations.UnknownAnswerException;
import org.harmonykb.conversations.UnknownConversationException;
import org.harmonykb.conversations.UnknownFeedbackException;
import org.harmonykb.documents.RefusedFileException;
import org.harmonykb.documents.RevisionInUseException;
import org.harmonykb.documents.UnknownDocumentException;
import org.harmonykb.documents.UnknownRevisionException;
import org.harmonykb.engine.ContextOverflowException;
import org.harmonykb.engine.EngineBusyException;
import org.harmonykb.engine.EngineException;
import org.harmonykb.engine.ModelFormatException;
import org.harmonykb.engine.UnknownAdapterException;
import org.harmonykb.faults.Fault;
import org.harmonykb.faults.UnreadableParameters;
import org.harmonykb.ingestion.TooManyDeletionsException;
import org.harmonykb.ingestion.UnreadableDocumentException;
import org.harmonykb.jobs.JobConflictException;
import org.harmonykb.jobs.UnknownJobException;
import org.harmonykb.security.ForbiddenException;
import org.harmonykb.security.SignInRefusedException;
import org.harmonykb.security.UnknownUserException;
import org.harmonykb.security.UserConflictException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.core.AuthenticationException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.async.AsyncRequestNotUsableException;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;

/** Every error as a problem detail of RFC 9457. */
@RestControllerAdvice
class ProblemAdvice extends ResponseEntityExceptionHandler {

  private static final Logger LOG = LoggerFactory.getLogger(ProblemAdvice.class);

  @ExceptionHandler({
    UnknownDocumentException.class,
    UnknownRevisionException.class,
    UnknownConversationException.class,
    UnknownJobException.class,
    UnknownAdapterException.class,
    UnknownUserException.class,
    UnknownAnswerException.class,
    UnknownAssistantException.class,
    UnknownFeedbackException.class
  })
  ProblemDetail unknown(RuntimeException e) {
    return problem(HttpStatus.NOT_FOUND, e);
  }

  @ExceptionHandler({
    InvalidAssistantException.class,
    InvalidQuestionException.class,
    IllegalArgumentException.class,
    ContextOverflowException.class
  })
  ProblemDetail invalid(RuntimeException e) {
    return problem(HttpStatus.BAD_REQUEST, e);
  }

  @ExceptionHandler
  ProblemDetail unreadable(InvalidParameterException e) {
    return UnreadableParameters.problem(e);
  }

  @ExceptionHandler
  ProblemDetail missingFont(MissingFontException e) {
    return problem(HttpStatus.SERVICE_UNAVAILABLE, e);
  }

  @ExceptionHandler({ModelFormatException.class, UnreadableDocumentException.class})
  ProblemDetail unusable(RuntimeException e) {
    return problem(HttpStatus.UNPROCESSABLE_CONTENT, e);
  }

  @ExceptionHandler
  ProblemDetail noModel(NoModelException e) {
    return problem(HttpStatus.SERVICE_UNAVAILABLE, e);
  }

  @ExceptionHandler
  ResponseEntity<ProblemDetail> stopping(ShuttingDownException e) {
    return ResponseEntity.status(HttpStatus.SERVICE_UNAVAILABLE)
        .header(HttpHeaders.RETRY_AFTER, "10")
        .body(problem(HttpStatus.SERVICE_UNAVAILABLE, e));
  }

  @ExceptionHandler
  ProblemDetail failed(EngineException e) {
    return problem(HttpStatus.SERVICE_UNAVAILABLE, e);
  }

  @ExceptionHandler
  ProblemDetail forbidden(ForbiddenException e) {
    return problem(HttpStatus.FORBIDDEN, e);
  }

  @ExceptionHandler
  ResponseEntity<ProblemDetail> notSignedIn(SignInRefusedException e) {
    HttpStatus status =
        e.retryAfterSeconds() > 0 ? HttpStatus.TOO_MANY_REQUESTS : HttpStatus.UNAUTHORIZED;
    ResponseEntity.BodyBuilder response = ResponseEntity.status(status);
    if (e.retryAfterSeconds() > 0) {
      response.header(HttpHeaders.RETRY_AFTER, Long.toString(e.retryAfterSeconds()));
    }
    return response.body(problem(status, e));
  }

  @ExceptionHandler({
    BackupException.class,
    JobConflictException.class,
    UserConflictException.class,
    RevisionInUseException.class,
    DocumentRemovedException.class
  })
  ProblemDetail conflict(RuntimeException e) {
    return problem(HttpStatus.CONFLICT, e);
  }

  @ExceptionHandler
  ProblemDetail tooManyDeletions(TooManyDeletionsException e) {
    ProblemDetail problem = problem(HttpStatus.CONFLICT, e);
    problem.setProperty("deletions", e.deletions());
    problem.setProperty("documents", e.documents());
    problem.setProperty("confirm", e.confirmation());
    return problem;
  }

  @ExceptionHandler
  ProblemDetail refused(RefusedFileException e) {
    return problem(
        switch (e.kind()) {
          case EMPTY, BAD_NAME, BAD_DATES -> HttpStatus.BAD_REQUEST;
          case TOO_LARGE -> HttpStatus.CONTENT_TOO_LARGE;
          case UNSUPPORTED -> HttpStatus.UNSUPPORTED_MEDIA_TYPE;
        },
        e);
  }

  @ExceptionHandler
  ResponseEntity<ProblemDetail> busy(EngineBusyException e) {
    return ResponseEntity.status(HttpStatus.TOO_MANY_REQUESTS)
        .header(HttpHeaders.RETRY_AFTER, "10")
        .body(problem(HttpStatus.TOO_MANY_REQUESTS, e));
  }

  /** What nobody expected: the log has the whole of it, the caller no internals. */
  @ExceptionHandler
  @Nullable ResponseEntity<ProblemDetail> unexpected(Exception e, HttpServletResponse response)
      throws Exception {
    if (response.isCommitted()
        || e instanceof AsyncRequestNotUsableException
        || e instanceof AuthenticationException
        || e instanceof AccessDeniedException) {
      throw e;
    }
    Fault fault = Fault.of(e);
    if (fault == null) {
      LOG.error("A request failed", e);
      return ResponseEntity.internalServerError()
          .body(
              ProblemDetail.forStatusAndDetail(
                  HttpStatus.INTERNAL_SERVER_ERROR,
                  "Something went wrong here; the service's log says what"));
    }
    LOG.warn("{}: {}", fault, String.valueOf(e.getMessage()));
    return fault.response(e);
  }

  private static ProblemDetail problem(HttpStatus status, RuntimeException e) {
    return ProblemDetail.forStatusAndDetail(status, String.valueOf(e.getMessage()));
  }
}
