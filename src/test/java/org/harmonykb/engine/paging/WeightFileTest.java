package org.harmonykb.engine.paging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.harmonykb.engine.format.FileRegion;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pieces at any place of a file come as they are, past the cache and through it. */
class WeightFileTest {

  private static final int SIZE = 50_001;

  private final Random random = new Random(1);
  private final byte[] bytes = new byte[SIZE];

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  @SuppressWarnings("NullAway.Init")
  private Path path;

  @BeforeEach
  void writeFile() throws IOException {
    random.nextBytes(bytes);
    path = Files.write(folder.resolve("weights"), bytes);
  }

  @Test
  void piecesAreReadAsTheyAre() throws IOException {
    try (WeightFile file = WeightFile.open(path)) {
      readPieces(file);
    }
    try (WeightFile file = WeightFile.openOrdinary(path)) {
      assertThat(file.isDirect()).isFalse();
      readPieces(file);
    }
  }

  private void readPieces(WeightFile file) throws IOException {
    for (int i = 0; i < 200; i++) {
      int from = random.nextInt(SIZE - 1);
      int length = 1 + random.nextInt(SIZE - from - 1);
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment room = arena.allocate(WeightReader.roomFor(length), WeightFile.BLOCK);
        file.read(from, length, room);
        MemorySegment piece = WeightReader.place(new FileRegion(path, from, length), room);
        assertThat(piece.toArray(ValueLayout.JAVA_BYTE))
            .isEqualTo(Arrays.copyOfRange(bytes, from, from + length));
      }
    }
  }

  @Test
  void endOfTheFileIsAnError() throws IOException {
    try (Arena arena = Arena.ofConfined();
        WeightFile file = WeightFile.open(path)) {
      MemorySegment room = arena.allocate(WeightReader.roomFor(5000), WeightFile.BLOCK);
      assertThatExceptionOfType(EOFException.class)
          .isThrownBy(() -> file.read(SIZE - 4000, 5000, room));
      assertThatExceptionOfType(EOFException.class)
          .isThrownBy(() -> file.read(SIZE + 10_000, 10, room));
    }
  }
}
