package org.harmonykb.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.Response;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.ColorScheme;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.harmonykb.web.PageService.Look;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every view in both languages and themes, on a desk and on a phone: pictures into {@code
 * target/screenshots}, no serious finding of axe-core; and that the page is light and quick.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class PageQualityIT {

  private static final int FIRST_LOAD_BYTES = 300_000;
  private static final int LOADS = 5;
  private static final int WHEELS = 240;

  private PageService service;
  private String english;
  private String chinese;
  private String pdf;

  private static final String MARKED = "The warranty can be extended only within 90 days";

  /** How much of the page's width is marked. */
  private static final String MARKED_SHARE =
      """
      document.querySelector('.pdf-page mark').getBoundingClientRect().width
        / document.querySelector('.pdf-page').getBoundingClientRect().width
      """;

  @BeforeAll
  void start() throws Exception {
    service = PageService.get();
    pdf = service.get("/api/documents?q=warranty-and-returns").get(0).get("id").asString();
    english = service.ask("What is the hotel limit per night in Germany?", null);
    service.ask("Which pets may I bring to the canteen on Fridays?", english);
    chinese = service.ask("苏州的年休假最多可以结转几天？", null);
    service.ask("公司食堂星期五可以带什么宠物？", chinese);
  }

  private static Stream<Look> looks() {
    return Stream.of(
        new Look("en", ColorScheme.LIGHT, 1360, 850),
        new Look("en", ColorScheme.DARK, 390, 844),
        new Look("zh", ColorScheme.DARK, 1360, 850),
        new Look("zh", ColorScheme.LIGHT, 390, 844));
  }

  /** The views by the name of their picture, and how each is reached. */
  private Map<String, Consumer<PageService.View>> views(Look look) {
    Map<String, Consumer<PageService.View>> views = new LinkedHashMap<>();
    String conversation = look.language().equals("zh") ? chinese : english;
    views.put("welcome", view -> view.open("").page.waitForSelector(".examples button"));
    views.put(
        "conversation", view -> view.open("#/c/" + conversation).page.waitForSelector(".callout"));
    views.put(
        "source",
        view -> {
          view.open("#/c/" + conversation).page.locator(".answer .cite").first().click();
          view.page.waitForSelector(".panel-actions a");
        });
    views.put(
        "document",
        view -> {
          view.page.locator(".panel a.primary").click();
          view.page.waitForSelector(".viewer mark");
        });
    views.put(
        "pdf",
        view -> {
          view.open("#/d/" + pdf + "?page=1&mark=" + MARKED).page.waitForSelector(".pdf-page mark");
          view.page.waitForTimeout(400);
          // Whatever the reader's language, the mark ends where the words in the picture end.
          assertThat(number(view.page, MARKED_SHARE)).isCloseTo(0.391, within(0.006));
        });
    if (look.isPhone()) {
      views.put(
          "menu",
          view -> {
            view.open("").page.locator(".chat-head .only-narrow").click();
            view.page.waitForSelector(".drawer-open .sidebar");
            view.page.waitForTimeout(300);
          });
    }
    views.put(
        "feedback",
        view -> {
          view.open("#/c/" + conversation).page.locator(".tools button").nth(2).click();
          view.page.waitForSelector("dialog[open]");
        });
    views.put(
        "settings",
        view -> {
          view.open("").page.locator(".composer-row .icon-button").click();
          view.page.waitForSelector("dialog[open]");
        });
    for (String page :
        List.of("documents", "jobs", "statistics", "models", "assistants", "people")) {
      views.put(
          "admin-" + page,
          view -> {
            view.open("#/admin/" + page);
            view.page.waitForSelector(".admin-body > :not(.status)");
            view.page.waitForTimeout(400);
          });
    }
    views.put(
        "admin-assistant",
        view -> {
          view.open("#/admin/assistants/hr").page.locator(".inline-form button").click();
          view.page.waitForSelector(".prompt pre");
        });
    views.put(
        "admin-lab",
        view -> {
          view.open("#/admin/lab").page.fill("input[name=question]", "hotel limit in Germany");
          view.page.locator(".lab-form .primary").click();
          view.page.waitForSelector(".lab tbody tr");
        });
    views.put(
        "admin-lab-results",
        view -> view.page.locator(".lab tbody tr").first().evaluate("row => row.scrollIntoView()"));
    views.put(
        "admin-document",
        view -> {
          view.open("#/admin/documents/" + pdf).page.waitForSelector(".chunks li");
        });
    return views;
  }

  @ParameterizedTest
  @MethodSource("looks")
  void viewsArePicturedAndAccessible(Look look) throws IOException {
    List<String> findings = new ArrayList<>();
    String suffix =
        "-%s-%s-%s"
            .formatted(
                look.language(),
                look.theme().name().toLowerCase(Locale.ROOT),
                look.isPhone() ? "phone" : "desk");
    try (PageService.View view = service.view(look)) {
      views(look)
          .forEach(
              (name, reach) -> {
                reach.accept(view);
                view.screenshot(name + suffix);
                for (Object finding : seriousFindings(view.page)) {
                  findings.add(name + suffix + ": " + finding);
                }
                assertThat(
                        (Boolean)
                            view.page.evaluate(
                                "document.documentElement.scrollWidth <= innerWidth"))
                    .as("%s fits the width of the screen", name + suffix)
                    .isTrue();
              });
    }
    Files.createDirectories(Path.of("target/screenshots"));
    Files.writeString(
        Path.of("target/screenshots/accessibility" + suffix + ".txt"),
        findings.isEmpty() ? "no serious finding\n" : String.join("\n", findings));
    assertThat(findings).isEmpty();
  }

  /** What axe-core, the script in Deque's jar, holds against what is shown. */
  private static List<?> seriousFindings(Page page) {
    try (InputStream script = PageQualityIT.class.getResourceAsStream("/axe.min.js")) {
      page.evaluate(
          new String(Objects.requireNonNull(script).readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return (List<?>)
        page.evaluate(
            """
            async () => (await axe.run(document, { resultTypes: ['violations'] })).violations
              .filter(rule => ['serious', 'critical'].includes(rule.impact))
              .map(rule => `${rule.id} (${rule.help}) at `
                + rule.nodes.slice(0, 3).map(node => node.html.slice(0, 200)).join(' and '))
            """);
  }

  @Test
  void firstLoadIsLight() {
    try (PageService.View view = service.view(Look.ENGLISH)) {
      Map<String, Integer> weights = new LinkedHashMap<>();
      List<Response> responses = new ArrayList<>();
      view.page.onResponse(responses::add);
      view.open("");
      for (Response response : responses) {
        weights.merge(
            response.url().replaceFirst("^.*?//[^/]+", ""),
            response.request().sizes().responseBodySize,
            Integer::sum);
      }
      int total = weights.values().stream().mapToInt(Integer::intValue).sum();
      String report = total + " bytes on the first load\n" + weights;
      write("page-weight.txt", report);
      assertThat(total).as(report).isLessThan(FIRST_LOAD_BYTES);
      assertThat(weights.keySet())
          .noneMatch(path -> path.contains("pdf") || path.contains("uPlot"));
    }
  }

  /** Tells how soon the page can be used; a machine under load says little by its clock. */
  @Test
  void timesOfFirstLoadsAreNoted() {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < LOADS; i++) {
      try (PageService.View view = service.view(Look.ENGLISH)) {
        view.page.addInitScript(
            """
            new MutationObserver(() => {
              const box = document.getElementById('question');
              if (box && !box.disabled) window.usableAt ??= performance.now();
            }).observe(document, { subtree: true, childList: true });
            """);
        view.open("");
        assertThat(view.page.locator("#question")).isEditable();
        lines.add(
            "composer usable after %.0f ms, everything loaded after %.0f ms, first paint %.0f ms"
                .formatted(
                    number(view.page, "window.usableAt"),
                    number(view.page, "performance.now()"),
                    number(
                        view.page,
                        "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
                            + " ?? -1")));
      }
    }
    write("page-loads.txt", String.join("\n", lines) + "\n");
  }

  private static double number(Page page, String script) {
    return ((Number) page.evaluate(script)).doubleValue();
  }

  /** By the wheel, as a reader does it; the frames and long tasks are noted. */
  @Test
  void conversationOfFiveHundredMessagesIsLight() {
    try (PageService.View view = service.view(Look.ENGLISH)) {
      Page page = view.page;
      page.route(
          Pattern.compile("/api/conversations/" + english + "$"),
          route -> {
            var full = PageService.JSON.readTree(route.fetch().text());
            var turns = (tools.jackson.databind.node.ArrayNode) full.get("turns");
            var first = turns.get(0);
            while (turns.size() < 250) {
              turns.add(first.deepCopy());
            }
            route.fulfill(
                new Route.FulfillOptions()
                    .setContentType("application/json")
                    .setBody(full.toString()));
          });
      view.open("#/c/" + english);
      assertThat(page.locator(".turn")).hasCount(250);
      // Those out of sight are neither laid out nor painted.
      assertThat(number(page, LAID_OUT)).isBetween(1.0, 40.0);
      page.evaluate(WATCH_FRAMES);
      page.mouse().move(700, 300);
      for (int i = 0; i < WHEELS; i++) {
        page.mouse().wheel(0, i < WHEELS / 2 ? -400 : 400);
        page.waitForTimeout(16);
      }
      write("scrolling.txt", String.valueOf(page.evaluate(FRAMES)) + "\n");
      assertThat(number(page, LAID_OUT)).isBetween(1.0, 40.0);
      page.fill("#question", "typing");
      assertThat(page.locator("#question")).hasValue("typing");
    }
  }

  private static final String LAID_OUT =
      """
      [...document.querySelectorAll('.turn .answer')]
        .filter(answer => answer.checkVisibility({ contentVisibilityAuto: true })).length
      """;

  private static final String WATCH_FRAMES =
      """
      () => {
        window.frames_ = [];
        window.longTasks = [];
        new PerformanceObserver(list => window.longTasks.push(...list.getEntries().map(e => e.duration)))
          .observe({ type: 'longtask' });
        let last = performance.now();
        const step = now => {
          window.frames_.push(now - last);
          last = now;
          requestAnimationFrame(step);
        };
        requestAnimationFrame(step);
      }
      """;

  private static final String FRAMES =
      """
      () => {
        const times = window.frames_.slice(1).sort((a, b) => a - b);
        const at = share => times[Math.floor((times.length - 1) * share)].toFixed(1);
        return `500 messages, ${times.length} frames while the wheel turned: one every ${at(0.5)} ms at the `
          + `median, 95 % within ${at(0.95)} ms, the longest ${at(1)} ms; `
          + `${times.filter(time => time > 50).length} over 50 ms; `
          + `long tasks: ${window.longTasks.map(ms => Math.round(ms) + ' ms').join(', ') || 'none'}`;
      }
      """;

  private static void write(String name, String text) {
    try {
      Files.createDirectories(Path.of("target/screenshots"));
      Files.writeString(Path.of("target/screenshots/" + name), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
