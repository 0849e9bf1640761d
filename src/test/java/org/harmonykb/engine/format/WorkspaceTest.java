package org.harmonykb.engine.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.harmonykb.engine.ModelFormatException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkspaceTest {

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  @AfterEach
  void forgetFolder() {
    System.clearProperty("kb.engine.work-dir");
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1 << 20})
  void whatWasWrittenIsReadAndNothingRemains(long inMemory) throws IOException {
    System.setProperty("kb.engine.work-dir", folder.toString());
    try (Workspace room = Workspace.create(Path.of("model"), 100, inMemory)) {
      room.write(50, new byte[] {7, 8, 9}, 3);
      room.write(0, new byte[] {1, 2, 3}, 2);
      MemorySegment data = room.finish();
      assertThat(data.byteSize()).isEqualTo(100);
      assertThat(data.isReadOnly()).isTrue();
      assertThat(data.asSlice(50, 3).toArray(ValueLayout.JAVA_BYTE)).containsExactly(7, 8, 9);
      assertThat(data.asSlice(0, 3).toArray(ValueLayout.JAVA_BYTE)).containsExactly(1, 2, 0);
    }
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void aFolderThatCannotBeWrittenToIsNamed() {
    System.setProperty("kb.engine.work-dir", folder.resolve("missing").toString());
    assertThatExceptionOfType(ModelFormatException.class)
        .isThrownBy(() -> Workspace.create(Path.of("model"), 100, 0).close())
        .withMessageContaining("missing")
        .withMessageContaining("kb.engine.work-dir");
  }
}
