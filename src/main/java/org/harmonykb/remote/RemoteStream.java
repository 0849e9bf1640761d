package org.harmonykb.remote;

import io.micrometer.observation.Observation;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.harmonykb.engine.EngineBusyException;
import org.harmonykb.engine.EngineException;
import org.harmonykb.engine.FinishReason;
import org.harmonykb.engine.GenerationEvent;
import org.harmonykb.metrics.GenerationMetrics;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * One answer as a server writes it. Servers are tried in order until one writes its first token;
 * what fails afterwards fails. {@link #next} is for one thread; {@link #close} may come from any
 * and closes the server's stream, whatever it is doing.
 */
public final class RemoteStream implements AutoCloseable {

  private static final long PATIENCE_MS = 500;
  private static final int MOST_OF_AN_ERROR = 4096;

  private final RemoteRequest request;
  private final List<BackEnd> order;
  private final GenerationProperties.OpenAi properties;
  private final HttpClient http;
  private final JsonMapper json;
  private final GenerationMetrics metrics;
  private final Observation observation;
  private final BlockingQueue<RemoteEvent> events = new LinkedBlockingQueue<>();
  private final Thread worker;
  private final long started = System.nanoTime();

  private boolean isTrying; // guarded by this: an interrupt would meet an attempt
  private boolean isClosed; // guarded by this
  private boolean isTooSlow; // guarded by this
  private volatile long deadline = Long.MAX_VALUE; // of System.nanoTime
  private long firstToken; // worker only; 0 before it

  RemoteStream(
      RemoteRequest request,
      List<BackEnd> order,
      GenerationProperties.OpenAi properties,
      HttpClient http,
      JsonMapper json,
      GenerationMetrics metrics,
      Observation observation) {
    this.request = request;
    this.order = order;
    this.properties = properties;
    this.http = http;
    this.json = json;
    this.metrics = metrics;
    this.observation = observation;
    this.worker = Thread.ofVirtual().name("remote answer").unstarted(this::run);
  }

  void start() {
    worker.start();
  }

  /** The server cannot or will not write, and another might. */
  private static final class AttemptFailed extends Exception {
    private final boolean isBusy;

    AttemptFailed(String message, boolean isBusy) {
      super(message);
      this.isBusy = isBusy;
    }
  }

  /** Waits for what happens, half a second at most. */
  public RemoteEvent next() {
    try {
      RemoteEvent event = events.poll(PATIENCE_MS, TimeUnit.MILLISECONDS);
      if (event != null) {
        return event;
      }
      if (System.nanoTime() > deadline) {
        stopAttempt(false);
      }
      return new RemoteEvent.Waiting();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      close();
      throw new EngineException("interrupted while an answer was written", e);
    }
  }

  @Override
  public void close() {
    stopAttempt(true);
  }

  private synchronized void stopAttempt(boolean forGood) {
    isClosed |= forGood;
    isTooSlow |= !forGood;
    if (isTrying) {
      worker.interrupt();
    }
  }

  private synchronized boolean beginAttempt() {
    isTooSlow = false;
    isTrying = !isClosed;
    return isTrying;
  }

  private synchronized void endAttempt() {
    isTrying = false;
    Thread.interrupted(); // what came too late
  }

  private synchronized boolean isClosed() {
    return isClosed;
  }

  private synchronized boolean isTooSlow() {
    return isTooSlow;
  }

  private void run() {
    StringBuilder reasons = new StringBuilder();
    boolean allBusy = true;
    try (Observation.Scope _ = observation.openScope()) {
      for (BackEnd backEnd : order) {
        if (!beginAttempt()) {
          break;
        }
        try {
          attempt(backEnd);
          return;
        } catch (AttemptFailed e) {
          allBusy &= e.isBusy;
          reasons.append(reasons.isEmpty() ? "" : "; ").append(e.getMessage());
          count(backEnd, e.isBusy ? "busy" : "failed");
        } finally {
          endAttempt();
        }
      }
      if (isClosed()) {
        cancelled("");
      } else {
        failed(
            allBusy
                ? new EngineBusyException("All servers are busy: " + reasons)
                : new NoBackEndException("No server writes answers now: " + reasons));
      }
    } catch (EngineException e) {
      failed(e);
    } catch (RuntimeException e) {
      failed(new EngineException("The answer of a server cannot be read: " + e.getMessage(), e));
    } finally {
      observation.stop();
    }
  }

  private void failed(EngineException cause) {
    observation.error(cause);
    events.add(new RemoteEvent.Failed(cause));
  }

  private void cancelled(String backEnd) {
    events.add(
        new RemoteEvent.Finished(
            FinishReason.CANCELLED, new GenerationEvent.Usage(0, 0, 0), backEnd));
  }

  private void count(BackEnd backEnd, String outcome) {
    metrics
        .meters()
        .counter("kb.remote.requests", "backend", backEnd.name(), "outcome", outcome)
        .increment();
  }

  /**
   * @throws AttemptFailed if nothing was written
   * @throws EngineException if it is no use to ask another server
   */
  private void attempt(BackEnd backEnd) throws AttemptFailed {
    HttpRequest post =
        backEnd
            .request("/chat/completions", properties.firstTokenTimeout())
            .header("Content-Type", "application/json")
            .header("Accept", "text/event-stream")
            .POST(
                HttpRequest.BodyPublishers.ofByteArray(
                    json.writeValueAsBytes(
                        ChatRequests.body(request, backEnd.model(), properties.reasoning()))))
            .build();
    deadline = System.nanoTime() + properties.firstTokenTimeout().toNanos();
    backEnd.running().incrementAndGet();
    try {
      HttpResponse<InputStream> response =
          http.send(post, HttpResponse.BodyHandlers.ofInputStream());
      try (InputStream body = response.body()) {
        if (response.statusCode() != 200) {
          refused(backEnd, response.statusCode(), body);
        }
        read(backEnd, body);
      }
    } catch (IOException | InterruptedException e) {
      broken(backEnd, e);
    } finally {
      deadline = Long.MAX_VALUE;
      backEnd.running().decrementAndGet();
    }
  }

  private void refused(BackEnd backEnd, int status, InputStream body)
      throws IOException, AttemptFailed {
    String text = new String(body.readNBytes(MOST_OF_AN_ERROR), StandardCharsets.UTF_8);
    String said = backEnd.name() + " answers " + status + detail(text);
    if (status == 429) {
      throw new AttemptFailed(said, true);
    }
    if (status == 400 || status == 413 || status == 422) {
      count(backEnd, "refused");
      throw new EngineException(said);
    }
    backEnd.fails(said);
    throw new AttemptFailed(said, false);
  }

  private String detail(String body) {
    try {
      String message = json.readTree(body).path("error").path("message").asString("");
      return message.isEmpty() ? "" : ": " + message;
    } catch (JacksonException e) {
      return "";
    }
  }

  private void broken(BackEnd backEnd, Exception e) throws AttemptFailed {
    if (isClosed()) {
      cancelled(backEnd.name());
      count(backEnd, "cancelled");
      return;
    }
    String reason =
        isTooSlow() || e instanceof HttpTimeoutException && firstToken == 0
            ? "no token came in time"
            : reason(e);
    backEnd.fails(reason);
    if (firstToken == 0) {
      throw new AttemptFailed(backEnd.name() + ": " + reason, false);
    }
    count(backEnd, "broken");
    throw new EngineException(
        "The answer broke off: " + backEnd.name() + ": " + reason + ". Ask again.", e);
  }

  static String reason(Exception e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  private void read(BackEnd backEnd, InputStream body) throws IOException {
    BufferedReader lines = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8));
    GenerationEvent.Usage usage = new GenerationEvent.Usage(0, 0, 0);
    FinishReason reason = null;
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (!line.startsWith("data:")) {
        continue; // comments keep the connection open, and there are no named events
      }
      String data = line.substring("data:".length()).strip();
      if (data.equals("[DONE]")) {
        break;
      }
      JsonNode chunk = json.readTree(data);
      if (chunk.hasNonNull("error")) {
        throw new IOException(chunk.path("error").path("message").asString("it tells of an error"));
      }
      JsonNode choice = chunk.path("choices").path(0);
      write(choice.path("delta"));
      String end = choice.path("finish_reason").asString("");
      if (!end.isEmpty()) {
        reason = end.equals("length") ? FinishReason.LENGTH : FinishReason.STOP;
      }
      if (chunk.hasNonNull("usage")) {
        usage = usage(chunk.path("usage"));
      }
    }
    if (reason == null) {
      throw new IOException("the stream ended before the answer did");
    }
    backEnd.works();
    finished(backEnd, reason, usage);
  }

  private void write(JsonNode delta) {
    String text = delta.path("content").asString("");
    // Servers name it in two ways.
    String thought =
        delta
            .path(delta.hasNonNull("reasoning_content") ? "reasoning_content" : "reasoning")
            .asString("");
    if (text.isEmpty() && thought.isEmpty()) {
      return;
    }
    if (firstToken == 0) {
      firstToken = System.nanoTime();
    }
    deadline = System.nanoTime() + properties.stallTimeout().toNanos();
    events.add(text.isEmpty() ? new RemoteEvent.Thought(thought) : new RemoteEvent.Text(text));
  }

  private static GenerationEvent.Usage usage(JsonNode usage) {
    return new GenerationEvent.Usage(
        usage.path("prompt_tokens").asInt(0),
        usage.path("prompt_tokens_details").path("cached_tokens").asInt(0),
        usage.path("completion_tokens").asInt(0));
  }

  private void finished(BackEnd backEnd, FinishReason reason, GenerationEvent.Usage usage) {
    long end = System.nanoTime();
    long first = firstToken == 0 ? end : firstToken;
    observation.highCardinalityKeyValue("backend", backEnd.name());
    metrics.finished(
        reason,
        usage,
        new GenerationEvent.Timings(0, (first - started) / 1e6, (end - first) / 1e6),
        observation);
    count(backEnd, "done");
    events.add(new RemoteEvent.Finished(reason, usage, backEnd.name()));
  }
}
