package org.harmonykb.storage;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;

/**
 * A real S3 server (S3Proxy over a folder) in a process of its own, whose jar the build fetches. It
 * checks signatures. Its keys are system properties while it is open, as the environment's would
 * be.
 */
public final class S3Server implements AutoCloseable {

  public static final String KEY = "kb-test";
  public static final String SECRET = "kb-test-secret";
  public static final String BUCKET = "kb-files";

  private static final Path JAR = Path.of("target/s3-server.jar");

  private final Path folder;
  private final int port;
  private Process process;

  /**
   * @param folder empty
   */
  public S3Server(Path folder) throws Exception {
    if (!Files.exists(JAR) && !"true".equals(System.getenv("CI"))) {
      Assumptions.abort("./mvnw pre-integration-test fetches " + JAR);
    }
    this.folder = folder;
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    Files.createDirectories(folder.resolve("data").resolve(BUCKET));
    Properties settings = new Properties();
    settings.setProperty("s3proxy.endpoint", endpoint().toString());
    settings.setProperty("s3proxy.authorization", "aws-v2-or-v4");
    settings.setProperty("s3proxy.identity", KEY);
    settings.setProperty("s3proxy.credential", SECRET);
    settings.setProperty("jclouds.provider", "filesystem-nio2");
    settings.setProperty("jclouds.identity", "none");
    settings.setProperty("jclouds.credential", "none");
    settings.setProperty("jclouds.filesystem.basedir", folder.resolve("data").toString());
    try (var out = Files.newOutputStream(folder.resolve("s3.properties"))) {
      settings.store(out, null);
    }
    process = launch();
    awaitAnswers();
    System.setProperty("aws.accessKeyId", KEY);
    System.setProperty("aws.secretAccessKey", SECRET);
  }

  private Process launch() throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx128m",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-jar",
            JAR.toAbsolutePath().toString(),
            "--properties",
            folder.resolve("s3.properties").toString())
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("s3.log").toFile()))
        .start();
  }

  private void awaitAnswers() {
    Awaitility.await("the S3 server; see " + folder.resolve("s3.log"))
        .atMost(Duration.ofMinutes(1))
        .pollInterval(Duration.ofMillis(50))
        .until(this::isListening);
  }

  private boolean isListening() {
    try (Socket socket = new Socket("127.0.0.1", port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + port);
  }

  /** The folder whose files are the objects of the bucket. */
  public Path objects() {
    return folder.resolve("data").resolve(BUCKET);
  }

  /** Options of a service that keeps its files here. */
  public List<String> options() {
    return List.of(
        "--kb.storage.engine=s3",
        "--kb.storage.s3.endpoint=" + endpoint(),
        "--kb.storage.s3.bucket=" + BUCKET,
        "--kb.storage.s3.timeout=5s");
  }

  /** Ends the server as a fault would. */
  public void stop() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** Brings the server back with all that it held. */
  public void startAgain() throws IOException {
    process = launch();
    awaitAnswers();
  }

  @Override
  public void close() {
    process.destroyForcibly();
    System.clearProperty("aws.accessKeyId");
    System.clearProperty("aws.secretAccessKey");
  }
}
