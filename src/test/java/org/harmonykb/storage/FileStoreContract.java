package org.harmonykb.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What every place for files does alike. */
public abstract class FileStoreContract {

  /** An empty store. */
  protected abstract FileStore store();

  /** The same files, as another replica sees them. */
  protected abstract FileStore other();

  @Test
  void whatWasStoredIsReadListedAndDeletedAnywhere() throws IOException {
    byte[] large = new byte[5 << 20];
    new Random(3).nextBytes(large);
    FileStore files = store();
    String name = files.store(large);
    String small = files.store("text".getBytes(StandardCharsets.UTF_8));
    assertThat(other().read(name)).isEqualTo(large);
    assertThat(other().list()).containsOnlyKeys(name, small);
    StoredFile known = Objects.requireNonNull(other().list().get(name));
    assertThat(known.size()).isEqualTo(large.length);
    assertThat(known.modifiedAt())
        .isBetween(
            Instant.now().minus(Duration.ofMinutes(5)), Instant.now().plus(Duration.ofMinutes(5)));
    Path copy =
        other()
            .open(
                small,
                path -> {
                  assertThat(path).hasContent("text");
                  return path;
                });
    assertThat(Files.exists(copy)).isEqualTo(files.folder().isPresent());
    other().delete(name);
    assertThat(files.list()).containsOnlyKeys(small);
    assertThatThrownBy(() -> files.read(name)).isInstanceOf(UncheckedIOException.class);
    files.delete(name); // again
    files.delete(small);
    assertThat(other().list()).isEmpty();
  }
}
