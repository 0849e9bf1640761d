package org.harmonykb.retrieval.opensearch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import javax.tools.ToolProvider;
import org.awaitility.Awaitility;
import org.harmonykb.retrieval.SearchProperties;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.springframework.util.FileSystemUtils;

/**
 * A real OpenSearch cluster of two nodes with the k-NN plugin, in a process of its own, whose class
 * path the build writes.
 */
public final class OpenSearchNodes {

  private static final Path CLASS_PATH = Path.of("target/opensearch.cp");

  /** What the plugin brings and the nodes have not. */
  private static final Pattern PLUGIN_JARS =
      Pattern.compile("(opensearch-knn|remote-index|commons-lang3|jna-platform|oshi).*\\.jar");

  private static @Nullable OpenSearchNodes shared; // guarded by the class

  private final Process process;
  private final int port;

  /**
   * A cluster for all tests of this process, which ends with it; each test has names of its own.
   */
  public static synchronized OpenSearchNodes shared() {
    if (shared == null) {
      try {
        Path folder = Files.createTempDirectory("kb-nodes");
        OpenSearchNodes nodes = new OpenSearchNodes(folder);
        Runtime.getRuntime()
            .addShutdownHook(
                new Thread(
                    () -> {
                      nodes.close();
                      FileSystemUtils.deleteRecursively(folder.toFile());
                    }));
        shared = nodes;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return shared;
  }

  /**
   * @param folder empty, for data and logs
   */
  private OpenSearchNodes(Path folder) throws IOException {
    boolean isBuilt = Files.exists(CLASS_PATH);
    if (!isBuilt && !"true".equals(System.getenv("CI"))) {
      Assumptions.abort("./mvnw pre-integration-test writes " + CLASS_PATH);
    }
    List<String> classPath = new ArrayList<>();
    for (String entry : Files.readAllLines(CLASS_PATH)) {
      if (entry.endsWith(".zip")) {
        unpack(Path.of(entry), folder, classPath);
      } else if (!entry.isBlank()) {
        classPath.add(entry);
      }
    }
    Path classes = Files.createDirectories(folder.resolve("classes"));
    compile(classes, classPath);
    classPath.addFirst(classes.toString());
    port = freePort();
    Path log = folder.resolve("nodes.log");
    process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx640m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-Dopensearch.set.netty.runtime.available.processors=false",
                "-cp",
                String.join(File.pathSeparator, classPath),
                "TwoNodes",
                folder.resolve("nodes").toString(),
                Integer.toString(port))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      Awaitility.await("two nodes; see " + log)
          .atMost(Duration.ofMinutes(2))
          .pollInterval(Duration.ofMillis(200))
          .until(() -> isFormed() || !process.isAlive());
      assertThat(process.isAlive()).as(() -> read(log)).isTrue();
    } catch (Throwable e) {
      close();
      throw e;
    }
  }

  /** The nodes swallow their own output, so the cluster itself is asked. */
  private boolean isFormed() {
    String url = "http://127.0.0.1:" + (port + 2) + "/_cluster/health";
    try (InputStream health = URI.create(url).toURL().openStream()) {
      return new String(health.readAllBytes(), StandardCharsets.UTF_8)
          .contains("\"number_of_nodes\":2");
    } catch (IOException e) {
      return false;
    }
  }

  private static String read(Path log) {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** The runner takes ports from 9201 to 9299 only. */
  private static int freePort() {
    for (int port = 9210; port < 9290; port += 2) {
      if (isFree(port + 1) && isFree(port + 2)) {
        return port;
      }
    }
    throw new AssertionError("no two free ports from 9211 on");
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket(port)) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
  }

  private static void unpack(Path zip, Path folder, List<String> classPath) throws IOException {
    try (ZipFile file = new ZipFile(zip.toFile())) {
      Enumeration<? extends ZipEntry> entries = file.entries();
      while (entries.hasMoreElements()) {
        ZipEntry entry = entries.nextElement();
        if (PLUGIN_JARS.matcher(entry.getName()).matches()) {
          Path jar = folder.resolve(entry.getName());
          try (InputStream content = file.getInputStream(entry)) {
            Files.copy(content, jar);
          }
          classPath.add(jar.toString());
        }
      }
    }
  }

  private static void compile(Path classes, List<String> classPath) throws IOException {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "-proc:none",
                "-nowarn",
                "-d",
                classes.toString(),
                "-cp",
                String.join(File.pathSeparator, classPath)));
    try (Stream<Path> sources = Files.walk(Path.of("src/test/opensearch"))) {
      sources.map(Path::toString).filter(f -> f.endsWith(".java")).forEach(arguments::add);
    }
    int result =
        Objects.requireNonNull(ToolProvider.getSystemJavaCompiler(), "a JDK is needed")
            .run(null, null, null, arguments.toArray(String[]::new));
    assertThat(result).as("javac").isZero();
  }

  /** How the service reaches both nodes. */
  public SearchProperties.OpenSearch properties(String prefix) {
    return new SearchProperties.OpenSearch(
        List.of("http://127.0.0.1:" + (port + 1), "http://127.0.0.1:" + (port + 2)),
        "",
        "",
        prefix,
        2,
        1,
        Duration.ofSeconds(30));
  }

  private void close() {
    process.destroyForcibly().onExit().join(); // it writes no more into its folder then
  }
}
