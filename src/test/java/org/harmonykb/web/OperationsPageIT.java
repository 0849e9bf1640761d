package org.harmonykb.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.SelectOption;
import java.util.List;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.harmonykb.Fixtures;
import org.harmonykb.engine.TestAdapters;
import org.harmonykb.web.PageService.Look;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Jobs, index generations, assistants, the model and its adapters, in a browser. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class OperationsPageIT {

  private PageService service;

  @BeforeAll
  void start() throws Exception {
    service = PageService.get();
    service.ask("What is the hotel limit per night in Germany?", null); // to compare indexes by
    TestAdapters.writeGguf(
        service.adapters.resolve("tone.gguf"),
        "llama",
        8,
        TestAdapters.random(
            Fixtures.smolLm2(), 4, 0.2, 7, List.of("blk.3.attn_v.weight", "blk.9.attn_v.weight")));
  }

  private static Look look(String language) {
    return language.equals("zh") ? Look.CHINESE : Look.ENGLISH;
  }

  private static Locator row(Page page, String text) {
    return page.locator(".data tbody tr").filter(new Locator.FilterOptions().setHasText(text));
  }

  @ParameterizedTest
  @CsvSource({
    "en,Rebuild index,Done,Same first passage,Back to the previous,live,next",
    "zh,重建索引,完成,首个段落相同,回到上一代,使用中,下次"
  })
  void indexIsRebuiltComparedAndRolledBack(
      String language, String kind, String done, String same, String back, String live, String next)
      throws Exception {
    int before = liveGeneration();
    try (PageService.View view = service.view(look(language)).open("#/admin/jobs")) {
      Page page = view.page;
      assertThat(page.locator(".facts-list").last()).containsText(next);
      assertThat(page.locator(".data tbody tr").first()).isVisible();
      page.locator(".chat-head button").last().click();
      // The list's first row may still be the job of the language before.
      Awaitility.await("the new generation is live").until(() -> liveGeneration() > before);
      Locator job = row(page, kind).first();
      assertThat(job.locator(".badge.good")).hasText(done);
      assertThat(job.locator("progress")).isVisible();
      job.locator("summary").first().click();
      assertThat(job.locator(".facts")).containsText(same);
      assertThat(job.locator(".facts")).containsText(Pattern.compile("\\d %"));
      page.locator(".facts-list")
          .first()
          .locator("button")
          .filter(new Locator.FilterOptions().setHasText(back))
          .click();
      assertThat(
              page.locator(".facts-list")
                  .first()
                  .locator("li")
                  .filter(new Locator.FilterOptions().setHasText(live)))
          .containsText(" " + before + " ");
      assertThat(liveGeneration()).isEqualTo(before);
    }
  }

  private int liveGeneration() throws Exception {
    for (JsonNode generation : service.get("/api/admin/index")) {
      if (generation.get("state").asString().equals("LIVE")) {
        return generation.get("number").asInt();
      }
    }
    throw new AssertionError("no live generation");
  }

  /** An evaluation is long enough to be followed and stopped. */
  @ParameterizedTest
  @CsvSource({"en,Evaluate,Running,Cancelled", "zh,评估,运行中,已取消"})
  void longJobIsFollowedAndCancelled(
      String language, String kind, String running, String cancelled) {
    try (PageService.View view = service.view(look(language)).open("#/admin/statistics")) {
      Page page = view.page;
      page.click("#evaluate");
      view.open("#/admin/jobs");
      Locator job = row(page, kind).first();
      assertThat(job.locator(".badge.accent")).hasText(running);
      assertThat(job).containsText(Pattern.compile("[1-9]\\d* / \\d+"));
      job.locator(".row-tools button").click();
      assertThat(job.locator(".badge").first()).hasText(cancelled);
      assertThat(job.locator(".row-tools button")).isVisible(); // to try again
      view.open("#/admin/statistics");
      assertThat(row(page, "corpus").first()).containsText(cancelled);
    }
  }

  @ParameterizedTest
  @CsvSource({"en,Products,Goods,This cannot be saved,Restore,Version", "zh,产品,商品,无法保存,恢复,版本"})
  void assistantIsEditedPreviewedAndRolledBack(
      String language, String title, String other, String refused, String restore, String version) {
    try (PageService.View view = service.view(look(language)).open("#/admin/assistants")) {
      Page page = view.page;
      assertThat(page.locator(".cards-grid")).containsText(title);
      page.locator(".cards-grid a[href$='/product']").click();
      String yaml = page.locator("textarea.code").inputValue();
      page.locator("textarea.code").fill("title: nothing more");
      page.locator("form.card .primary").click();
      assertThat(page.locator(".problem")).containsText(refused);
      page.locator("textarea.code").fill(yaml.replace(title, other));
      page.locator(".inline-form button").click();
      assertThat(page.locator(".prompt pre")).containsText("<|im_start|>");
      page.locator("form.card .primary").click();
      assertThat(page.locator("form.card h2")).containsText(other);
      assertThat(page.locator("form.card h2 .badge")).containsText(version);
      Locator original = page.locator(".revisions li").last();
      original.locator("button").filter(new Locator.FilterOptions().setHasText(restore)).click();
      assertThat(page.locator("form.card h2")).containsText(title);
      view.open("#/admin/assistants");
      assertThat(page.locator(".cards-grid")).containsText(title);
    }
  }

  @ParameterizedTest
  @CsvSource({"en,Prefill,Settings", "zh,读取,设置"})
  void modelIsMeasuredAndAnAdapterComesAndGoes(String language, String prefill, String settings) {
    String name = "tone-" + language;
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
      page.fill("input[name=name]", name);
      page.fill("input[name=path]", "tone.gguf");
      page.locator(".inline-form .primary").click();
      assertThat(row(page, name)).containsText("tone.gguf");
      view.open("");
      page.reload();
      page.locator(".composer [aria-label=" + settings + "]").click();
      page.locator("dialog select[name=adapter]").selectOption(new SelectOption().setLabel(name));
      page.locator("dialog .primary").click();
      view.ask("What is the hotel limit per night in Germany?");
      assertThat(page.locator(".answer")).containsText("130 euros");
      view.open("#/admin/models");
      row(page, name).locator("button").click();
      page.locator("dialog .danger").click();
      assertThat(row(page, name)).hasCount(0);
    }
  }
}
