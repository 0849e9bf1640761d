package org.harmonykb.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.FilePayload;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import org.harmonykb.web.PageService.Look;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The administration, in a browser. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class AdminPageIT {

  private PageService service;

  @BeforeAll
  void start() throws Exception {
    service = PageService.get();
  }

  private static Look look(String language) {
    return language.equals("zh") ? Look.CHINESE : Look.ENGLISH;
  }

  private static FilePayload file(String name, String content) {
    return new FilePayload(
        name, "application/octet-stream", content.getBytes(StandardCharsets.UTF_8));
  }

  private static Locator row(Page page, String text) {
    return page.locator(".data tbody tr").filter(new Locator.FilterOptions().setHasText(text));
  }

  @ParameterizedTest
  @CsvSource({"en,Searchable,Refused,Rejected", "zh,可检索,被拒绝,已拒绝"})
  void filesAreTakenInLookedAtAndDeleted(
      String language, String searchable, String refused, String rejected) {
    String collection = "browser-" + language;
    try (PageService.View view = service.view(look(language)).open("#/admin/documents")) {
      Page page = view.page;
      page.fill("input[name=collection]", collection);
      page.setInputFiles(
          "#files",
          new FilePayload[] {
            file(
                "lamps-" + language + ".md",
                "# Lamps " + language + "\n\nA lamp takes 7 watts.\n\n## Care\n\nDust it."),
            file("program.exe", "MZ\u0000\u0000\u0001"),
            file("broken-" + language + ".pdf", "%PDF-1.7 and nothing more")
          });
      Locator uploads = page.locator(".uploads");
      assertThat(uploads).containsText(refused);
      assertThat(uploads.locator(".upload-reason")).containsText("program.exe");
      assertThat(row(page, "Lamps " + language)).containsText(searchable);
      Locator broken = row(page, "broken-" + language);
      assertThat(broken).containsText(rejected);
      assertThat(broken.locator(".reason")).not().isEmpty();
      page.locator(".filters select").last().selectOption(collection);
      page.locator(".filters select").first().selectOption("SEARCHABLE");
      assertThat(page.locator(".data tbody tr")).hasCount(1);
      page.locator(".main-cell a").click();
      assertThat(page.locator(".chunks")).containsText("7 watts");
      assertThat(page.locator(".facts")).containsText(collection);
      page.locator(".card .danger-text").click();
      page.locator("dialog .danger").click();
      assertThat(page.locator(".drop")).isVisible();
      assertThat(row(page, "Lamps " + language)).hasCount(0);
    }
  }

  @ParameterizedTest
  @CsvSource({"en,Rebuild index,Done", "zh,重建索引,完成"})
  void reindexIsStartedAndFollowed(String language, String kind, String done) {
    try (PageService.View view = service.view(look(language)).open("#/admin/jobs")) {
      Page page = view.page;
      assertThat(page.locator(".data tbody tr").first()).isVisible();
      page.locator(".chat-head button").last().click();
      Locator job = row(page, kind).first();
      assertThat(job).isVisible();
      assertThat(job).containsText(done);
      assertThat(job.locator("progress")).isVisible();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "en,hotel limit in Germany,Travel Policy 2026,in the prompt",
    "zh,苏州的年休假最多可以结转几天？,苏州,进入提示词"
  })
  void searchLabShowsBothArms(String language, String question, String title, String verdict) {
    try (PageService.View view = service.view(look(language)).open("#/admin/lab")) {
      Page page = view.page;
      page.fill("input[name=question]", question);
      page.locator(".lab-form .primary").click();
      Locator found =
          row(page, title).filter(new Locator.FilterOptions().setHasText(verdict)).first();
      assertThat(found).isVisible();
      // Ranks and scores of words and of meaning.
      assertThat(found.locator("td").nth(2)).not().hasText("–");
      assertThat(found.locator("td").nth(3)).not().hasText("–");
      assertThat(found.locator("td").nth(4).locator(".badge").first()).isVisible();
    }
  }

  @ParameterizedTest
  @CsvSource({"en,No-answer rate,Top unanswered", "zh,无答案率,最常见的未回答"})
  void statisticsCountQuestionsAndWhatWasNotAnswered(
      String language, String rate, String unanswered) throws Exception {
    String pets = "Which pets may I bring to the canteen on Fridays, " + language + "?";
    service.ask(pets, null);
    service.ask("What is the hotel limit per night in Germany?", null);
    try (PageService.View view = service.view(look(language)).open("#/admin/statistics")) {
      Page page = view.page;
      assertThat(page.locator(".figures")).containsText(rate);
      assertThat(page.locator(".chart canvas")).hasCount(4);
      assertThat(page.locator(".admin-body")).containsText(unanswered);
      assertThat(row(page, pets)).isVisible();
      Download csv = page.waitForDownload(() -> page.locator(".chat-head a[download]").click());
      assertThat(Files.readString(csv.path()))
          .startsWith("day,questions,refused")
          .contains("\r\n20");
    }
  }

  @ParameterizedTest
  @CsvSource({"en,Prefill", "zh,读取"})
  void modelIsShownAndMeasured(String language, String prefill) {
    try (PageService.View view = service.view(look(language)).open("#/admin/models")) {
      Page page = view.page;
      assertThat(page.locator(".facts")).containsText("134,515,008");
      assertThat(page.locator(".facts")).containsText("Q4_1");
      page.locator(".card button").first().click();
      assertThat(page.locator(".facts")).containsText(prefill);
      page.fill("input[name=name]", "nope");
      page.fill("input[name=path]", "../nope.gguf");
      page.locator(".inline-form .primary").click();
      assertThat(page.locator(".toast.bad")).isVisible();
    }
  }

  @Test
  void assistantsAreListed() {
    try (PageService.View view = service.view(Look.ENGLISH).open("#/admin/assistants")) {
      assertThat(view.page.locator(".cards-grid .card")).not().hasCount(0);
      assertThat(view.page.locator(".cards-grid")).containsText("Human resources");
    }
  }
}
