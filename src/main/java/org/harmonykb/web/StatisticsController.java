package org.harmonykb.web;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Locale;
import org.harmonykb.answering.LanguageModel;
import org.harmonykb.conversations.AnswerStatistics;
import org.harmonykb.conversations.AnswerStatistics.Day;
import org.harmonykb.conversations.AnswerStatistics.Figures;
import org.harmonykb.engine.EngineStatus;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Figures of stored answers and of the running engine. */
@RestController
@RequestMapping("/api/admin/statistics")
class StatisticsController {

  private static final int MOST_DAYS = 366;

  private final AnswerStatistics statistics;
  private final LanguageModel model;

  StatisticsController(AnswerStatistics statistics, LanguageModel model) {
    this.statistics = statistics;
    this.model = model;
  }

  /** Bytes of the Java heap. */
  record Memory(long heapUsed, long heapMax) {}

  /**
   * @param engine counters since start, or null without a model
   */
  record Statistics(
      AnswerStatistics.Report answers, @Nullable EngineStatus engine, Memory memory) {}

  @GetMapping
  Statistics statistics(@RequestParam(defaultValue = "30") int days) {
    LanguageModel.Loaded loaded = model.loaded();
    var heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
    return new Statistics(
        report(days),
        loaded == null ? null : loaded.engine().status(),
        new Memory(heap.getUsed(), heap.getMax()));
  }

  /** The days as a table for spreadsheets. */
  @GetMapping(path = "/days.csv", produces = "text/csv;charset=UTF-8")
  ResponseEntity<String> days(@RequestParam(defaultValue = "30") int days) {
    StringBuilder csv =
        new StringBuilder(
            "day,questions,refused,median_ms,p95_ms,first_token_median_ms,first_token_p95_ms,prompt_tokens,cached_tokens,completion_tokens,tokens_per_second\r\n");
    for (Day day : report(days).days()) {
      Figures f = day.figures();
      csv.append(
          String.format(
              Locale.ROOT,
              "%s,%d,%d,%.0f,%.0f,%.0f,%.0f,%d,%d,%d,%.1f\r\n",
              day.day(),
              f.questions(),
              f.refused(),
              f.medianMs(),
              f.p95Ms(),
              f.firstTokenMedianMs(),
              f.firstTokenP95Ms(),
              f.promptTokens(),
              f.cachedTokens(),
              f.completionTokens(),
              f.tokensPerSecond()));
    }
    return csv("statistics.csv", csv);
  }

  /** What was not answered, as a table for spreadsheets. */
  @GetMapping(path = "/unanswered.csv", produces = "text/csv;charset=UTF-8")
  ResponseEntity<String> unanswered(@RequestParam(defaultValue = "30") int days) {
    StringBuilder csv = new StringBuilder("question,times,last_asked\r\n");
    List<AnswerStatistics.Unanswered> all = report(days).unanswered();
    for (AnswerStatistics.Unanswered question : all) {
      csv.append(cell(question.question()))
          .append(',')
          .append(question.times())
          .append(',')
          .append(question.lastAsked())
          .append("\r\n");
    }
    return csv("unanswered.csv", csv);
  }

  private AnswerStatistics.Report report(int days) {
    if (days < 1 || days > MOST_DAYS) {
      throw new IllegalArgumentException("days must be 1 to " + MOST_DAYS);
    }
    return statistics.ofLastDays(days);
  }

  private static ResponseEntity<String> csv(String name, StringBuilder csv) {
    return ResponseEntity.ok()
        .contentType(MediaType.parseMediaType("text/csv;charset=UTF-8"))
        .header(HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=\"" + name + "\"")
        .body(csv.toString());
  }

  /** A spreadsheet must not take what somebody asked for a formula. */
  private static String cell(String text) {
    String safe = text.matches("(?s)^[=+\\-@\\t\\r].*") ? "'" + text : text;
    return "\"" + safe.replace("\"", "\"\"") + "\"";
  }
}
