package org.harmonykb.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.harmonykb.backup.BackupException;
import org.harmonykb.backup.Backups;
import org.harmonykb.cli.KbCommand;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The drill: a backup of a working service becomes a service elsewhere. */
@SuppressWarnings("NullAway.Init")
class BackupIT {

  private static final String QUESTION = "When does the bakery open?";

  @TempDir static Path folder;

  private static RunningService service(Path data) {
    return new RunningService(data, "--kb.model.path=none");
  }

  private static byte[] text(int n) {
    return "# Shop %d\n\nShop number %d sells %d kinds of bread."
        .formatted(n, n, n * 7 + 1)
        .getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void backupOfAWorkingServiceAnswersElsewhere() throws Exception {
    Path data = folder.resolve("first");
    Path file;
    String conversation;
    try (RunningService service = service(data)) {
      service.ingest(
          "bakery.md", "# Bakery\n\nThe bakery opens at 5:40.".getBytes(StandardCharsets.UTF_8));
      JsonNode answer = service.ask(QUESTION);
      assertThat(answer.toString()).contains("5:40");
      conversation = answer.get("conversationId").asString();
      AtomicBoolean goOn = new AtomicBoolean(true);
      CompletableFuture<Integer> uploads =
          CompletableFuture.supplyAsync(
              () -> {
                int n = 0;
                for (; goOn.get(); n++) {
                  try {
                    assertThat(service.upload("shop-" + n % 40 + ".md", text(n)).status())
                        .isEqualTo(202);
                  } catch (Exception e) {
                    throw new IllegalStateException(e);
                  }
                }
                return n;
              });
      Awaitility.await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> service.get("/api/documents").json().size() > 10);
      RunningService.Reply backup = service.post("/api/admin/backup", Map.of());
      assertThat(backup.status()).as(backup.text()).isEqualTo(201);
      goOn.set(false);
      assertThat(uploads.get()).isPositive();
      file =
          Path.of(
              URI.create(
                  "file://" + backup.json().get("file").asString().replaceFirst("^file://", "")));
    }
    Path elsewhere = folder.resolve("second");
    assertThat(kb("restore", "--data", elsewhere.toString(), file.toString())).isZero();
    try (RunningService service = service(elsewhere)) {
      // What came in while the backup was made is searchable in the end, in the revision it had.
      Awaitility.await()
          .atMost(Duration.ofMinutes(3))
          .until(
              () ->
                  service.get("/api/documents").json().values().stream()
                      .allMatch(d -> d.get("state").asString().equals("SEARCHABLE")));
      JsonNode documents = service.get("/api/documents").json();
      assertThat(documents.size()).isGreaterThan(10);
      for (JsonNode document : documents) {
        String id = document.get("id").asString();
        RunningService.Reply content = service.get("/api/documents/" + id + "/content");
        assertThat(content.status()).isEqualTo(200);
        Awaitility.await(id)
            .atMost(Duration.ofMinutes(1))
            .untilAsserted(
                () -> {
                  JsonNode chunks = service.get("/api/documents/" + id + "/chunks").json();
                  assertThat(chunks).isNotEmpty();
                  assertThat(chunks.get(0).get("revision").asInt())
                      .isEqualTo(document.get("revision").asInt());
                });
      }
      assertThat(service.ask(QUESTION).toString()).contains("5:40");
      assertThat(service.get("/api/conversations/" + conversation).text()).contains("5:40");
    }
    assertThat(kb("restore", "--data", elsewhere.toString(), file.toString())).isEqualTo(1);
    Path offline = folder.resolve("offline.zip");
    assertThat(kb("backup", "--data", elsewhere.toString(), offline.toString())).isZero();
    damagedAndNewerBackupsAreRefused(offline);
    Files.move(elsewhere.resolve("files"), folder.resolve("files-elsewhere"));
    Path without = folder.resolve("without-files.zip");
    assertThatThrownBy(() -> Backups.write(elsewhere, without))
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("they are kept elsewhere (kb.storage)");
    assertThat(without).doesNotExist();
  }

  private void damagedAndNewerBackupsAreRefused(Path good) throws Exception {
    Path target = folder.resolve("third");
    Path cut = folder.resolve("cut.zip");
    byte[] bytes = Files.readAllBytes(good);
    Files.write(cut, Arrays.copyOf(bytes, bytes.length / 2));
    refuses(cut, target, "damaged or no backup");

    Path changed = changed(good, "changed.zip", "index/current", "1 2020-01-01T00:00:00Z\n");
    refuses(changed, target, "is damaged: index/current");

    String manifest = entry(good, "manifest.json");
    refuses(
        changed(
            good, "format.zip", "manifest.json", manifest.replace("\"format\":1", "\"format\":2")),
        target,
        "use a newer one");
    refuses(
        changed(
            good,
            "schema.zip",
            "manifest.json",
            manifest.replaceFirst("\"schema\":\"[0-9.]+\"", "\"schema\":\"9999\"")),
        target,
        "database version 9999");
    refuses(
        changed(
            good, "escape.zip", "manifest.json", manifest.replace("index/current", "../../evil")),
        target,
        "misses ../../evil");
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left.map(p -> String.valueOf(p.getFileName())).toList())
          .doesNotContain("third")
          .noneMatch(name -> name.startsWith("restore-"));
    }
  }

  private static void refuses(Path file, Path target, String sentence) {
    assertThatThrownBy(() -> Backups.restore(file, target))
        .isInstanceOf(BackupException.class)
        .hasMessageContaining(sentence);
  }

  private static String entry(Path file, String name) throws IOException {
    try (FileSystem zip = FileSystems.newFileSystem(file)) {
      return Files.readString(zip.getPath(name));
    }
  }

  private static Path changed(Path good, String name, String entry, String content)
      throws IOException {
    Path file = folder.resolve(name);
    Files.copy(good, file);
    try (FileSystem zip = FileSystems.newFileSystem(file)) {
      Files.writeString(zip.getPath(entry), content);
    }
    return file;
  }

  private static int kb(String... arguments) {
    return KbCommand.execute(
        arguments,
        options -> {
          throw new AssertionError("no server is needed: " + List.of(options));
        });
  }
}
