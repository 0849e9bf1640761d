package org.harmonykb.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.SelectOption;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.harmonykb.web.PageService.Look;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Asking and reading answers and their sources, in a browser. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ChatPageIT {

  private static final String HOTELS = "What is the hotel limit per night in Germany?";
  private static final String CARRY_OVER = "苏州的年休假最多可以结转几天？";

  private PageService service;

  @BeforeAll
  void start() throws Exception {
    service = PageService.get();
  }

  private static Look look(String language) {
    return language.equals("zh") ? Look.CHINESE : Look.ENGLISH;
  }

  @ParameterizedTest
  @CsvSource({"en,Human resources,How long do I get sick pay?", "zh,人力资源,如何报销差旅费？"})
  void firstSightOffersTheExamplesOfTheChosenAssistant(
      String language, String assistant, String example) {
    try (PageService.View view = service.view(look(language)).open("")) {
      Page page = view.page;
      page.locator("#assistant").selectOption(new SelectOption().setLabel(assistant));
      Locator examples = page.locator(".examples button");
      assertThat(examples.filter(new Locator.FilterOptions().setHasText(example))).isVisible();
      examples.first().click();
      assertThat(page.locator(".turn .tools")).isVisible();
      assertThat(page.locator(".question p")).not().isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "en," + HOTELS + ",130 euros,Travel Policy 2026,revision 1,in force from",
    "zh," + CARRY_OVER + ",结转,苏州,版本 1,更新于"
  })
  void citationOpensItsPassageAndThePassageItsDocument(
      String language, String question, String said, String title, String revision, String date) {
    try (PageService.View view = service.view(look(language)).open("")) {
      Page page = view.page;
      view.ask(question);
      assertThat(page.locator(".answer")).containsText(said);
      page.locator(".answer .cite").first().click();
      Locator panel = page.locator(".panel");
      assertThat(panel).containsText(title);
      assertThat(panel).containsText(revision);
      assertThat(panel.locator(".source-facts")).containsText(date);
      assertThat(panel.locator(".passage mark").first()).isVisible();
      panel.locator("a.primary").click();
      assertThat(page.locator(".viewer-title h1")).containsText(title);
      assertThat(page.locator(".viewer mark").first()).isInViewport();
      page.locator(".viewer .chat-head button").first().click();
      assertThat(page.locator(".answer")).containsText(said);
    }
  }

  @Test
  void pdfOpensAtThePageWithThePassageMarked() {
    try (PageService.View view = service.view(Look.ENGLISH).open("")) {
      Page page = view.page;
      view.ask("How long is the warranty of the LG-200 gateway?");
      page.locator(".source-chips .chip")
          .filter(new Locator.FilterOptions().setHasText("Warranty"))
          .first()
          .click();
      page.locator(".panel a.primary").click();
      assertThat(page.locator(".pdf-page canvas").first()).isVisible();
      assertThat(page.locator(".pdf-page mark").first()).isInViewport();
      assertThat(page.locator(".viewer-tools")).containsText("Page ");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "en,Which pets may I bring to the canteen on Fridays?,Not in the documents,Please ask",
    "zh,公司食堂星期五可以带什么宠物？,文档中没有,请联系"
  })
  void refusalNamesTheContactAndOpensTheNearestDocuments(
      String language, String question, String title, String contact) {
    try (PageService.View view = service.view(look(language)).open("")) {
      view.ask(question);
      assertThat(view.page.locator(".callout")).containsText(title);
      assertThat(view.page.locator(".callout")).containsText(contact);
      view.page.locator(".callout .chip").first().click();
      assertThat(view.page.locator(".panel .passage")).isVisible();
    }
  }

  /** The first of all, since a question that was asked before is not read again. */
  @Order(1)
  @ParameterizedTest
  @CsvSource({"en,Reading \\d,Writing", "zh,正在阅读 \\d,正在书写"})
  void waitingSaysWhatItWaitsFor(String language, String reading, String writing) {
    try (PageService.View view = service.view(look(language)).open("")) {
      Page page = view.page;
      page.evaluate(
          """
          window.said = [];
          new MutationObserver(() => {
            const status = document.querySelector('.turn .status');
            if (status) window.said.push(status.textContent.trim());
          }).observe(document.body, { subtree: true, childList: true, characterData: true });
          """);
      view.ask(language.equals("zh") ? CARRY_OVER : HOTELS);
      String said =
          String.join(
              "\n",
              ((List<?>) page.evaluate("window.said")).stream().map(String::valueOf).toList());
      assertThat(said).containsPattern(reading).contains(writing);
    }
  }

  /** What no small model does, so the stream is written here. */
  private static void answerWith(Page page, String events) {
    page.route(
        "**/api/ask",
        route ->
            route.fulfill(
                new Route.FulfillOptions().setContentType("text/event-stream").setBody(events)));
  }

  @ParameterizedTest
  @CsvSource({"en,2 questions are ahead", "zh,前面还有 2 个问题"})
  void queueTellsThePlace(String language, String place) {
    try (PageService.View view = service.view(look(language))) {
      // A queue that does not move, which a service in a test has not.
      view.page.addInitScript(
          """
          const real = window.fetch;
          const event = 'event:progress\\ndata:{"queued":2,"done":0,"total":90}\\n\\n';
          window.fetch = (path, options) => path !== '/api/ask' ? real(path, options)
            : Promise.resolve(new Response(new ReadableStream({
                start: stream => stream.enqueue(new TextEncoder().encode(event)) })));
          """);
      view.open("").page.fill("#question", HOTELS);
      view.page.click("#send");
      assertThat(view.page.locator(".turn .status")).containsText(place);
      assertThat(view.page.locator("#stop")).isVisible();
    }
  }

  @ParameterizedTest
  @CsvSource({"en,Settings,Reasoning", "zh,设置,推理过程"})
  void reasoningIsShownFoldedAndOnlyWhenAskedFor(String language, String settings, String reasoning)
      throws Exception {
    String id = service.ask(HOTELS, null);
    JsonNode answer = service.get("/api/conversations/" + id).get("turns").get(0).get("answer");
    String events =
        "event:reasoning\ndata:{\"text\":\"They want the limit.\"}\n\n"
            + "event:token\ndata:{\"text\":\"130 euros\"}\n\n"
            + "event:done\ndata:"
            + answer
            + "\n\n";
    try (PageService.View view = service.view(look(language)).open("")) {
      Page page = view.page;
      answerWith(page, events);
      page.fill("#question", HOTELS);
      page.click("#send");
      assertThat(page.locator(".turn .tools")).isVisible();
      assertThat(page.locator(".reasoning")).hasCount(0);
      page.locator(".composer [aria-label=" + settings + "]").click();
      page.locator("dialog .choice.block").click();
      page.locator("dialog .primary").click();
      page.fill("#question", HOTELS);
      page.click("#send");
      Locator block = page.locator(".turn").last().locator(".reasoning");
      assertThat(block.locator("summary")).hasText(reasoning);
      assertThat(block.locator("p").first()).not().isVisible();
      block.locator("summary").click();
      assertThat(block.locator("p").first()).hasText("They want the limit.");
      assertThat(page.locator(".turn").last().locator(".prose")).not().containsText("They want");
    }
  }

  /** By the browser's own sum of layout shifts, of which 0.1 counts as good. */
  @Test
  void nothingJumpsWhileAnAnswerIsWritten() {
    try (PageService.View view = service.view(Look.ENGLISH)) {
      view.page.addInitScript(
          """
          window.shifts = 0;
          new PerformanceObserver(list => {
            for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifts += entry.value;
          }).observe({ type: 'layout-shift', buffered: true });
          """);
      view.open("");
      view.ask("How many days of annual leave do full-time employees have?");
      view.ask("And how many of them can be carried over?");
      assertThat(((Number) view.page.evaluate("window.shifts")).doubleValue()).isLessThan(0.1);
    }
  }

  @Test
  void answerIsStoppedAndAskedForAgain() {
    try (PageService.View view = service.view(Look.ENGLISH).open("")) {
      Page page = view.page;
      // Held back, so that there is time to stop it.
      page.route("**/api/ask", route -> {});
      page.fill("#question", HOTELS);
      page.press("#question", "Enter");
      assertThat(page.locator(".turn .status")).isVisible();
      page.click("#stop");
      assertThat(page.locator(".problem")).containsText("Stopped");
      page.unroute("**/api/ask");
      page.locator(".problem button").click();
      assertThat(page.locator(".answer")).containsText("130 euros");
      assertThat(page.locator(".turn")).hasCount(1);
    }
  }

  @ParameterizedTest
  @CsvSource({"en,cannot be reached", "zh,无法连接服务"})
  void errorIsToldInWordsAndCanBeRetried(String language, String words) {
    try (PageService.View view = service.view(look(language)).open("")) {
      Page page = view.page;
      page.route("**/api/ask", Route::abort);
      page.fill("#question", HOTELS);
      page.click("#send");
      assertThat(page.locator(".problem")).containsText(words);
      page.unroute("**/api/ask");
      page.route(
          "**/api/ask",
          route ->
              route.fulfill(
                  new Route.FulfillOptions()
                      .setStatus(429)
                      .setHeaders(Map.of("Retry-After", "10"))
                      .setContentType("application/problem+json")
                      .setBody("{\"detail\":\"busy\"}")));
      page.locator(".problem button").click();
      assertThat(page.locator(".problem")).containsText("10");
      page.unroute("**/api/ask");
      page.locator(".problem button").click();
      assertThat(page.locator(".answer")).containsText("130");
    }
  }

  @Test
  void unsupportedSentenceIsMarked() throws Exception {
    String id = service.ask(HOTELS, null);
    try (PageService.View view = service.view(Look.ENGLISH)) {
      // The small model copies, so what a freer one might write is put into its stored answer.
      view.page.route(
          Pattern.compile("/api/conversations/" + id),
          route -> {
            String body = route.fetch().text();
            route.fulfill(
                new Route.FulfillOptions()
                    .setContentType("application/json")
                    .setBody(
                        body.replaceFirst(
                                "\"answer\":\"", "\"answer\":\"Breakfast is *always* free. ")
                            .replaceFirst(
                                "\"unsupported\":\\[]",
                                "\"unsupported\":[\"Breakfast is always free.\"]")
                            .replaceFirst("\"mode\":\"\\w+\"", "\"mode\":\"generated\"")));
          });
      view.open("#/c/" + id);
      assertThat(view.page.locator("mark.unsupported").first()).containsText("Breakfast");
      assertThat(view.page.locator(".unsupported-note")).containsText("not supported");
    }
  }

  @Test
  void followUpGoesOnWithTheConversation() {
    try (PageService.View view = service.view(Look.ENGLISH).open("")) {
      view.ask("How many days of annual leave do full-time employees have?");
      view.ask("And how many of them can be carried over?");
      Page page = view.page;
      assertThat(page.locator(".turn")).hasCount(2);
      page.locator(".turn").last().locator("[aria-label=Details]").click();
      assertThat(page.locator(".details")).containsText("annual leave");
      page.locator(".turn").last().locator("[aria-label=Copy]").click();
      assertThat(page.locator(".toast")).containsText("Copied");
    }
  }
}
