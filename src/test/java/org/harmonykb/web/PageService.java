package org.harmonykb.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.ColorScheme;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.harmonykb.Fixtures;
import org.harmonykb.HarmonyKbApplication;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The sample company's service and a Chromium, started once for all browser tests. Tests leave the
 * sample documents alone.
 */
final class PageService {

  static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
  private static @Nullable PageService running;

  private final ConfigurableApplicationContext context;
  private final HttpClient http = HttpClient.newHttpClient();
  private final Playwright playwright;
  private final Browser browser;
  final String base;

  /** A folder that adapters may be loaded from; empty at the start. */
  final Path adapters;

  private PageService() throws Exception {
    adapters = Files.createTempDirectory("kb-page-adapters");
    context =
        SpringApplication.run(
            HarmonyKbApplication.class,
            "--server.port=0",
            "--kb.adapters.dir=" + adapters,
            "--kb.data-dir=" + Files.createTempDirectory("kb-page"),
            "--kb.model.path=" + Fixtures.smolLm2());
    base = "http://localhost:" + context.getEnvironment().getProperty("local.server.port");
    playwright =
        Playwright.create(
            new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    browser =
        playwright
            .chromium()
            .launch(
                new BrowserType.LaunchOptions()
                    .setExecutablePath(CHROMIUM)
                    .setArgs(
                        List.of(
                            "--no-sandbox",
                            "--disable-gpu",
                            "--disable-quic",
                            "--no-first-run",
                            "--disable-background-networking",
                            "--disable-component-update",
                            "--disable-sync")));
    Runtime.getRuntime().addShutdownHook(new Thread(playwright::close));
    // A busy machine takes its time.
    PlaywrightAssertions.setDefaultAssertionTimeout(45_000);
    awaitSampleDocuments();
  }

  /** Skips the test where Chromium is missing, except in CI. */
  static synchronized PageService get() throws Exception {
    if (!Files.exists(CHROMIUM)) {
      assertThat(System.getenv("CI")).as("CI installs Chromium").isNotEqualTo("true");
      Assumptions.abort("Chromium is not installed");
    }
    if (running == null) {
      running = new PageService();
    }
    return running;
  }

  /** How a page is looked at. */
  record Look(String language, ColorScheme theme, int width, int height) {

    static final Look ENGLISH = new Look("en", ColorScheme.LIGHT, 1280, 800);
    static final Look CHINESE = new Look("zh", ColorScheme.LIGHT, 1280, 800);

    boolean isPhone() {
      return width < 600;
    }
  }

  /** A page of its own, as another person's browser would have it. */
  final class View implements AutoCloseable {

    final Page page;
    private final BrowserContext own;
    private final List<String> troubles = new ArrayList<>();
    private final List<String> foreignRequests = new ArrayList<>();

    private final String home;

    private View(Look look, String home) {
      this.home = home;
      own =
          browser.newContext(
              new Browser.NewContextOptions()
                  .setViewportSize(look.width, look.height)
                  .setColorScheme(look.theme)
                  .setIsMobile(look.isPhone())
                  .setHasTouch(look.isPhone())
                  .setLocale(look.language.equals("zh") ? "zh-CN" : "en-GB"));
      own.setDefaultTimeout(60_000);
      page = own.newPage();
      page.onPageError(troubles::add);
      page.onConsoleMessage(
          message -> {
            if (message.text().contains("Content Security Policy")) {
              troubles.add(message.text());
            }
          });
      page.onRequest(
          request -> {
            String url = request.url();
            if (!url.startsWith(home) && !url.startsWith("data:") && !url.startsWith("blob:")) {
              foreignRequests.add(url);
            }
          });
    }

    View open(String hash) {
      page.navigate(home + "/" + hash);
      page.waitForSelector("html[data-ready]");
      return this;
    }

    /** Asks and waits for the whole answer. */
    void ask(String question) {
      int before = page.locator(".turn .tools").count();
      page.fill("#question", question);
      page.click("#send");
      page.locator(".turn .tools").nth(before).waitFor();
    }

    void screenshot(String name) {
      page.screenshot(
          new Page.ScreenshotOptions().setPath(Path.of("target/screenshots/" + name + ".png")));
    }

    /** Checks that nothing went wrong unseen. */
    @Override
    public void close() {
      own.close();
      assertThat(troubles).as("errors of the page").isEmpty();
      assertThat(foreignRequests).as("requests to others").isEmpty();
    }
  }

  View view(Look look) {
    return new View(look, base);
  }

  /** Looks at another service with the same Chromium. */
  View view(Look look, int port) {
    return new View(look, "http://localhost:" + port);
  }

  JsonNode get(String path) throws IOException, InterruptedException {
    return JSON.readTree(
        http.send(
                HttpRequest.newBuilder(URI.create(base + path))
                    .header("Accept", "application/json")
                    .build(),
                HttpResponse.BodyHandlers.ofString())
            .body());
  }

  /** Asks without a browser and gives the conversation's id. */
  String ask(String question, @Nullable String conversationId) throws Exception {
    Map<String, String> body =
        conversationId == null
            ? Map.of("question", question)
            : Map.of("question", question, "conversationId", conversationId);
    HttpResponse<String> response =
        http.send(
            HttpRequest.newBuilder(URI.create(base + "/api/ask"))
                .timeout(Duration.ofMinutes(2))
                .header("Content-Type", "application/json")
                .header("Accept", "application/json")
                .POST(
                    HttpRequest.BodyPublishers.ofString(
                        JSON.writeValueAsString(body), StandardCharsets.UTF_8))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return JSON.readTree(response.body()).get("conversationId").asString();
  }

  private void awaitSampleDocuments() throws IOException {
    int count;
    try (Stream<Path> files = Files.walk(Path.of("docs-corpus"), 2)) {
      count = (int) files.filter(file -> file.getNameCount() == 3).count();
    }
    Awaitility.await("the sample documents")
        .atMost(Duration.ofMinutes(3))
        .until(() -> get("/api/documents?state=SEARCHABLE").size() >= count);
  }
}
