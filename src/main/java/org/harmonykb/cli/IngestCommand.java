package org.harmonykb.cli;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** Sends the files of a folder to a running service and waits until they are searchable. */
@Command(
    name = "ingest",
    description =
        "Sends a folder's files to a running service and waits until they are searchable.",
    mixinStandardHelpOptions = true)
final class IngestCommand implements Callable<Integer> {

  private static final int SENDERS = 4;
  private static final Duration TIMEOUT = Duration.ofMinutes(5);
  private static final int WAIT_MS = 1000;

  /** What is waited for. */
  enum Wait {
    none,
    words,
    meaning
  }

  @Parameters(paramLabel = "DIR")
  private Path folder = Path.of(".");

  @Option(
      names = "--url",
      paramLabel = "URL",
      defaultValue = "http://localhost:8080",
      description = "the service; http://localhost:8080 by default")
  private URI url = URI.create("http://localhost:8080");

  @Option(
      names = "--collection",
      paramLabel = "C",
      description = "by default the name of the folder")
  private @Nullable String collection;

  @Option(
      names = "--wait",
      paramLabel = "none|words|meaning",
      defaultValue = "meaning",
      description = "until documents are found by words, or by meaning too (the default)")
  private Wait wait = Wait.meaning;

  @Option(
      names = "--key",
      paramLabel = "KEY",
      description = "API key; the environment's KB_API_KEY by default")
  private @Nullable String key = System.getenv("KB_API_KEY");

  @Option(names = "--json")
  private boolean json;

  private final HttpClient http = HttpClient.newHttpClient();
  private final ProgressBar bar = new ProgressBar();

  private record Sent(Path file, @Nullable UUID id, @Nullable String refusal) {}

  @Override
  public Integer call() throws Exception {
    Path root = folder.toAbsolutePath().normalize();
    List<Path> files = files(root);
    String where = collection == null ? String.valueOf(root.getFileName()) : collection;
    long started = System.nanoTime();
    List<Sent> sent = send(root, files, where);
    double uploaded = seconds(started);
    Map<String, Double> times = new LinkedHashMap<>();
    times.put("uploaded", uploaded);
    Map<UUID, JsonNode> documents = wait(sent, where, started, times);
    bar.clear();
    return report(sent, documents, times);
  }

  private static List<Path> files(Path root) throws IOException {
    if (!Files.isDirectory(root)) {
      throw new IOException(root + " is not a folder");
    }
    try (Stream<Path> paths = Files.walk(root)) {
      return paths
          .filter(Files::isRegularFile)
          .filter(file -> !root.relativize(file).toString().startsWith("."))
          .sorted()
          .toList();
    }
  }

  private List<Sent> send(Path root, List<Path> files, String where) throws Exception {
    List<Sent> sent = new ArrayList<>();
    try (ExecutorService senders = Executors.newFixedThreadPool(SENDERS)) {
      List<Future<Sent>> all =
          files.stream().map(file -> senders.submit(() -> send(root, file, where))).toList();
      for (Future<Sent> future : all) {
        sent.add(future.get());
        bar.show(sent.size(), 2L * files.size());
      }
    }
    return sent;
  }

  private Sent send(Path root, Path file, String where) throws IOException, InterruptedException {
    String path = root.relativize(file).toString().replace('\\', '/');
    String id =
        Arrays.stream((where + "/" + path).split("/"))
            .map(part -> URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20"))
            .collect(Collectors.joining("/"));
    String boundary = "----harmony-kb-" + UUID.randomUUID();
    String name = String.valueOf(file.getFileName()).replace("\"", "%22");
    byte[] head =
        ("--"
                + boundary
                + "\r\nContent-Disposition: form-data; name=\"collection\"\r\n\r\n"
                + where
                + "\r\n--"
                + boundary
                + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\""
                + name
                + "\"\r\nContent-Type: application/octet-stream\r\n\r\n")
            .getBytes(StandardCharsets.UTF_8);
    byte[] tail = ("\r\n--" + boundary + "--\r\n").getBytes(StandardCharsets.UTF_8);
    HttpResponse<byte[]> response =
        http.send(
            request("/api/documents/" + id)
                .header("Content-Type", "multipart/form-data; boundary=" + boundary)
                .PUT(
                    HttpRequest.BodyPublishers.concat(
                        HttpRequest.BodyPublishers.ofByteArray(head),
                        HttpRequest.BodyPublishers.ofFile(file),
                        HttpRequest.BodyPublishers.ofByteArray(tail)))
                .build(),
            HttpResponse.BodyHandlers.ofByteArray());
    if (response.statusCode() / 100 == 2) {
      JsonNode accepted = EngineCommand.JSON.readTree(response.body());
      return new Sent(file, UUID.fromString(accepted.get("id").asString()), null);
    }
    if (response.statusCode() == 401 || response.statusCode() == 403) {
      throw new IOException("the service wants an API key that may ingest: --key or KB_API_KEY");
    }
    return new Sent(file, null, detail(response));
  }

  private static String detail(HttpResponse<byte[]> response) {
    try {
      JsonNode problem = EngineCommand.JSON.readTree(response.body());
      return problem.path("detail").asString("HTTP " + response.statusCode());
    } catch (RuntimeException e) {
      return "HTTP " + response.statusCode();
    }
  }

  private HttpRequest.Builder request(String path) {
    String base = url.toString().replaceAll("/+$", "");
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path)).timeout(TIMEOUT);
    if (key != null && !key.isBlank()) {
      request.header("Authorization", "Bearer " + key);
    }
    return request;
  }

  private JsonNode get(String path) throws IOException, InterruptedException {
    HttpResponse<byte[]> response =
        http.send(request(path).GET().build(), HttpResponse.BodyHandlers.ofByteArray());
    if (response.statusCode() != 200) {
      throw new IOException(path + ": " + detail(response));
    }
    return EngineCommand.JSON.readTree(response.body());
  }

  /** Waits, and notes when all documents were found by words and when by meaning. */
  private Map<UUID, JsonNode> wait(
      List<Sent> sent, String where, long started, Map<String, Double> times)
      throws IOException, InterruptedException {
    while (true) {
      Map<UUID, JsonNode> documents = new LinkedHashMap<>();
      String encoded = URLEncoder.encode(where, StandardCharsets.UTF_8);
      for (JsonNode document : get("/api/documents?collection=" + encoded)) {
        documents.put(UUID.fromString(document.get("id").asString()), document);
      }
      List<Sent> accepted = sent.stream().filter(s -> s.id != null).toList();
      long words = accepted.stream().filter(s -> isReady(documents.get(s.id), false)).count();
      long meaning = accepted.stream().filter(s -> isReady(documents.get(s.id), true)).count();
      bar.show(2L * accepted.size() + words + meaning, 4L * accepted.size());
      if (words == accepted.size()) {
        times.putIfAbsent("words", seconds(started));
      }
      if (meaning == accepted.size()) {
        times.putIfAbsent("meaning", seconds(started));
      }
      boolean isDone =
          switch (wait) {
            case none -> true;
            case words -> words == accepted.size();
            case meaning -> meaning == accepted.size();
          };
      if (isDone) {
        return documents;
      }
      Thread.sleep(WAIT_MS);
    }
  }

  private static boolean isReady(@Nullable JsonNode document, boolean byMeaning) {
    if (document == null) {
      return true; // removed by somebody
    }
    return switch (document.get("state").asString()) {
      case "SEARCHABLE", "NO_TEXT", "REJECTED", "FAILED" -> true;
      case "EMBEDDING", "INDEXING" -> !byMeaning;
      default -> false;
    };
  }

  private int report(List<Sent> sent, Map<UUID, JsonNode> documents, Map<String, Double> times) {
    Map<String, Integer> states = new LinkedHashMap<>();
    List<Map<String, String>> problems = new ArrayList<>();
    int passages = 0;
    for (Sent each : sent) {
      JsonNode document = each.id == null ? null : documents.get(each.id);
      String state =
          each.id == null
              ? "REFUSED"
              : document == null ? "GONE" : document.get("state").asString();
      states.merge(state, 1, Integer::sum);
      passages += document == null ? 0 : document.get("passages").asInt();
      String reason =
          each.refusal != null
              ? each.refusal
              : document == null ? null : document.get("reason").asString(null);
      if (reason != null && !state.equals("SEARCHABLE")) {
        problems.add(Map.of("file", each.file.toString(), "state", state, "reason", reason));
      }
    }
    if (json) {
      Map<String, Object> result = new LinkedHashMap<>();
      result.put("files", sent.size());
      result.put("states", states);
      result.put("passages", passages);
      result.put("seconds", times);
      result.put("problems", problems);
      System.out.println(EngineCommand.JSON.writeValueAsString(result));
    } else {
      problems.forEach(
          p -> System.err.println(p.get("state") + " " + p.get("file") + ": " + p.get("reason")));
      System.out.printf("%d files, %d passages: %s%n", sent.size(), passages, states);
      times.forEach((what, seconds) -> System.out.printf("%s after %.1f s%n", what, seconds));
    }
    return problems.isEmpty() ? 0 : 1;
  }

  private static double seconds(long since) {
    return Math.round((System.nanoTime() - since) / 1e8) / 10.0;
  }
}
