package org.harmonykb.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Grafana's dashboard asks for is there after one question, and readiness says why. */
class MetricsIT {

  private static final Pattern NAME = Pattern.compile("\\bkb_\\w+");

  @Test
  void dashboardAsksForMetricsThatThereAre(@TempDir Path data) throws Exception {
    try (RunningService service = new RunningService(data)) {
      String text = "# Ferry\n\nThe first ferry leaves at 7:25 from the north pier.";
      service.ingest("ferry.md", text.getBytes(StandardCharsets.UTF_8));
      service.ask("When does the first ferry leave?");
      Set<String> wanted = names(Files.readString(Path.of("k8s/monitoring/dashboard.json")));
      assertThat(wanted).hasSizeGreaterThan(10);
      Awaitility.await()
          .atMost(Duration.ofMinutes(1))
          .untilAsserted(
              () -> {
                String metrics = service.get("/actuator/prometheus").text();
                assertThat(names(metrics)).containsAll(wanted);
                assertThat(metrics).contains("kb_documents{state=\"SEARCHABLE\"} 1.0");
              });
      String readiness = service.get("/actuator/health/readiness").text();
      assertThat(readiness).contains("\"index\"", "\"db\"", "\"requiredModel\"");
    }
  }

  @Test
  void replicaThatNeedsAModelIsNotReadyWithoutOne(@TempDir Path data) throws Exception {
    try (RunningService service =
        new RunningService(data, "--kb.model.path=none", "--kb.health.require-model=true")) {
      assertThat(service.get("/actuator/health/readiness").status()).isEqualTo(503);
      assertThat(service.get("/actuator/health/liveness").status()).isEqualTo(200);
      assertThat(service.get("/api/status").text()).contains("extractive");
    }
  }

  private static Set<String> names(String text) {
    Set<String> names = new TreeSet<>();
    Matcher matcher = NAME.matcher(text);
    while (matcher.find()) {
      names.add(matcher.group());
    }
    return names;
  }
}
