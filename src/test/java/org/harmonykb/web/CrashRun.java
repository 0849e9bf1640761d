package org.harmonykb.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The service as a process that is killed with SIGKILL while clients upload, replace and delete
 * documents and re-index, again and again on the same data. After each start: what was answered
 * with 2xx holds, nothing deleted is found, and database, files and index agree.
 */
final class CrashRun {

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final int CLIENTS = 3;
  private static final Duration SETTLING = Duration.ofMinutes(8);

  /** What a client was told about a document. */
  private static final class Known {
    /** The version that was answered with 2xx, or 0 for removed or never there. */
    int version;

    /** Versions whose request had no answer; 0 stands for a removal. */
    final Set<Integer> possible = new HashSet<>();
  }

  private final Path data;
  private final Random random;
  private final HttpClient http = HttpClient.newHttpClient();
  private final Map<String, Known> known = new TreeMap<>(); // guarded by itself
  private final Map<String, Integer> counts = new TreeMap<>(); // guarded by known
  private @Nullable ServiceProcess process;
  private int port;
  private int versions = 1;
  private volatile boolean isDying;

  CrashRun(Path data, long seed) {
    this.data = data;
    this.random = new Random(seed);
  }

  /** How often the process was killed during what, and what was checked. */
  Map<String, Integer> counts() {
    return counts;
  }

  void run(int kills) throws Exception {
    for (int kill = 1; kill <= kills; kill++) {
      start();
      try {
        verify();
        work();
      } finally {
        kill();
      }
      count("kills");
      if (kill % 5 == 0) {
        System.err.println("crash test: " + kill + " kills, " + counts);
      }
    }
    start();
    verify();
    kill();
    assertThat(ServiceProcess.run(data, "check", "--data", data.toString(), "--json"))
        .as("kb check on the data of a killed service")
        .isZero();
  }

  private void start() throws Exception {
    process = new ServiceProcess(data, List.of("--kb.model.path=none"));
    port = process.port();
    isDying = false;
    Instant deadline = Instant.now().plus(SETTLING);
    while (true) {
      assertThat(process.isAlive()).as("the service starts; see %s/log", data).isTrue();
      assertThat(Instant.now()).as("the service starts in time").isBefore(deadline);
      try {
        if (get("/api/status").statusCode() == 200) {
          return;
        }
      } catch (IOException e) {
        Thread.sleep(50);
      }
    }
  }

  private void kill() throws InterruptedException {
    isDying = true;
    if (process != null) {
      process.kill();
    }
  }

  // What clients do

  private void work() throws Exception {
    List<Thread> clients = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      Random own = new Random(random.nextLong());
      int number = i;
      clients.add(Thread.ofPlatform().start(() -> client(number, own)));
    }
    Thread.sleep(100 + random.nextInt(3000));
    kill();
    for (Thread client : clients) {
      client.join();
    }
  }

  /** Each client has names of its own, so that it knows what the last answer was. */
  private void client(int number, Random own) {
    while (!isDying) {
      String name = "crash/" + number + "/" + own.nextInt(12);
      try {
        int choice = own.nextInt(20);
        if (choice == 0) {
          post("/api/admin/reindex", "");
          count("re-indexes asked for");
        } else if (choice < 6) {
          delete(name);
        } else {
          put(name, own);
        }
      } catch (IOException e) {
        return; // killed
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  private void put(String name, Random own) throws IOException, InterruptedException {
    int version;
    Known document;
    synchronized (known) {
      version = versions++;
      document = known.computeIfAbsent(name, n -> new Known());
      document.possible.add(version);
    }
    StringBuilder text = new StringBuilder("# Document " + word(version) + "\n");
    int parts = 1 + own.nextInt(own.nextInt(6) == 0 ? 150 : 8);
    for (int i = 0; i < parts; i++) {
      text.append("\n## Part ").append(i).append("\n\nThe part ").append(i).append(" of ");
      text.append(word(version)).append(" says ").append(own.nextInt(1000)).append(".\n");
    }
    String boundary = "x" + version;
    String body =
        "--"
            + boundary
            + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.md\"\r\n\r\n"
            + text
            + "\r\n--"
            + boundary
            + "--\r\n";
    HttpResponse<String> response =
        send(
            request("/api/documents/" + name)
                .header("Content-Type", "multipart/form-data; boundary=" + boundary)
                .PUT(HttpRequest.BodyPublishers.ofString(body)));
    assertThat(response.statusCode()).as(response.body()).isEqualTo(202);
    synchronized (known) {
      document.version = version;
      document.possible.clear();
      count("uploads answered");
    }
  }

  private void delete(String name) throws IOException, InterruptedException {
    JsonNode found = find(name);
    if (found == null) {
      return;
    }
    Known document;
    synchronized (known) {
      document = known.computeIfAbsent(name, n -> new Known());
      document.possible.add(0);
    }
    HttpResponse<String> response =
        send(request("/api/documents/" + found.get("id").asString()).DELETE());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(204);
    synchronized (known) {
      document.version = 0;
      document.possible.clear();
      count("deletions answered");
    }
  }

  // What must hold

  private void verify() throws Exception {
    Map<String, Known> expected;
    synchronized (known) {
      expected = new HashMap<>(known);
    }
    // At once: nothing that was deleted answers, not even while the start tidies up.
    for (Map.Entry<String, Known> entry : expected.entrySet()) {
      Known document = entry.getValue();
      if (document.version == 0 && document.possible.isEmpty()) {
        assertThat(find(entry.getKey())).as("%s was deleted", entry.getKey()).isNull();
      }
    }
    Map<String, JsonNode> documents = settled();
    for (Map.Entry<String, Known> entry : expected.entrySet()) {
      String name = entry.getKey();
      Known document = entry.getValue();
      JsonNode actual = documents.get(name);
      if (document.possible.isEmpty()) {
        verify(name, document.version, actual);
      } else {
        adopt(document, actual);
      }
    }
    JsonNode checked = JSON.readTree(post("/api/admin/check", "").body());
    assertThat(checked.get("findings")).as("database, files and index agree").isEmpty();
    count("checks");
  }

  private void verify(String name, int version, @Nullable JsonNode actual) throws Exception {
    if (version == 0) {
      assertThat(actual).as("%s was deleted", name).isNull();
      return;
    }
    assertThat(actual).as("%s was accepted", name).isNotNull();
    if (actual == null) {
      return;
    }
    if (!actual.get("state").asString().equals("SEARCHABLE")) {
      assertThat(actual.get("reason").asString("")).as("%s says why not", name).isNotEmpty();
      count("documents that say why they are not searchable");
      return;
    }
    assertThat(search(word(version))).as("%s is found", name).contains(actual.get("id").asString());
    count("documents found");
  }

  /** A request that had no answer may have had its effect or not. */
  private void adopt(Known document, @Nullable JsonNode actual) throws Exception {
    Set<Integer> allowed = new HashSet<>(document.possible);
    allowed.add(document.version);
    if (actual == null) {
      assertThat(allowed).as("a document is gone that nobody deleted").contains(0);
      document.version = 0;
    } else {
      String title = actual.get("title").asString();
      int found =
          allowed.stream()
              .filter(version -> version != 0 && title.equals("Document " + word(version)))
              .findFirst()
              .orElse(0);
      assertThat(found).as("%s is none of %s", title, allowed).isPositive();
      document.version = found;
    }
    document.possible.clear();
    count("unanswered requests looked up");
  }

  /** All documents by name, when none is on its way any more. */
  private Map<String, JsonNode> settled() throws Exception {
    Instant deadline = Instant.now().plus(SETTLING);
    while (true) {
      Map<String, JsonNode> documents = new HashMap<>();
      boolean isSettled = true;
      for (JsonNode document : JSON.readTree(get("/api/documents").body())) {
        documents.put(document.get("externalId").asString(), document);
        isSettled &=
            List.of("SEARCHABLE", "NO_TEXT", "REJECTED", "FAILED")
                .contains(document.get("state").asString());
      }
      if (isSettled && !isReindexing()) {
        return documents;
      }
      assertThat(Instant.now()).as("documents settle: %s", documents).isBefore(deadline);
      Thread.sleep(100);
    }
  }

  private boolean isReindexing() throws Exception {
    for (String state : List.of("QUEUED", "RUNNING")) {
      String jobs = get("/api/admin/jobs?kind=REINDEX&state=" + state).body();
      if (!JSON.readTree(jobs).isEmpty()) {
        return true;
      }
    }
    return false;
  }

  private static String word(int version) {
    return "xyzzy" + version + "q";
  }

  private @Nullable JsonNode find(String name) throws IOException, InterruptedException {
    for (JsonNode document : JSON.readTree(get("/api/documents?q=" + name).body())) {
      if (document.get("externalId").asString().equals(name)) {
        return document;
      }
    }
    return null;
  }

  private String search(String words) throws IOException, InterruptedException {
    return post("/api/admin/search", JSON.writeValueAsString(Map.of("question", words))).body();
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
        .timeout(Duration.ofMinutes(2));
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return send(request(path));
  }

  private HttpResponse<String> post(String path, String body)
      throws IOException, InterruptedException {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  private HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
  }

  private void count(String what) {
    synchronized (known) {
      counts.merge(what, 1, Integer::sum);
    }
  }

  /** A long run by hand; see {@code scripts/crash-test}. */
  public static void main(String[] args) throws Exception {
    Path data = Path.of(args[1]);
    long seed = args.length > 2 ? Long.parseLong(args[2]) : System.nanoTime();
    System.out.println("seed " + seed);
    CrashRun run = new CrashRun(Files.createDirectories(data), seed);
    run.run(Integer.parseInt(args[0]));
    System.out.println("done: " + run.counts());
  }
}
