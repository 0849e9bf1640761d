package org.harmonykb.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.BoundingBox;
import com.microsoft.playwright.options.FilePayload;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.harmonykb.web.PageService.Look;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The administration, in a browser. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class AdminPageIT {

  @TempDir static Path data;

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

  /** As a file manager drops it: Chromium reads the folder itself. */
  @ParameterizedTest
  @CsvSource({"en,2 of 2 files accepted", "zh,2 个文件中已接收 2 个"})
  void droppedFolderIsTakenInFileByFile(String language, String says) throws Exception {
    Path folder = data.resolve(language + "/drop");
    Files.createDirectories(folder.resolve("deep"));
    Files.writeString(folder.resolve("outer.md"), "# Outer " + language + "\n\nA first rule.");
    Files.writeString(
        folder.resolve("deep/inner.md"), "# Inner " + language + "\n\nA second rule.");
    try (PageService.View view = service.view(look(language)).open("#/admin/documents")) {
      Page page = view.page;
      page.fill("input[name=collection]", "dropped-" + language);
      page.fill("input[name=allow]", "board");
      drop(page, folder);
      assertThat(page.locator(".uploads")).containsText(says);
      assertThat(page.locator(".uploads")).containsText("drop/deep/inner.md");
      assertThat(row(page, "dropped-" + language + "/drop/outer.md")).isVisible();
      row(page, "Inner " + language).locator(".main-cell a").click();
      assertThat(page.locator(".facts")).containsText("board");
    }
  }

  private static void drop(Page page, Path folder) {
    BoundingBox box = page.locator(".drop").boundingBox();
    JsonObject drag = new JsonObject();
    drag.add("items", new JsonArray());
    JsonArray files = new JsonArray();
    files.add(folder.toString());
    drag.add("files", files);
    drag.addProperty("dragOperationsMask", 1);
    CDPSession session = page.context().newCDPSession(page);
    for (String type : List.of("dragEnter", "dragOver", "drop")) {
      JsonObject event = new JsonObject();
      event.addProperty("type", type);
      event.addProperty("x", box.x + box.width / 2);
      event.addProperty("y", box.y + 20);
      event.add("data", drag);
      session.send("Input.dispatchDragEvent", event);
    }
  }

  @ParameterizedTest
  @CsvSource({"en,Compare,current,Read again,revision", "zh,比较,当前,重新读取,版本"})
  void revisionsAreComparedAndBrokenOnesReadAgain(
      String language, String compare, String current, String again, String revision) {
    String name = "ferry-" + language + ".md";
    try (PageService.View view = service.view(look(language)).open("#/admin/documents")) {
      Page page = view.page;
      page.fill("input[name=collection]", "revised-" + language);
      page.setInputFiles("#files", file(name, "# Ferry\n\nIt leaves at 6.\n\nIt takes cars."));
      assertThat(row(page, name).locator(".badge.good")).isVisible();
      page.setInputFiles("#files", file(name, "# Ferry\n\nIt leaves at 7.\n\nIt takes cars."));
      assertThat(row(page, name)).containsText(revision + " 2");
      assertThat(row(page, name).locator(".badge.good")).isVisible();
      row(page, name).locator(".main-cell a").click();
      Locator revisions = page.locator(".revisions li");
      assertThat(revisions).hasCount(2);
      assertThat(revisions.first()).containsText(current);
      assertThat(revisions.last().locator("a")).hasAttribute("download", name);
      assertThat(revisions.first().locator("button")).hasText(compare);
      revisions.first().locator("button").click();
      assertThat(page.locator(".diff-out")).hasText("It leaves at 6.");
      assertThat(page.locator(".diff-in")).hasText("It leaves at 7.");
      page.click("#revise");
      page.fill("dialog input[name=groups]", "sailors");
      page.locator("dialog .primary").click();
      assertThat(page.locator(".facts").first()).containsText("sailors");
      assertThat(revisions).hasCount(2);
      page.click("#revise");
      page.setInputFiles(
          "dialog input[name=file]", file(name, "# Ferry\n\nIt leaves at 8.\n\nIt takes cars."));
      page.locator("dialog .primary").click();
      assertThat(revisions).hasCount(3);
      assertThat(page.locator(".facts").first()).containsText("sailors");
      view.open("#/admin/documents");
      page.setInputFiles("#files", file("torn-" + language + ".pdf", "%PDF-1.7 and no more"));
      Locator torn = row(page, "torn-" + language);
      assertThat(torn.locator(".reason")).not().isEmpty();
      page.waitForResponse(
          response -> response.url().endsWith("/retry") && response.status() == 202,
          () -> torn.locator("[aria-label^='" + again + "']").click());
      assertThat(torn.locator(".badge.bad")).isVisible();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "en,hotel limit in Germany,Travel Policy 2026,in the prompt,Filters applied",
    "zh,苏州的年休假最多可以结转几天？,苏州,进入提示词,已用筛选"
  })
  void searchLabShowsBothArmsAndThePrompt(
      String language, String question, String title, String verdict, String applied) {
    try (PageService.View view = service.view(look(language)).open("#/admin/lab")) {
      Page page = view.page;
      page.fill("input[name=question]", question);
      page.locator(".lab-form .primary").click();
      assertThat(page.locator(".facts.card")).containsText(applied);
      Locator found =
          row(page, title).filter(new Locator.FilterOptions().setHasText(verdict)).first();
      assertThat(found).isVisible();
      // Ranks and scores of words and of meaning.
      assertThat(found.locator("td").nth(2)).not().hasText("–");
      assertThat(found.locator("td").nth(3)).not().hasText("–");
      assertThat(found.locator("td").nth(4).locator(".badge").first()).isVisible();
      assertThat(page.locator(".prompt pre")).containsText("<|im_start|>user");
      assertThat(page.locator(".prompt pre")).containsText(question);
      assertThat(page.locator(".prompt .facts")).containsText(Pattern.compile("\\d\\d"));
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
}
