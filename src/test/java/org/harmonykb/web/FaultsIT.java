package org.harmonykb.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.harmonykb.Fixtures;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * What the service says and does when disk, index or model fail, and that it goes on afterwards;
 * docs/reliability.md has the table. The database that goes away is in {@link PostgresIT}.
 */
class FaultsIT {

  private static final byte[] FERRY =
      "# Ferry\n\nThe first ferry leaves at 7:25.".getBytes(StandardCharsets.UTF_8);
  private static final byte[] BUS =
      "# Bus\n\nThe night bus leaves at 23:40.".getBytes(StandardCharsets.UTF_8);
  private static final String FERRY_QUESTION = "When does the first ferry leave?";

  @Test
  void fullDiskIsToldAndForgottenWithoutARestart(@TempDir Path folder) throws Exception {
    Path disk = Files.createDirectory(folder.resolve("disk"));
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", disk.toString()) == 0,
        "a small file system can be mounted (needs root)");
    try {
      Path filler = disk.resolve("filler");
      try (RunningService service =
          new RunningService(
              disk.resolve("data"), "--kb.model.path=none", "--kb.min-free-disk=2MB")) {
        service.ingest("ferry.md", FERRY);
        fill(filler);
        RunningService.Reply refused = service.upload("bus.md", BUS);
        assertThat(refused.status()).as(refused.text()).isEqualTo(507);
        assertThat(refused.text()).contains("kb.min-free-disk");
        // Turns are stored until the database finds no room, and closes itself.
        RunningService.Reply full = askUntilItFails(service);
        assertThat(full.status()).as(full.text()).isEqualTo(507);
        assertThat(full.contentType()).startsWith("application/problem+json");
        assertThat(full.text()).contains("disk").contains("full").doesNotContain("Exception");

        Files.delete(filler);
        Awaitility.await("the database is opened again")
            .atMost(Duration.ofSeconds(30))
            .ignoreExceptions()
            .until(() -> service.get("/api/documents").json().size() == 1);
        assertThat(service.ask(FERRY_QUESTION).get("answer").asString()).contains("7:25");
        assertThat(service.ingest("bus.md", BUS).get("state").asString()).isEqualTo("SEARCHABLE");
        assertThat(service.post("/api/admin/check", "").json().get("findings")).isEmpty();
      }
    } finally {
      assertThat(run("umount", disk.toString())).isZero();
    }
  }

  @Test
  void modelThatIsRemovedAndIndexThatIsDamaged(@TempDir Path folder) throws Exception {
    Path model = Files.copy(Fixtures.smolLm2(), folder.resolve("model.gguf"));
    Path data = folder.resolve("data");
    try (RunningService service = new RunningService(data, "--kb.model.path=" + model)) {
      service.ingest("ferry.md", FERRY);
      Files.delete(model); // what is mapped stays
      assertThat(service.ask(FERRY_QUESTION).get("mode").asString()).isEqualTo("generated");
    }
    assertThat(damage(data.resolve("index"))).isPositive();
    try (RunningService service = new RunningService(data, "--kb.model.path=" + model)) {
      JsonNode status = service.get("/api/status").json();
      assertThat(status.get("mode").asString()).isEqualTo("extractive");
      assertThat(status.get("model").asString()).contains("no such file");
      Awaitility.await("the index is written again")
          .atMost(Duration.ofSeconds(30))
          .until(() -> service.ask(FERRY_QUESTION).get("answer").asString().contains("7:25"));
      assertThat(service.post("/api/admin/check", "").json().get("findings")).isEmpty();
      JsonNode citation = service.ask(FERRY_QUESTION).get("citations").get(0);
      assertThat(citation.hasNonNull("page")).as("Markdown has no pages").isFalse();
    }
  }

  private static RunningService.Reply askUntilItFails(RunningService service) throws Exception {
    for (int i = 0; i < 200; i++) {
      String question = FERRY_QUESTION + (" x" + i).repeat(900);
      RunningService.Reply reply = service.post("/api/ask", Map.of("question", question));
      if (reply.status() != 200) {
        return reply;
      }
    }
    throw new AssertionError("200 long questions found room on a full disk");
  }

  private static void fill(Path filler) throws IOException {
    byte[] page = new byte[4096];
    try (OutputStream out = Files.newOutputStream(filler)) {
      while (true) {
        out.write(page);
      }
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("No space left");
    }
  }

  /** Turns bits in the middle of each file that holds passages; how many there were. */
  private static int damage(Path index) throws IOException {
    List<Path> files;
    try (Stream<Path> paths = Files.walk(index)) {
      files =
          paths
              .filter(path -> path.toString().endsWith(".cfs") || path.toString().endsWith(".fdt"))
              .toList();
    }
    for (Path file : files) {
      try (FileChannel channel =
          FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
        ByteBuffer bytes = ByteBuffer.allocate(16);
        long middle = channel.size() / 2;
        channel.read(bytes, middle);
        for (int i = 0; i < bytes.capacity(); i++) {
          bytes.put(i, (byte) ~bytes.get(i));
        }
        channel.write(bytes.rewind(), middle);
      }
    }
    return files.size();
  }

  private static int run(String... command) throws Exception {
    try {
      return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor();
    } catch (IOException e) {
      return -1;
    }
  }
}
