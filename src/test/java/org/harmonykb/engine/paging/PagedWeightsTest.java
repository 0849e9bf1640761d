package org.harmonykb.engine.paging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.harmonykb.engine.EngineException;
import org.harmonykb.engine.MemoryStatus;
import org.harmonykb.engine.format.ModelFile;
import org.harmonykb.engine.format.Tensor;
import org.harmonykb.engine.model.ModelRun;
import org.harmonykb.engine.quantization.SyntheticModel;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where weights are changes what a pass costs, never what it computes. */
class PagedWeightsTest {

  private static final int LAYERS = 4;
  private static final int EXPERTS = 8;
  private static final int USED = 2;

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  @SuppressWarnings("NullAway.Init")
  private Path model;

  @BeforeEach
  void writeModel() {
    model = folder.resolve("tiny.gguf");
    SyntheticModel.write(
        SyntheticModel.Shape.TINY, model, 5, SyntheticModel.Router.UNIFORM, null, (_, _) -> {});
  }

  @Test
  void logitsFromSlotsEqualThoseFromTheMapping() {
    for (int length : new int[] {1, 2, 7, 70, 200}) {
      int[] tokens = new Random(length).ints(length, 0, 1000).toArray();
      float[][] mapped = ModelRun.logits(model, tokens);
      for (int slots : new int[] {4, 5, 11, LAYERS * EXPERTS}) {
        assertThat(ModelRun.logits(model, slots(slots), tokens))
            .as(length + " tokens, " + slots + " slots")
            .isDeepEqualTo(mapped);
      }
    }
  }

  @Test
  void longPassReadsEachExpertOnce() {
    int[] tokens = new Random(1).ints(200, 0, 1000).toArray();
    MemoryStatus[] status = new MemoryStatus[1];
    ModelRun.logits(model, reporting(4, status), tokens);
    assertThat(status[0].misses()).isEqualTo(LAYERS * EXPERTS);
    assertThat(status[0].bytesRead()).isEqualTo(expertBytes() + status[0].residentBytes());
  }

  @Test
  void expertsThatFitAreReadOnce() {
    try (ModelFile file = ModelFile.open(model);
        PagedWeights weights = new PagedWeights(file, plan(file, LAYERS * EXPERTS))) {
      LayerExperts[] layers = layers(file, weights);
      int[] all = new int[EXPERTS];
      Arrays.fill(all, 1);
      for (int pass = 0; pass < 3; pass++) {
        for (LayerExperts layer : layers) {
          drain(layer, all);
        }
      }
      assertThat(weights.status().misses()).isEqualTo(LAYERS * EXPERTS);
      assertThat(weights.status().hits()).isEqualTo(2 * LAYERS * EXPERTS);
    }
  }

  @Test
  void whatIsChosenOftenStays() {
    try (ModelFile file = ModelFile.open(model);
        PagedWeights weights = new PagedWeights(file, plan(file, LAYERS * EXPERTS / 2))) {
      LayerExperts[] layers = layers(file, weights);
      Random random = new Random(2);
      long before = 0;
      int rounds = 2000;
      for (int pass = 0; pass < rounds; pass++) {
        if (pass == rounds / 2) {
          before = weights.status().hits();
        }
        for (LayerExperts layer : layers) {
          // 80 % of the choices fall on the first half of the experts
          int[] choices = new int[EXPERTS];
          choices[random.nextInt(10) < 8 ? random.nextInt(4) : 4 + random.nextInt(4)] = 1;
          drain(layer, choices);
        }
      }
      double rate = (double) (weights.status().hits() - before) / (rounds / 2 * LAYERS);
      assertThat(rate).as("part of the choices found in half of the slots").isGreaterThan(0.74);
    }
  }

  @Test
  void guessesAreUsedOrForgotten() {
    Random random = new Random(3);
    try (ModelFile file = ModelFile.open(model);
        PagedWeights weights = new PagedWeights(file, plan(file, 6))) {
      LayerExperts[] layers = layers(file, weights);
      for (int pass = 0; pass < 300; pass++) {
        for (int l = 0; l < LAYERS; l++) {
          layers[(l + 1) % LAYERS].expect(random.ints(3, 0, EXPERTS).distinct().toArray());
          int[] choices = new int[EXPERTS];
          for (int i = 0; i < USED; i++) {
            choices[random.nextInt(EXPERTS)] = 1;
          }
          drain(layers[l], choices);
        }
      }
      assertThat(weights.status().hits()).isPositive();
    }
  }

  @Test
  void memoryCanBeGivenToOthersAndTakenBack() {
    try (ModelFile file = ModelFile.open(model);
        PagedWeights weights = new PagedWeights(file, plan(file, 20))) {
      LayerExperts[] layers = layers(file, weights);
      int[] all = new int[EXPERTS];
      Arrays.fill(all, 1);
      for (long taken : new long[] {0, 1L << 30, 0, 700_000, 0}) {
        weights.makeRoom(taken);
        for (LayerExperts layer : layers) {
          drain(layer, all);
        }
        assertThat(weights.status().slots())
            .isEqualTo(taken == 0 ? 20 : taken == 1L << 30 ? 2 * USED : 20 - slotsFor(file, taken));
      }
    }
  }

  @Test
  void fileThatHasBecomeShortFailsThePassAndNotTheNext() throws IOException {
    try (ModelFile file = ModelFile.open(model);
        PagedWeights weights = new PagedWeights(file, plan(file, 8))) {
      LayerExperts[] layers = layers(file, weights);
      int[] all = new int[EXPERTS];
      Arrays.fill(all, 1);
      try (FileChannel channel = FileChannel.open(model, StandardOpenOption.WRITE)) {
        channel.truncate(Files.size(model) - 100_000);
      }
      assertThatExceptionOfType(EngineException.class)
          .isThrownBy(() -> drain(layers[LAYERS - 1], all))
          .withMessageContaining("tiny.gguf");
      drain(layers[0], all);
    }
  }

  private Function<ModelFile, WeightStore> slots(int count) {
    return file -> new PagedWeights(file, plan(file, count));
  }

  private Function<ModelFile, WeightStore> reporting(int count, MemoryStatus[] status) {
    return file ->
        new PagedWeights(file, plan(file, count)) {
          @Override
          public void close() {
            status[0] = status();
            super.close();
          }
        };
  }

  private static MemoryPlan plan(ModelFile file, int slots) {
    return MemoryPlan.choose(file, 1, 0, 0, 0).withSlots(slots);
  }

  private static int slotsFor(ModelFile file, long bytes) {
    long slot = MemoryPlan.choose(file, 1, 0, 0, 0).slotBytes();
    return (int) ((bytes + slot - 1) / slot);
  }

  private static LayerExperts[] layers(ModelFile file, WeightStore weights) {
    LayerExperts[] layers = new LayerExperts[LAYERS];
    for (int l = 0; l < LAYERS; l++) {
      String prefix = "blk." + l + ".ffn_";
      layers[l] =
          weights.experts(
              l,
              file.tensor(prefix + "gate_exps.weight"),
              file.tensor(prefix + "up_exps.weight"),
              file.tensor(prefix + "down_exps.weight"));
    }
    return layers;
  }

  private static void drain(LayerExperts layer, int[] choices) {
    layer.begin(choices, 1);
    int seen = 0;
    for (List<LayerExperts.Expert> wave = layer.next(); !wave.isEmpty(); wave = layer.next()) {
      for (LayerExperts.Expert expert : wave) {
        assertThat(choices[expert.index()]).isPositive();
        seen++;
      }
    }
    assertThat(seen).isEqualTo((int) Arrays.stream(choices).filter(c -> c > 0).count());
  }

  private long expertBytes() {
    try (ModelFile file = ModelFile.open(model)) {
      return file.tensors().stream()
          .filter(MemoryPlan::isExpert)
          .map(Tensor::data)
          .mapToLong(MemorySegment::byteSize)
          .sum();
    }
  }
}
