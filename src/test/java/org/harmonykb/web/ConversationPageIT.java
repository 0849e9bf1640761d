package org.harmonykb.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Request;
import com.microsoft.playwright.options.SelectOption;
import java.nio.file.Files;
import java.util.regex.Pattern;
import org.harmonykb.web.PageService.Look;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of conversations, their settings and what readers think of them, in a browser. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class ConversationPageIT {

  private static final String HOTELS = "What is the hotel limit per night in Germany?";

  private PageService service;

  @BeforeAll
  void start() throws Exception {
    service = PageService.get();
  }

  private static Look look(String language) {
    return language.equals("zh") ? Look.CHINESE : Look.ENGLISH;
  }

  private static Locator menuOf(Page page, String title) {
    return page.locator(".history li")
        .filter(new Locator.FilterOptions().setHasText(title))
        .first();
  }

  private static void choose(Locator row, String entry) {
    row.hover();
    row.locator("summary").click();
    row.locator(".menu-items button")
        .filter(new Locator.FilterOptions().setHasText(Pattern.compile("^\\s*" + entry)))
        .click();
  }

  @ParameterizedTest
  @CsvSource({"en,Rename,Pin,Delete,Pinned,Save,Delete", "zh,重命名,置顶,删除,已置顶,保存,删除"})
  void conversationIsRenamedPinnedFoundAndDeleted(
      String language,
      String rename,
      String pin,
      String delete,
      String pinned,
      String save,
      String confirm)
      throws Exception {
    String id = service.ask(HOTELS, null);
    String title = "Zebra " + language + " " + id.substring(0, 8);
    try (PageService.View view = service.view(look(language)).open("#/c/" + id)) {
      Page page = view.page;
      assertThat(page.locator(".answer")).containsText("130 euros");
      choose(page.locator(".history li.current"), rename);
      page.fill("dialog input", title);
      page.locator("dialog .primary").click();
      assertThat(page.locator(".chat-title")).hasText(title);
      choose(menuOf(page, title), pin);
      assertThat(page.locator(".history h2").first()).hasText(pinned);
      // By a word of the answer, which the title does not have.
      page.fill("#conversation-search", "165 euros");
      assertThat(menuOf(page, title).locator(".row-excerpt")).containsText("165 euros");
      page.fill("#conversation-search", "");
      page.reload();
      assertThat(page.locator(".history h2").first()).hasText(pinned);
      assertThat(page.locator(".answer")).containsText("130 euros");
      choose(menuOf(page, title), delete);
      page.locator("dialog .danger").click();
      assertThat(menuOf(page, title)).hasCount(0);
      assertThat(service.get("/api/conversations/" + id).get("status").asInt()).isEqualTo(404);
    }
  }

  @Test
  void questionIsEditedAndAnsweredAnew() throws Exception {
    String id = service.ask("How many days of annual leave do full-time employees have?", null);
    service.ask("And how many of them can be carried over?", id);
    try (PageService.View view = service.view(Look.ENGLISH).open("#/c/" + id)) {
      Page page = view.page;
      assertThat(page.locator(".turn")).hasCount(2);
      page.locator(".turn").first().hover();
      page.locator(".turn").first().locator("[aria-label=Edit]").click();
      page.fill(".question-editor textarea", HOTELS);
      page.press(".question-editor textarea", "Enter");
      assertThat(page.locator(".turn")).hasCount(1);
      assertThat(page.locator(".answer")).containsText("130 euros");
      page.locator("[aria-label='Answer again']").click();
      assertThat(page.locator(".status")).isVisible();
      assertThat(page.locator(".tools")).isVisible();
      assertThat(service.get("/api/conversations/" + id).get("turns")).hasSize(1);
    }
  }

  @ParameterizedTest
  @CsvSource({"md,130 euros", "json,\"question\"", "pdf,%PDF"})
  void conversationIsExported(String format, String holds) throws Exception {
    String id = service.ask(HOTELS, null);
    try (PageService.View view = service.view(Look.ENGLISH).open("#/c/" + id)) {
      Page page = view.page;
      page.locator(".chat-head summary").click();
      Download download =
          page.waitForDownload(
              () -> page.locator(".chat-head .menu-items a[href$='" + format + "']").click());
      assertThat(new String(Files.readAllBytes(download.path()))).contains(holds);
    }
  }

  @ParameterizedTest
  @CsvSource({"en,You are reading a shared", "zh,他人分享"})
  void sharedConversationIsReadByOthersUntilItIsTakenBack(String language, String says)
      throws Exception {
    String id = service.ask(HOTELS, null);
    String link;
    try (PageService.View owner = service.view(look(language)).open("#/c/" + id)) {
      owner.page.locator(".chat-head > button").last().click();
      link = owner.page.inputValue("dialog input");
      try (PageService.View other = service.view(look(language))) {
        other.page.navigate(link);
        assertThat(other.page.locator(".answer")).containsText("130 euros");
        assertThat(other.page.locator(".chat-head .badge")).containsText(says);
        assertThat(other.page.locator(".composer")).hasCount(0);
      }
      owner.page.locator("dialog .dialog-actions button").first().click();
      assertThat(owner.page.locator("dialog")).hasCount(0);
    }
    String token = link.substring(link.lastIndexOf('/') + 1);
    assertThat(service.get("/api/shared/" + token).get("status").asInt()).isEqualTo(404);
  }

  @ParameterizedTest
  @CsvSource({"en,Settings,Short,High", "zh,设置,短,高"})
  void settingsAreSentAndStayWithTheConversation(
      String language, String settings, String length, String effort) {
    try (PageService.View view = service.view(look(language)).open("")) {
      Page page = view.page;
      page.locator(".composer [aria-label=" + settings + "]").click();
      Locator dialog = page.locator("dialog");
      dialog.locator("select[name=assistant]").selectOption("hr");
      dialog
          .locator(".choices .choice")
          .filter(new Locator.FilterOptions().setHasText("hr"))
          .click();
      dialog.locator("select[name=length]").selectOption(new SelectOption().setLabel(length));
      dialog.locator("#temperature").fill("0.5");
      dialog.locator("#topP").fill("0.9");
      dialog.locator("textarea[name=instructions]").fill("In three points, please.");
      dialog.locator("select[name=effort]").selectOption(new SelectOption().setLabel(effort));
      dialog.locator(".choice.block").click();
      dialog.locator(".primary").click();
      // What was chosen before the first question outlives a reload, too.
      page.reload();
      assertThat(page.locator("#assistant")).hasValue("hr");
      page.fill("#question", "How many days of annual leave do full-time employees have?");
      Request asked = page.waitForRequest("**/api/ask", () -> page.click("#send"));
      assertThat(asked.postData())
          .contains("\"assistant\":\"hr\"", "\"collections\":[\"hr\"]", "\"temperature\":0.5")
          .contains("\"maxTokens\":96", "\"topP\":0.9", "\"reasoningEffort\":\"high\"")
          .contains("\"instructions\":\"In three points, please.\"", "\"reasoning\":true");
      assertThat(page.locator(".turn .tools")).isVisible();
      page.waitForURL(Pattern.compile("#/c/"));
      page.waitForTimeout(500);
      page.reload();
      assertThat(page.locator("#assistant")).hasValue("hr");
      page.locator(".composer .dotted").click();
      assertThat(page.locator("dialog #temperature")).hasValue("0.5");
      assertThat(dialog.locator("#topP")).hasValue("0.9");
      assertThat(dialog.locator("textarea")).hasValue("In three points, please.");
      assertThat(dialog.locator("select[name=effort]")).hasValue("high");
      assertThat(dialog.locator(".choice.block input")).isChecked();
      assertThat(dialog.locator("select[name=length]")).hasValue("short");
      page.keyboard().press("Escape");
      // Another conversation begins with the assistant's own.
      page.locator(".sidebar .new").click();
      assertThat(page.locator(".composer .dotted")).hasCount(0);
    }
  }

  @Test
  void languageAndThemeAreKept() {
    try (PageService.View view = service.view(Look.ENGLISH).open("")) {
      Page page = view.page;
      page.click("#language");
      page.selectOption("#theme", "dark");
      page.reload();
      assertThat(page.locator(".welcome h2")).containsText("您想了解什么");
      assertThat(page.locator("html")).hasAttribute("lang", "zh-CN");
      assertThat(page.locator("html")).hasAttribute("data-theme", "dark");
      assertThat((String) page.evaluate("getComputedStyle(document.body).backgroundColor"))
          .isEqualTo("rgb(23, 25, 28)");
    }
  }

  @Test
  void keyboardReachesEverything() {
    try (PageService.View view = service.view(Look.ENGLISH).open("")) {
      Page page = view.page;
      page.locator("h2").first().click();
      page.keyboard().press("?");
      assertThat(page.locator("dialog")).containsText("Keyboard shortcuts");
      page.keyboard().press("Escape");
      page.keyboard().press("Control+k");
      assertThat(page.locator("#conversation-search")).isFocused();
      page.locator("h2").first().click();
      page.keyboard().press("/");
      assertThat(page.locator("#question")).isFocused();
      view.ask(HOTELS);
      page.locator(".answer .cite").first().focus();
      page.keyboard().press("Enter");
      assertThat(page.locator(".panel h2")).isFocused();
      page.keyboard().press("Escape");
      assertThat(page.locator(".panel")).hasCount(0);
      assertThat(page.locator(".answer .cite").first()).isFocused();
    }
  }

  @ParameterizedTest
  @CsvSource({"en,Good answer,Bad answer,Incomplete", "zh,回答很好,回答不好,不完整"})
  void answerIsRatedWithAReason(String language, String good, String bad, String reason)
      throws Exception {
    String comment = "What of trade fairs, asks " + language;
    String id = service.ask(HOTELS, null);
    try (PageService.View view = service.view(look(language)).open("#/c/" + id)) {
      Page page = view.page;
      Locator up = page.locator("[aria-label='" + good + "']");
      Locator down = page.locator("[aria-label='" + bad + "']");
      up.click();
      assertThat(up).hasAttribute("aria-pressed", "true");
      down.click();
      page.locator("dialog .choice").filter(new Locator.FilterOptions().setHasText(reason)).click();
      page.fill("dialog textarea", comment);
      page.locator("dialog .primary").click();
      assertThat(down).hasAttribute("aria-pressed", "true");
      assertThat(up).hasAttribute("aria-pressed", "false");
      page.reload();
      assertThat(down).hasAttribute("aria-pressed", "true");
      assertThat(service.get("/api/admin/feedback?thumb=down").toString())
          .contains("incomplete: " + comment);
      view.open("#/admin/statistics");
      assertThat(page.locator(".chunks")).containsText(reason + ": " + comment);
    }
  }

  @ParameterizedTest
  @CsvSource({"en,Report this document,Out of date", "zh,报告此文档,已过时"})
  void staleDocumentIsReported(String language, String report, String reason) throws Exception {
    String comment = "Old prices, says " + language;
    String id = service.ask(HOTELS, null);
    try (PageService.View view = service.view(look(language)).open("#/c/" + id)) {
      Page page = view.page;
      page.locator(".answer .cite").first().click();
      page.locator(".panel-actions button")
          .filter(new Locator.FilterOptions().setHasText(report))
          .click();
      page.locator("dialog .choice").filter(new Locator.FilterOptions().setHasText(reason)).click();
      page.fill("dialog textarea", comment);
      page.locator("dialog .primary").click();
      assertThat(page.locator(".toast")).isVisible();
      assertThat(service.get("/api/admin/reports").toString())
          .contains(comment, "Travel Policy 2026", "STALE");
      view.open("#/admin/statistics");
      assertThat(page.locator(".chunks")).containsText(comment);
    }
  }
}
