package org.harmonykb.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.harmonykb.answering.Answerer;
import org.harmonykb.answering.StandaloneAnswerer;
import org.harmonykb.retrieval.OnnxEmbedder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AnswerEvaluationTest {

  @TempDir Path folder = Path.of("");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "You have 28 days of leave. [1] | 28 days | true",
        "You have 128 days of leave. | 28 days | false",
        "Up to 1,200 euros | 1200 euros | true",
        "加班费按百分之一百五十支付 | 150% | true",
        "每班６０元。[2] | 每班60元 | true",
        "年假为十二天 | 12天 | true",
        "An increase of 125 percent | 125% | true",
        "> in the EIGHTEENTH century [1] | 'eighteenth century,' | true",
        "through it | HR | false",
        "《知音漫客》的创刊号 | 知音漫客 | true",
      })
  void factIsFoundHoweverItIsWritten(String text, String fact, boolean found) {
    assertThat(FactMatcher.holds(text, fact)).isEqualTo(found);
  }

  @Test
  void marksOfQuotesAndCitationsDoNotPartAFact() {
    assertThat(FactMatcher.holds("> One part. [1]\n\n> Another part. [2]", "part. Another"))
        .isTrue();
  }

  @Test
  void figuresOfATinySetAreThoseCountedByHand() {
    AnswerMetrics metrics = new AnswerMetrics();
    //                 answerable refused found cited right recall sentences unsupported
    metrics.add(judged(true, false, 1, 1, 1, 1, 2, 0, 10));
    metrics.add(judged(true, false, 0.5, 3, 1, 1, 2, 1, 20));
    metrics.add(judged(true, true, 0, 0, 0, 0, 0, 0, 30));
    metrics.add(judged(false, true, 0, 0, 0, 0, 0, 0, 40));
    metrics.add(judged(false, false, 0, 2, 0, 0, 1, 0, 50));
    Map<String, Object> summary = metrics.summary("extractive");
    assertThat(summary)
        .containsEntry("completeness", 0.5)
        .containsEntry("citation_precision", 0.5)
        .containsEntry("citation_recall", 0.6667)
        .containsEntry("unsupported_rate", 0.2)
        .containsEntry("refusal_precision", 0.5)
        .containsEntry("refusal_recall", 0.5)
        .containsEntry("completeness_answered", 0.75)
        .containsEntry("ttft_ms_p50", 20.0)
        .containsEntry("total_ms_p50", 30.0)
        .containsEntry("total_ms_p95", 50.0);
    assertThat(summary.keySet())
        .startsWith(
            "mode",
            "completeness",
            "citation_precision",
            "citation_recall",
            "unsupported_rate",
            "refusal_precision",
            "refusal_recall",
            "ttft_ms_p50",
            "total_ms_p50");
  }

  @Test
  void refusalThatWasNeverMadeIsNotPrecise() {
    AnswerMetrics metrics = new AnswerMetrics();
    metrics.add(judged(false, false, 0, 1, 0, 0, 1, 0, 1));
    assertThat(metrics.summary("x"))
        .containsEntry("refusal_precision", 0.0)
        .containsEntry("refusal_recall", 0.0)
        .containsEntry("completeness", null);
  }

  @Test
  void setWithPassagesIsAnsweredFromExactlyThose() throws IOException {
    Path set = folder.resolve("set.jsonl");
    Files.writeString(
        set,
        """
        {"id":"a","question":"How high is the bonus for night shifts?","answers":["75 euros"],"answerable":true,"passages":[{"id":"p1","title":"Shifts","text":"Night shifts start at 22:00. The bonus for night shifts is 75 euros."},{"id":"p2","title":"Bikes","text":"Company bikes are ordered in spring."}]}
        {"id":"b","question":"夜班津贴是多少？","answers":["每班60元"],"answerable":true,"passages":[{"id":"p3","title":"倒班","text":"夜班从22点开始。夜班津贴每班60元。"}]}
        {"id":"c","question":"Who won the chess tournament in Nairobi?","answers":[],"answerable":false,"passages":[{"id":"p2","title":"Bikes","text":"Company bikes are ordered in spring."}]}
        """);
    List<Map<String, Object>> traces = new ArrayList<>();
    Map<String, Object> result;
    try (OnnxEmbedder embedder = new OnnxEmbedder();
        StandaloneAnswerer standalone = new StandaloneAnswerer(embedder, null)) {
      result =
          new AnswerEvaluation(standalone.answerer(), null, Answerer.Mode.EXTRACTIVE)
              .run(AnswerEvaluation.read(set), 2, _ -> {}, traces::add);
    }
    assertThat(result)
        .containsEntry("mode", "extractive")
        .containsEntry("completeness", 1.0)
        .containsEntry("citation_precision", 1.0)
        .containsEntry("citation_recall", 1.0)
        .containsEntry("unsupported_rate", 0.0)
        .containsEntry("refusal_precision", 1.0)
        .containsEntry("refusal_recall", 1.0);
    assertThat(String.valueOf(traces.get(1).get("answer"))).endsWith("[1]");
  }

  @Test
  void brokenLineIsNamed() throws IOException {
    Path set = folder.resolve("bad.jsonl");
    Files.writeString(set, "{\"question\":\"a\"}\n{\"question\":");
    assertThatThrownBy(() -> AnswerEvaluation.read(set)).hasMessageContaining("line 2");
  }

  private static AnswerMetrics.Judged judged(
      boolean answerable,
      boolean refused,
      double found,
      int citations,
      int right,
      double recall,
      int sentences,
      int unsupported,
      double ms) {
    return new AnswerMetrics.Judged(
        answerable,
        refused,
        found,
        citations,
        right,
        recall,
        sentences,
        unsupported,
        false,
        false,
        ms,
        ms,
        0,
        0,
        0,
        100);
  }
}
