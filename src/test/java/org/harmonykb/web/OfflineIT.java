package org.harmonykb.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.harmonykb.Fixtures;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A question in a network namespace that has nothing but its own loopback: the kernel counts what
 * the process tried to send elsewhere.
 */
class OfflineIT {

  @Test
  void questionSendsNothingOut(@TempDir Path data) throws Exception {
    assumeTrue(canUnshare(), "needs root and unshare");
    Fixtures.smolLm2();
    List<String> command =
        new ArrayList<>(
            List.of("unshare", "--net", "sh", "-c", "ip link set lo up && exec \"$@\"", "sh"));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of("--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"));
    command.addAll(List.of("-Xmx1g", "-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(Inside.class.getName(), data.toString()));
    Path output = data.resolve("output");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    assertThat(process.waitFor(8, TimeUnit.MINUTES)).isTrue();
    String log = Files.readString(output);
    assertThat(process.exitValue()).as(log).isZero();
    assertThat(log)
        .contains("ANSWER with 7:25")
        .contains("ATTEMPTS after the question 0")
        .contains("ATTEMPTS after one on purpose 1");
  }

  private static boolean canUnshare() throws Exception {
    try {
      Process process =
          new ProcessBuilder("unshare", "--net", "ip", "link", "set", "lo", "up").start();
      return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  /** Runs inside the namespace. */
  static final class Inside {

    private Inside() {}

    public static void main(String[] args) throws Exception {
      try (RunningService service = new RunningService(Path.of(args[0]).resolve("data"))) {
        String text = "# Ferry\n\nThe first ferry leaves at 7:25 from the north pier.";
        service.ingest("ferry.md", text.getBytes(StandardCharsets.UTF_8));
        String answer =
            service.post("/api/ask", Map.of("question", "When does the first ferry leave?")).text();
        System.out.println("ANSWER " + (answer.contains("7:25") ? "with 7:25" : answer));
        service.get("/");
        service.get("/openapi");
        service.get("/actuator/prometheus");
        System.out.println("ATTEMPTS after the question " + attempts());
        try (Socket socket = new Socket()) {
          socket.connect(new InetSocketAddress("192.0.2.1", 80), 500);
        } catch (IOException e) {
          // There is no way out; the kernel has counted the try.
        }
        System.out.println("ATTEMPTS after one on purpose " + attempts());
      }
      System.exit(0);
    }

    /** What had no route, and what was sent to a name server. */
    private static long attempts() throws IOException {
      List<String> lines = Files.readAllLines(Path.of("/proc/net/snmp"));
      return value(lines, "Ip:", "OutNoRoutes") + value(lines, "Udp:", "OutDatagrams");
    }

    private static long value(List<String> lines, String protocol, String counter) {
      List<String[]> rows =
          lines.stream().filter(l -> l.startsWith(protocol)).map(l -> l.split(" ")).toList();
      int column = List.of(rows.get(0)).indexOf(counter);
      return Long.parseLong(rows.get(1)[column]);
    }
  }
}
