package org.harmonykb.conversations;

import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What stored answers tell about the service; deleted conversations no longer count. */
@Service
public class AnswerStatistics {

  private static final int UNANSWERED = 50;

  private final JdbcClient database;
  private final JsonMapper json;
  private final Clock clock;

  AnswerStatistics(JdbcClient database, JsonMapper json, Clock clock) {
    this.database = database;
    this.json = json;
    this.clock = clock;
  }

  /**
   * Figures of some answers. Times are milliseconds from question to answer; percentiles are of all
   * answers, quotes and refusals too.
   *
   * @param tokensPerSecond tokens written by the time it took to write them, 0 if none were
   */
  public record Figures(
      int questions,
      int refused,
      double medianMs,
      double p95Ms,
      double firstTokenMedianMs,
      double firstTokenP95Ms,
      long promptTokens,
      long cachedTokens,
      long completionTokens,
      double tokensPerSecond) {}

  /** A day in the service's time zone. */
  public record Day(LocalDate day, Figures figures) {}

  /** A question that was refused, however it was written. */
  public record Unanswered(String question, int times, Instant lastAsked) {}

  public record Report(
      LocalDate from, LocalDate to, Figures total, List<Day> days, List<Unanswered> unanswered) {}

  /** The last days, today included; each has its place, also one without questions. */
  public Report ofLastDays(int count) {
    ZoneId zone = clock.getZone();
    LocalDate today = LocalDate.now(clock);
    LocalDate first = today.minusDays(count - 1L);
    Gathered total = new Gathered();
    Map<LocalDate, Gathered> days = new TreeMap<>();
    first.datesUntil(today.plusDays(1)).forEach(day -> days.put(day, new Gathered()));
    Map<String, Unanswered> unanswered = new HashMap<>();
    database
        .sql(
            "select question, result, created_at from turn where created_at >= ? order by"
                + " created_at")
        .param(first.atStartOfDay(zone).toInstant().atOffset(ZoneOffset.UTC))
        .query(
            row -> {
              Instant at = row.getObject("created_at", OffsetDateTime.class).toInstant();
              JsonNode answer = json.readTree(row.getString("result"));
              total.add(answer);
              days.computeIfAbsent(LocalDate.ofInstant(at, zone), day -> new Gathered())
                  .add(answer);
              if (answer.path("refused").asBoolean(false)) {
                String question = row.getString("question").strip();
                unanswered.merge(
                    question.toLowerCase(Locale.ROOT),
                    new Unanswered(question, 1, at),
                    (was, now) -> new Unanswered(now.question, was.times + 1, now.lastAsked));
              }
            });
    return new Report(
        first,
        today,
        total.figures(),
        days.entrySet().stream().map(d -> new Day(d.getKey(), d.getValue().figures())).toList(),
        unanswered.values().stream()
            .sorted(
                Comparator.comparingInt(Unanswered::times)
                    .thenComparing(Unanswered::lastAsked)
                    .reversed())
            .limit(UNANSWERED)
            .toList());
  }

  /** Adds answers up. */
  private static final class Gathered {
    private int refused;
    private long promptTokens;
    private long cachedTokens;
    private long completionTokens;
    private double writingMs;
    private final List<Double> totals = new ArrayList<>();
    private final List<Double> firstTokens = new ArrayList<>();

    void add(JsonNode answer) {
      JsonNode timings = answer.path("timings");
      JsonNode usage = answer.path("usage");
      double total = timings.path("totalMs").asDouble(0);
      double firstToken = timings.path("firstTokenMs").asDouble(0);
      int written = usage.path("completion_tokens").asInt(0);
      totals.add(total);
      firstTokens.add(firstToken);
      refused += answer.path("refused").asBoolean(false) ? 1 : 0;
      promptTokens += usage.path("prompt_tokens").asLong(0);
      cachedTokens += usage.path("cached_tokens").asLong(0);
      completionTokens += written;
      writingMs += written > 1 ? Math.max(0, total - firstToken) : 0;
    }

    Figures figures() {
      return new Figures(
          totals.size(),
          refused,
          percentile(totals, 0.5),
          percentile(totals, 0.95),
          percentile(firstTokens, 0.5),
          percentile(firstTokens, 0.95),
          promptTokens,
          cachedTokens,
          completionTokens,
          writingMs == 0 ? 0 : Math.round(completionTokens / writingMs * 10_000) / 10.0);
    }

    private static double percentile(List<Double> values, double share) {
      List<Double> sorted = values.stream().sorted().toList();
      return sorted.isEmpty()
          ? 0
          : sorted.get((int) Math.min(sorted.size() - 1L, Math.round(share * (sorted.size() - 1))));
    }
  }
}
