package org.harmonykb.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.harmonykb.HarmonyKbApplication;

/** The service as a process of its own, which can be killed. */
final class ServiceProcess implements AutoCloseable {

  private static final Pattern CODE = Pattern.compile("one-time code ([A-Z0-9-]{19})");

  private final Process process;
  private final Path log;
  private final int port;

  /** Starts it and does not wait. */
  ServiceProcess(Path data, List<String> options) throws IOException {
    log = Files.createDirectories(data).resolve("log");
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    List<String> command = command();
    command.addAll(
        List.of(
            "--server.port=" + port,
            "--kb.data-dir=" + data,
            "--kb.corpus-dir=" + data.resolve("no-corpus")));
    command.addAll(options);
    process = start(command, log);
  }

  /** The program as a process of its own, without arguments. */
  private static List<String> command() {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules",
                "jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-Xmx700m"));
    for (String property : List.of("aws.accessKeyId", "aws.secretAccessKey")) {
      if (System.getProperty(property) != null) {
        command.add("-D" + property + "=" + System.getProperty(property));
      }
    }
    command.addAll(
        List.of(
            "-cp", System.getProperty("java.class.path"), HarmonyKbApplication.class.getName()));
    return command;
  }

  private static Process start(List<String> command, Path log) throws IOException {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
        .start();
  }

  /** Runs a command of {@code bin/kb} and gives its exit code. */
  static int run(Path data, String... arguments) throws IOException, InterruptedException {
    List<String> command = command();
    command.addAll(List.of(arguments));
    return start(command, data.resolve("log")).waitFor();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  int port() {
    return port;
  }

  void awaitReady() {
    Person anybody = new Person(port);
    Awaitility.await("the service; see " + log)
        .atMost(Duration.ofMinutes(2))
        .pollInterval(Duration.ofMillis(100))
        .ignoreExceptions()
        .until(
            () -> !process.isAlive() || anybody.get("/actuator/health/readiness").status() == 200);
    assertThat(process.isAlive()).as("the service runs; see %s", log).isTrue();
  }

  /** The code of the first set-up, from its log. */
  String code() throws IOException {
    Matcher found = CODE.matcher(Files.readString(log));
    assertThat(found.find()).as("a code in %s", log).isTrue();
    return found.group(1);
  }

  /** With SIGKILL. */
  void kill() throws InterruptedException {
    process.destroyForcibly();
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
