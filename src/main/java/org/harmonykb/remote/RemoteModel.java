package org.harmonykb.remote;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.harmonykb.metrics.GenerationMetrics;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/**
 * A model behind OpenAI-compatible servers. Each conversation has its server, chosen by rendezvous
 * hashing among those that are there, so that its prompts meet their cached beginnings; another one
 * steps in before the first token where it is needed. Thread-safe.
 */
@Component
@ConditionalOnProperty(name = "kb.generation.engine", havingValue = "openai")
public class RemoteModel {

  private static final Duration HEALTH_TIMEOUT = Duration.ofSeconds(5);

  private final GenerationProperties.OpenAi properties;
  private final List<BackEnd> backEnds;
  private final HttpClient http;
  private final JsonMapper json;
  private final MeterRegistry meters;
  private final ObservationRegistry observations;

  RemoteModel(
      GenerationProperties properties,
      JsonMapper json,
      MeterRegistry meters,
      ObservationRegistry observations) {
    this.properties = properties.openai();
    this.backEnds = this.properties.backends().stream().map(BackEnd::new).toList();
    this.json = json;
    this.meters = meters;
    this.observations = observations;
    // HTTP/1.1: a closed stream closes its connection, which is how servers notice; and there is no
    // offer of HTTP/2 in clear text, which some of them refuse.
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(this.properties.connectTimeout())
            .build();
    for (BackEnd backEnd : backEnds) {
      Gauge.builder("kb.remote.up", backEnd, b -> b.isUp() ? 1 : 0)
          .description("whether the server answered the last time")
          .tag("backend", backEnd.name())
          .register(meters);
      Gauge.builder("kb.remote.running", backEnd, b -> b.running().get())
          .description("answers that the server writes")
          .tag("backend", backEnd.name())
          .register(meters);
    }
  }

  /** What is known of a server. */
  public record Status(String name, String model, boolean up, @Nullable String problem) {}

  public List<Status> status() {
    return backEnds.stream()
        .map(b -> new Status(b.name(), b.model(), b.isUp(), b.problem()))
        .toList();
  }

  /** Whether a server was there the last time. */
  public boolean isAvailable() {
    return backEnds.stream().anyMatch(BackEnd::isUp);
  }

  /** The models' names as the servers call them. */
  public String name() {
    return backEnds.stream().map(BackEnd::model).distinct().collect(Collectors.joining(", "));
  }

  /** Whether it thinks first, for as long as the effort says. */
  public boolean thinks() {
    return properties.reasoning();
  }

  /** Tokens of prompt and answer together. */
  public int contextLength() {
    return properties.contextLength();
  }

  /** Begins to write and returns at once. */
  public RemoteStream generate(RemoteRequest request) {
    Observation observation =
        Observation.createNotStarted("kb.generation", observations)
            .contextualName("generate")
            .start();
    RemoteStream stream =
        new RemoteStream(
            request,
            order(request.route()),
            properties,
            http,
            json,
            new GenerationMetrics(meters),
            observation);
    stream.start();
    return stream;
  }

  /** The servers for a route, best first; those that were away come last. */
  List<BackEnd> order(UUID route) {
    return backEnds.stream()
        .sorted(
            Comparator.comparing(BackEnd::isUp).thenComparingLong(b -> b.rank(route)).reversed())
        .toList();
  }

  /** Asks each server whether it is there, at the same time. */
  @Scheduled(fixedDelayString = "${kb.generation.openai.health-interval:10s}")
  void check() {
    for (BackEnd backEnd : backEnds) {
      Thread.ofVirtual().name("health " + backEnd.name()).start(() -> check(backEnd));
    }
  }

  private void check(BackEnd backEnd) {
    try {
      int status =
          http.send(
                  backEnd.request("/models", HEALTH_TIMEOUT).GET().build(),
                  HttpResponse.BodyHandlers.discarding())
              .statusCode();
      if (status == 200) {
        backEnd.works();
      } else if (status != 429) {
        backEnd.fails("GET /models answers " + status);
      }
    } catch (IOException e) {
      backEnd.fails(RemoteStream.reason(e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
