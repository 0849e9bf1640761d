package org.harmonykb.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** One question is one trace over all its steps, and its log lines and response carry one id. */
@ExtendWith(OutputCaptureExtension.class)
class TracingIT {

  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";

  /** What an exporter sends of a span. */
  private record Span(String trace, String name) {}

  @Test
  void questionIsOneTraceAndCarriesItsId(@TempDir Path data, CapturedOutput log) throws Exception {
    List<Span> spans = new CopyOnWriteArrayList<>();
    HttpServer collector =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    collector.createContext(
        "/v1/traces",
        exchange -> {
          collect(exchange.getRequestBody().readAllBytes(), spans);
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    collector.start();
    String id;
    try (HttpClient http = HttpClient.newHttpClient();
        RunningService service =
            new RunningService(
                data,
                "--management.opentelemetry.tracing.export.otlp.endpoint=http://localhost:"
                    + collector.getAddress().getPort()
                    + "/v1/traces",
                "--management.opentelemetry.tracing.export.otlp.compression=none",
                "--logging.structured.format.console=ecs")) {
      service.ingest(
          "ferry.md",
          "# Ferry\n\nThe first ferry leaves at 7:25 from the north pier."
              .getBytes(StandardCharsets.UTF_8));
      HttpResponse<String> answer =
          http.send(
              HttpRequest.newBuilder(URI.create("http://localhost:" + service.port() + "/api/ask"))
                  .header("Content-Type", "application/json")
                  .header("Accept", "text/event-stream")
                  .header("traceparent", "00-" + TRACE + "-b7ad6b7169203331-01")
                  .POST(
                      HttpRequest.BodyPublishers.ofString(
                          "{\"question\":\"When does the first ferry leave?\",\"maxTokens\":32}"))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(answer.body()).contains("event:done", "7:25");
      id = answer.headers().firstValue("X-Question-Id").orElse("");
    } finally {
      collector.stop(1);
    }
    assertThat(spans.stream().filter(span -> span.trace.equals(TRACE)).map(Span::name))
        .contains("question", "condense", "retrieve", "rank", "prompt", "generate", "verify");
    Matcher line = Pattern.compile("\\{.*A question was answered.*").matcher(log.getAll());
    assertThat(line.find()).isTrue();
    assertThat(id).hasSize(36);
    assertThat(line.group()).contains(id, TRACE);
  }

  /** ExportTraceServiceRequest: resource spans 1, scope spans 2, span 2: trace id 1, name 5. */
  private static void collect(byte[] request, List<Span> spans) {
    fields(
        request,
        (field, resource) -> {
          if (field == 1) {
            fields(resource, (f, scope) -> scope(f, scope, spans));
          }
        });
  }

  private static void scope(int field, byte[] scope, List<Span> spans) {
    if (field == 2) {
      fields(
          scope,
          (f, span) -> {
            if (f == 2) {
              List<byte[]> trace = new ArrayList<>();
              List<byte[]> name = new ArrayList<>();
              fields(
                  span,
                  (g, value) -> {
                    if (g == 1) {
                      trace.add(value);
                    } else if (g == 5) {
                      name.add(value);
                    }
                  });
              spans.add(
                  new Span(
                      HexFormat.of().formatHex(trace.getFirst()),
                      new String(name.getFirst(), StandardCharsets.UTF_8)));
            }
          });
    }
  }

  /** The fields of a protobuf message that have a length; others are passed over. */
  private static void fields(byte[] message, BiConsumer<Integer, byte[]> each) {
    int at = 0;
    while (at < message.length) {
      long[] key = varint(message, at);
      at = (int) key[1];
      switch ((int) key[0] & 7) {
        case 0 -> at = (int) varint(message, at)[1];
        case 1 -> at += 8;
        case 5 -> at += 4;
        default -> {
          long[] length = varint(message, at);
          int from = (int) length[1];
          at = from + (int) length[0];
          each.accept((int) (key[0] >> 3), Arrays.copyOfRange(message, from, at));
        }
      }
    }
  }

  /** A number and the place behind it. */
  private static long[] varint(byte[] message, int from) {
    long value = 0;
    int at = from;
    for (int shift = 0; ; shift += 7) {
      value |= (long) (message[at] & 0x7f) << shift;
      if (message[at++] >= 0) {
        return new long[] {value, at};
      }
    }
  }
}
