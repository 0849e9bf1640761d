package org.harmonykb.connection;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes one JSON object that takes long to make, and stops making it when its reader is gone.
 * While a model writes, a line feed goes out every now and then: JSON may begin with white space,
 * and writing is the only way to notice that nobody reads. Until the work has begun nothing is
 * written, so a refusal still has its own status.
 */
@Component
public final class PatientJson {

  private static final Logger LOG = LoggerFactory.getLogger(PatientJson.class);
  private static final long INTERVAL_MS = 500;

  private final JsonMapper json;
  private final OpenAnswers answers;

  PatientJson(JsonMapper json, OpenAnswers answers) {
    this.json = json;
    this.answers = answers;
  }

  /** Makes the object. */
  public interface Work {
    Object make(Cancellation cancellation);
  }

  /**
   * Blocks until the object is written or nobody reads.
   *
   * @param failure the object that tells of a failure when the status has been sent already
   * @throws ShuttingDownException if the service stops and nothing was written yet
   * @throws RuntimeException the work's own, if nothing was written yet
   */
  public void write(
      HttpServletResponse response, Work work, Function<RuntimeException, Object> failure) {
    try (OpenAnswers.Open open = answers.begin()) {
      write(response, work, failure, open.cancellation());
    }
  }

  private void write(
      HttpServletResponse response,
      Work work,
      Function<RuntimeException, Object> failure,
      Cancellation cancellation) {
    CompletableFuture<Object> result = new CompletableFuture<>();
    Workers.start(
        "answer",
        () -> {
          try {
            result.complete(work.make(cancellation));
          } catch (RuntimeException | Error e) {
            result.completeExceptionally(e);
          }
        });
    try {
      Object made = await(response, cancellation, result, failure);
      response.setContentType(MediaType.APPLICATION_JSON_VALUE);
      response.getOutputStream().write(json.writeValueAsBytes(made));
      response.flushBuffer();
    } catch (IOException gone) {
      cancellation.cancel();
      LOG.debug("The reader of an answer is gone", gone);
    }
  }

  private static Object await(
      HttpServletResponse response,
      Cancellation cancellation,
      CompletableFuture<Object> result,
      Function<RuntimeException, Object> failure)
      throws IOException {
    while (true) {
      try {
        return result.get(INTERVAL_MS, TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        if (cancellation.hasBegun()) {
          response.setContentType(MediaType.APPLICATION_JSON_VALUE);
          ServletOutputStream out = response.getOutputStream();
          out.write('\n');
          out.flush();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while an answer was made", e);
      } catch (ExecutionException e) {
        if (e.getCause() instanceof RuntimeException cause) {
          RuntimeException known = cancellation.isShutdown() ? new ShuttingDownException() : cause;
          if (response.isCommitted()) {
            LOG.warn("An answer failed", known);
            return failure.apply(known);
          }
          throw known;
        }
        throw new IllegalStateException("an answer failed", e.getCause());
      }
    }
  }
}
