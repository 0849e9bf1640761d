package org.harmonykb.engine.paging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Path;
import org.harmonykb.Fixtures;
import org.harmonykb.engine.MemoryOptions;
import org.harmonykb.engine.format.ModelFile;
import org.harmonykb.engine.quantization.SyntheticModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who gets how much of the memory. */
class MemoryPlanTest {

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  @Test
  void modelThatFitsIsMappedAndOneThatDoesNotIsPaged() {
    try (ModelFile file = tiny()) {
      long heap = 1_000_000;
      long kv = 500_000;
      long enough = file.size() + heap + kv;
      assertThat(MemoryPlan.choose(file, enough, heap, kv, 0).isPaged()).isFalse();
      MemoryPlan paged = MemoryPlan.choose(file, enough - 1, heap, kv, 0);
      assertThat(paged.isPaged()).isTrue();
      assertThat(paged.doubt()).isEmpty();
      assertThat(paged.kvCacheBytes()).isEqualTo((enough - 1) / 32);
      assertThat(heap + paged.kvReserve() + paged.denseBytes() + paged.slots() * paged.slotBytes())
          .isLessThan(enough);
      assertThat(paged.slots()).isBetween(8, 32);
      assertThat(paged.describe()).contains("experts in slots", "dense weights");
    }
  }

  @Test
  void memoryForTooFewExpertsIsDoubtedAndUsed() {
    try (ModelFile file = tiny()) {
      MemoryPlan plan = MemoryPlan.choose(file, 1_000, 0, 0, 0);
      assertThat(plan.slots()).isEqualTo(4);
      assertThat(plan.doubt()).contains("more than there is");
    }
  }

  @Test
  void denseModelIsAlwaysMapped() {
    try (ModelFile file = ModelFile.open(Fixtures.shared("fixtures/engine/tiny-llama-gptq"))) {
      MemoryPlan plan = MemoryPlan.choose(file, 1_000, 0, 0, 0);
      assertThat(plan.isPaged()).isFalse();
      assertThat(plan.doubt()).contains("larger than the memory");
    }
  }

  @Test
  void sizesAreReadInPowersOfTenAndTwo() {
    assertThat(MemoryOptions.parse("6GB").limitBytes()).isEqualTo(6_000_000_000L);
    assertThat(MemoryOptions.parse("6 gib").limitBytes()).isEqualTo(6L << 30);
    assertThat(MemoryOptions.parse("7.8G").limitBytes()).isEqualTo(7_800_000_000L);
    assertThat(MemoryOptions.parse("512MB").limitBytes()).isEqualTo(512_000_000L);
    assertThat(MemoryOptions.parse("4096").limitBytes()).isEqualTo(4096);
    assertThat(MemoryOptions.parse("auto")).isEqualTo(MemoryOptions.AUTO);
    assertThat(MemoryOptions.AUTO.resolve()).isPositive();
    for (String wrong : new String[] {"", "much", "-1GB", "0", "1.5.2GB", "6 bananas"}) {
      assertThatExceptionOfType(IllegalArgumentException.class)
          .as(wrong)
          .isThrownBy(() -> MemoryOptions.parse(wrong));
    }
  }

  private ModelFile tiny() {
    Path model = folder.resolve("tiny.gguf");
    SyntheticModel.write(
        SyntheticModel.Shape.TINY, model, 5, SyntheticModel.Router.UNIFORM, null, (_, _) -> {});
    return ModelFile.open(model);
  }
}
