package org.harmonykb.engine.kvcache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.harmonykb.engine.kernel.KvLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Sharing, eviction and restoring give back exactly what was stored. The stored values are made
 * from the whole prefix, so that a block under a wrong prefix is noticed.
 */
class KvCacheTest {

  private static final KvCache.Shape SHAPE = new KvCache.Shape(2, 2, 4, KvLayout.F32);
  private static final long BLOCK = SHAPE.blockBytes();

  @TempDir private Path folder = Path.of("");

  @Test
  void nextTurnFindsAllOfTheLast() {
    try (KvCache cache = new KvCache(SHAPE, 100 * BLOCK)) {
      int[] turn = tokens(1, 200);
      use(cache, turn);
      int[] next = Arrays.copyOf(turn, 260);
      assertThat(use(cache, next)).isEqualTo(200);
      assertThat(use(cache, turn)).isEqualTo(199);
    }
  }

  @Test
  void runningSequencesShareBlocksInMemory() {
    try (KvCache cache = new KvCache(SHAPE, 100 * BLOCK)) {
      int[] first = tokens(1, 300);
      int[] second = Arrays.copyOf(first, 300);
      second[270]++;
      KvSequence a = fill(cache.acquire(first), first);
      a.publish();
      long before = cache.bytes();
      KvSequence b = cache.acquire(second);
      assertThat(b.length()).isEqualTo(256);
      assertThat(cache.bytes()).isEqualTo(before);
      fill(b, second);
      assertValues(a, first);
      assertValues(b, second);
      cache.release(a);
      assertValues(b, second);
      cache.release(b);
    }
  }

  @Test
  void cutInsideASharedBlockLeavesTheOthersAlone() {
    try (KvCache cache = new KvCache(SHAPE, 100 * BLOCK)) {
      int[] tokens = tokens(1, 200);
      KvSequence a = fill(cache.acquire(tokens), tokens);
      a.publish();
      KvSequence b = cache.acquire(tokens);
      b.truncate(100);
      int[] other = Arrays.copyOf(tokens, 200);
      Arrays.fill(other, 100, 200, 7);
      fill(b, other);
      assertValues(a, tokens);
      assertValues(b, other);
    }
  }

  @Test
  void memoryStaysWithinItsBoundOnceNothingRuns() {
    try (KvCache cache = new KvCache(SHAPE, 10 * BLOCK)) {
      for (int i = 0; i < 50; i++) {
        use(cache, tokens(i, 64 + i * 3));
        assertThat(cache.bytes()).isLessThanOrEqualTo(10 * BLOCK);
      }
      assertThat(use(cache, tokens(49, 64 + 49 * 3))).as("the newest is kept").isPositive();
      assertThat(use(cache, tokens(0, 64))).as("the oldest is gone").isZero();
    }
  }

  @Test
  void variantsShareNothing() {
    try (KvCache cache = new KvCache(SHAPE, 100 * BLOCK)) {
      int[] tokens = tokens(1, 200);
      use(cache, tokens);
      KvSequence other = cache.acquire(tokens, "adapter");
      assertThat(other.length()).isZero();
      cache.release(fill(other, tokens));
      cache.forget("adapter"::equals);
      assertThat(cache.acquire(tokens, "adapter").length()).isZero();
      assertThat(use(cache, tokens)).isEqualTo(199);
    }
  }

  @Test
  void restartFindsWhatWasThere() throws IOException {
    int[] tokens = tokens(1, 200);
    try (KvCache cache = onDisk("model", 1000)) {
      use(cache, tokens);
    }
    try (KvCache cache = onDisk("model", 1000)) {
      assertThat(cache.bytes()).as("nothing is read before it is needed").isZero();
      assertThat(use(cache, tokens)).isEqualTo(199);
    }
    try (KvCache cache = onDisk("another model", 1000)) {
      assertThat(use(cache, tokens)).isZero();
    }
  }

  @Test
  void evictedBlocksComeBackFromDisk() throws IOException {
    try (KvCache cache = new KvCache(SHAPE, 2 * BLOCK, file("model", 1000))) {
      for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 10; i++) {
          assertThat(use(cache, tokens(i, 200))).isEqualTo(round == 0 ? 0 : 199);
          assertThat(cache.bytes()).isLessThanOrEqualTo(2 * BLOCK);
        }
      }
    }
  }

  @Test
  void diskStaysWithinItsBound() throws IOException {
    for (int restart = 0; restart < 3; restart++) {
      try (KvCache cache = onDisk("model", 12)) {
        for (int i = 0; i < 20; i++) {
          use(cache, tokens(100 * restart + i, 150));
          while (cache.writeOne()) {}
        }
      }
      assertThat(Files.size(onlyFile())).isLessThanOrEqualTo(4096 + 12 * (4096 + BLOCK));
    }
    try (KvCache cache = onDisk("model", 12)) {
      assertThat(use(cache, tokens(219, 150))).isEqualTo(149);
    }
  }

  @Test
  void anyDamageCostsTimeAndNothingElse() throws IOException {
    Random random = new Random(5);
    for (int round = 0; round < 200; round++) {
      try (KvCache cache = onDisk("model", 40)) {
        for (int i = 0; i < 4; i++) {
          use(cache, tokens(i, 100 + 50 * i));
        }
      }
      Path path = onlyFile();
      try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
        if (round % 10 == 0) {
          file.setLength(random.nextLong(file.length()));
        } else {
          file.seek(random.nextLong(file.length()));
          file.write(random.nextInt(256));
        }
      }
    }
  }

  @Test
  void secondProcessDoesNotTouchTheFile() throws IOException {
    try (KvFile first = file("model", 10)) {
      assertThat(first.bytes()).isZero();
      assertThatExceptionOfType(IOException.class).isThrownBy(() -> file("model", 10).close());
    }
  }

  private KvCache onDisk(String model, int slots) throws IOException {
    return new KvCache(SHAPE, 100 * BLOCK, file(model, slots));
  }

  private KvFile file(String model, int slots) throws IOException {
    return KvFile.open(folder, model, SHAPE, 4096 + slots * (4096 + BLOCK));
  }

  private Path onlyFile() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> all = files.toList();
      assertThat(all).hasSize(1);
      return all.getFirst();
    }
  }

  /** Runs a prompt through the cache, checks all values and returns how much was known. */
  private static int use(KvCache cache, int[] prompt) {
    KvSequence sequence = cache.acquire(prompt);
    int known = sequence.length();
    fill(sequence, prompt);
    assertValues(sequence, prompt);
    cache.release(sequence);
    return known;
  }

  private static KvSequence fill(KvSequence sequence, int[] tokens) {
    for (int position = sequence.length(); position < tokens.length; position++) {
      sequence.append(tokens[position]);
      float value = value(tokens, position);
      float[] all = new float[SHAPE.headsKv() * SHAPE.headSize()];
      Arrays.fill(all, value);
      for (int layer = 0; layer < SHAPE.layers(); layer++) {
        sequence.store(layer, position, all, all, 0);
      }
    }
    return sequence;
  }

  private static void assertValues(KvSequence sequence, int[] tokens) {
    for (int layer = 0; layer < SHAPE.layers(); layer++) {
      for (int position = 0; position < tokens.length; position++) {
        int block = position / KvLayout.BLOCK_TOKENS;
        int at = position % KvLayout.BLOCK_TOKENS;
        var view = sequence.view(layer);
        float expected = value(tokens, position);
        for (int d = 0; d < SHAPE.headSize(); d++) {
          assertThat(read(view.keys(block, 1) + 4L * (d * KvLayout.BLOCK_TOKENS + at)))
              .isEqualTo(expected);
          assertThat(read(view.values(block, 1) + 4L * (at * SHAPE.headSize() + d)))
              .isEqualTo(expected);
        }
      }
    }
  }

  private static float read(long address) {
    return java.lang.foreign.MemorySegment.ofAddress(address)
        .reinterpret(4)
        .get(java.lang.foreign.ValueLayout.JAVA_FLOAT, 0);
  }

  private static float value(int[] tokens, int position) {
    return Arrays.hashCode(Arrays.copyOf(tokens, position + 1)) & 0xffffff;
  }

  private static int[] tokens(int seed, int count) {
    return new Random(seed).ints(count, 0, 1000).toArray();
  }
}
