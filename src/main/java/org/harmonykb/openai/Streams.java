package org.harmonykb.openai;

import jakarta.servlet.http.HttpServletResponse;
import java.io.UncheckedIOException;
import org.harmonykb.connection.Cancellation;
import org.harmonykb.connection.EventStreams;
import org.harmonykb.connection.OpenAnswers;
import org.harmonykb.connection.ShuttingDownException;
import org.harmonykb.connection.Workers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import tools.jackson.databind.json.JsonMapper;

/** Streams of events that are written while a model writes, and end with it. */
@Component
class Streams {

  private static final Logger LOG = LoggerFactory.getLogger(Streams.class);

  private final JsonMapper json;
  private final OpenAnswers answers;

  Streams(JsonMapper json, OpenAnswers answers) {
    this.json = json;
    this.answers = answers;
  }

  /** Writes the events of one stream. */
  interface Work {
    void write(EventWriter out, Cancellation cancellation);
  }

  /** Tells of a failure after the first byte. */
  interface Failure {
    void write(EventWriter out, OpenAiError error);
  }

  SseEmitter start(HttpServletResponse response, Work work, Failure failure) {
    response.setHeader("Cache-Control", "no-cache");
    response.setHeader("X-Accel-Buffering", "no");
    SseEmitter emitter = new SseEmitter(0L);
    EventWriter out = new EventWriter(emitter, json);
    Workers.start(
        "openai-stream",
        () -> {
          try (OpenAnswers.Open open = answers.begin()) {
            Cancellation cancellation = open.cancellation();
            EventStreams.watched(
                emitter, cancellation, () -> run(emitter, out, cancellation, work, failure));
          }
        });
    return emitter;
  }

  private static void run(
      SseEmitter emitter, EventWriter out, Cancellation cancellation, Work work, Failure failure) {
    try {
      work.write(out, cancellation);
      out.complete();
    } catch (UncheckedIOException gone) {
      EventStreams.end(emitter, gone);
    } catch (RuntimeException e) {
      if (cancellation.isShutdown()) {
        fail(emitter, out, failure, new ShuttingDownException());
      } else if (cancellation.isCancelled()) {
        EventStreams.end(emitter, e); // whatever came of it, nobody reads
      } else {
        LOG.warn("A stream of /v1 failed", e);
        fail(emitter, out, failure, e);
      }
    }
  }

  private static void fail(
      SseEmitter emitter, EventWriter out, Failure failure, RuntimeException e) {
    try {
      failure.write(out, OpenAiError.of(e));
      out.complete();
    } catch (UncheckedIOException | IllegalStateException gone) {
      EventStreams.end(emitter, gone);
    }
  }
}
