package org.harmonykb.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import java.nio.file.Path;
import java.util.Map;
import org.harmonykb.web.PageService.Look;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** People, their groups and keys, and what the page shows to whom, in a browser. */
@ExtendWith(OutputCaptureExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class PeoplePageIT {

  private PageService browser;
  private LocalService service;

  @BeforeAll
  void start(@TempDir Path data, CapturedOutput log) throws Exception {
    browser = PageService.get();
    service = new LocalService(data, log, "--kb.model.path=none");
    LocalService.searchable(
        service.admin(),
        "badge.md",
        "# Badge\n\nA badge is 5 cm wide.",
        Map.of("collection", "hq"));
  }

  @AfterAll
  void stop() {
    if (service != null) {
      service.close();
    }
  }

  private static Look look(String language) {
    return language.equals("zh") ? Look.CHINESE : Look.ENGLISH;
  }

  private PageService.View signedIn(Look look, String name) {
    PageService.View view = browser.view(look, service.port());
    Page page = view.page;
    page.navigate("http://localhost:" + service.port() + "/login.html");
    page.fill("#name", name);
    page.fill("#password", LocalService.PASSWORD);
    view.screenshot("login-" + look.language());
    page.locator("#form button").click();
    page.waitForSelector("html[data-ready]");
    return view;
  }

  private static Locator row(Page page, String text) {
    return page.locator(".data tbody tr").filter(new Locator.FilterOptions().setHasText(text));
  }

  private static void tab(Page page, String name) {
    page.click("#tab-" + name);
    assertThat(page.locator("#tab-" + name)).hasAttribute("aria-selected", "true");
  }

  private static void save(Page page) {
    page.locator("dialog .primary").click();
    assertThat(page.locator("dialog")).hasCount(0);
  }

  @ParameterizedTest
  @CsvSource({"en,ann,Editor,Active,Disabled", "zh,bao,编辑,有效,停用"})
  void userIsAddedChangedAndDeleted(
      String language, String name, String editor, String active, String disabled) {
    try (PageService.View view = signedIn(look(language), "admin").open("#/admin/people")) {
      Page page = view.page;
      assertThat(row(page, "admin")).isVisible();
      page.locator("#tab-panel .panel-actions button").click();
      page.fill("dialog input[name=name]", name);
      page.fill("dialog input[name=password]", LocalService.PASSWORD);
      page.fill("dialog input[name=groups]", "guards, cooks");
      save(page);
      assertThat(row(page, name)).containsText("guards");
      assertThat(row(page, name)).containsText(active);
      view.screenshot("people-" + language);
      try (PageService.View own = signedIn(look(language), name)) {
        // A reader has no administration.
        assertThat(own.page.locator(".welcome")).isVisible();
        assertThat(own.page.locator("a[href='#/admin/documents']")).hasCount(0);
      }
      row(page, name).locator("button").first().click();
      page.locator("dialog input[value=EDITOR]").check();
      page.locator("dialog input[name=enabled]").uncheck();
      save(page);
      assertThat(row(page, name)).containsText(editor);
      assertThat(row(page, name)).containsText(disabled);
      row(page, name).locator("button").last().click();
      page.locator("dialog .danger").click();
      assertThat(row(page, name)).hasCount(0);
    }
  }

  @ParameterizedTest
  @CsvSource({"en,everybody,PUT", "zh,所有人,PUT"})
  void collectionIsClosedToAGroupAndTheAuditLogTellsWho(
      String language, String everybody, String change) {
    try (PageService.View view = signedIn(look(language), "admin").open("#/admin/people")) {
      Page page = view.page;
      tab(page, "groups");
      assertThat(row(page, "hq")).containsText(everybody);
      row(page, "hq").locator("button").click();
      page.fill("dialog input[name=groups]", "guards");
      save(page);
      assertThat(row(page, "hq")).containsText("guards");
      row(page, "hq").locator("button").click();
      page.fill("dialog input[name=groups]", "");
      save(page);
      assertThat(row(page, "hq")).containsText(everybody);
      tab(page, "audit");
      Locator event = row(page, "/api/admin/collections/hq").first();
      assertThat(event).containsText("admin");
      assertThat(event).containsText(change);
      view.screenshot("audit-" + language);
    }
  }

  @ParameterizedTest
  @CsvSource({"en,Ask", "zh,提问"})
  void keyIsShownOnceWorksAndIsRevoked(String language, String scope) throws Exception {
    String name = "script " + language;
    try (PageService.View view = signedIn(look(language), "admin").open("#/admin/people")) {
      Page page = view.page;
      tab(page, "keys");
      page.locator("#tab-panel .panel-actions button").click();
      page.fill("dialog input[name=name]", name);
      page.locator("dialog .primary").click();
      String secret = page.locator("dialog .secret").innerText();
      page.locator("dialog .primary").click();
      assertThat(row(page, name)).containsText(scope);
      Person script = new Person(service.port(), secret);
      assertThat(script.get("/api/conversations").status()).isEqualTo(200);
      assertThat(script.get("/api/admin/users").status()).isEqualTo(403);
      row(page, name).locator("button").click();
      assertThat(row(page, name)).hasCount(0);
      assertThat(script.get("/api/conversations").status()).isEqualTo(401);
      assertThat(page.content()).doesNotContain(secret);
    }
  }

  @Test
  void wrongPasswordIsToldAndSignOutLeadsBack() {
    try (PageService.View view = signedIn(Look.ENGLISH, "admin")) {
      Page page = view.page;
      page.locator(".sidebar-foot button")
          .filter(new Locator.FilterOptions().setHasText("Sign out"))
          .click();
      page.waitForURL("**/login.html");
      page.fill("#name", "admin");
      page.fill("#password", "not the password");
      page.locator("#form button").click();
      assertThat(page.locator("#problem")).not().isEmpty();
    }
  }
}
