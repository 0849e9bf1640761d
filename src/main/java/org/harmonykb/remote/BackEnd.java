package org.harmonykb.remote;

import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One server, and whether it was there the last time. Thread-safe. */
final class BackEnd {

  private static final Logger LOG = LoggerFactory.getLogger(BackEnd.class);

  private final GenerationProperties.Server server;
  private final AtomicInteger running = new AtomicInteger();
  private volatile @Nullable String problem;

  BackEnd(GenerationProperties.Server server) {
    this.server = server;
  }

  /** Its address, by which people know it. */
  String name() {
    return server.baseUrl();
  }

  String model() {
    return server.model();
  }

  boolean isUp() {
    return problem == null;
  }

  /** What was wrong the last time, or null. */
  @Nullable String problem() {
    return problem;
  }

  void works() {
    if (problem != null) {
      LOG.info("The back end {} is there again", name());
      problem = null;
    }
  }

  void fails(String reason) {
    if (problem == null) {
      LOG.warn("The back end {} is left out until it answers again: {}", name(), reason);
    }
    problem = reason;
  }

  /** Answers that it writes now. */
  AtomicInteger running() {
    return running;
  }

  HttpRequest.Builder request(String path, Duration timeout) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(server.baseUrl() + path)).timeout(timeout);
    if (server.apiKey() != null && !server.apiKey().isBlank()) {
      request.header("Authorization", "Bearer " + server.apiKey());
    }
    return request;
  }

  /**
   * How much a conversation belongs here, by rendezvous hashing: the server with the highest rank
   * holds it, and where one goes, only its own conversations move.
   */
  long rank(UUID conversation) {
    byte[] pair = (conversation + "\n" + name()).getBytes(StandardCharsets.UTF_8);
    return UUID.nameUUIDFromBytes(pair).getLeastSignificantBits();
  }
}
