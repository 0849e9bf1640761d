package org.harmonykb.ingestion;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.harmonykb.HarmonyKbApplication;
import org.springframework.util.FileSystemUtils;

/**
 * One reading process, seen from the service. For one caller at a time; {@link #kill} may come from
 * any thread and ends a call that waits.
 */
final class WorkerProcess {

  private static final int COMPLAINT_LENGTH = 2000;

  private final Path temporary;
  private final Process process;
  private final DataOutputStream requests;
  private final DataInputStream replies;
  private final StringBuilder complaint = new StringBuilder(); // guarded by itself

  /** Starts a process; it is ready when it answers. */
  WorkerProcess(int memoryMb) throws IOException {
    temporary = Files.createTempDirectory(ParseWorker.TEMPORARY);
    process = new ProcessBuilder(command(memoryMb, temporary)).start();
    requests = new DataOutputStream(new BufferedOutputStream(process.getOutputStream()));
    replies = new DataInputStream(new BufferedInputStream(process.getInputStream(), 1 << 16));
    Thread.ofVirtual().name("parse-worker-stderr").start(this::listen);
  }

  private static List<String> command(int memoryMb, Path temporary) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Xmx" + memoryMb + "m",
            "-XX:MaxDirectMemorySize=64m",
            "-XX:MaxMetaspaceSize=256m",
            "-XX:+UseSerialGC",
            "-XX:+ExitOnOutOfMemoryError",
            "-XX:TieredStopAtLevel=1", // files are many and short; saves memory and start-up
            "-Xshare:auto",
            "-Djava.awt.headless=true",
            "-Djava.io.tmpdir=" + temporary,
            "-Dlogback.configurationFile=logback-cli.xml"));
    String classPath = System.getProperty("java.class.path");
    if (isNestedJar()) {
      command.addAll(List.of("-jar", classPath));
    } else {
      command.addAll(List.of("-cp", classPath, HarmonyKbApplication.class.getName()));
    }
    command.add(ParseWorker.COMMAND);
    return command;
  }

  /** Whether this is Spring Boot's jar of jars, which its own launcher must open. */
  private static boolean isNestedJar() {
    URL own = HarmonyKbApplication.class.getResource("HarmonyKbApplication.class");
    return own != null && own.toString().toLowerCase(Locale.ROOT).contains("!boot-inf");
  }

  /**
   * Sends a file to be read and waits for the answer.
   *
   * @throws IOException if the process died
   */
  ParseMessages.Reply ask(ParseMessages.Request request) throws IOException {
    ParseMessages.write(requests, request);
    return ParseMessages.read(replies, ParseMessages.Reply.class);
  }

  boolean isAlive() {
    return process.isAlive();
  }

  long pid() {
    return process.pid();
  }

  /** Ends the process at once, whatever it does, and removes what it left behind. */
  void kill() {
    process.destroyForcibly();
    awaitEnd();
    try {
      FileSystemUtils.deleteRecursively(temporary);
    } catch (IOException e) {
      temporary.toFile().deleteOnExit();
    }
  }

  /** Waits for the end of a process that is dying and returns its exit code. */
  int awaitEnd() {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          if (!process.waitFor(5, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            continue;
          }
          return process.exitValue();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** The last words of the process on standard error. */
  String complaint() {
    synchronized (complaint) {
      return complaint.toString().strip();
    }
  }

  private void listen() {
    char[] buffer = new char[1024];
    try (Reader errors = new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8)) {
      for (int n = errors.read(buffer); n >= 0; n = errors.read(buffer)) {
        synchronized (complaint) {
          complaint.append(buffer, 0, n);
          complaint.delete(0, Math.max(0, complaint.length() - COMPLAINT_LENGTH));
        }
      }
    } catch (IOException e) {
      // The process is gone; its exit code tells more.
    }
  }
}
