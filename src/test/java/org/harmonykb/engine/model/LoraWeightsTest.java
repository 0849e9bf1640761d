package org.harmonykb.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.harmonykb.Fixtures;
import org.harmonykb.engine.TestAdapters;
import org.harmonykb.engine.TestAdapters.Change;
import org.harmonykb.engine.format.ModelFile;
import org.harmonykb.engine.format.ModelMetadata;
import org.harmonykb.engine.format.Tensor;
import org.harmonykb.engine.format.TensorType;
import org.harmonykb.engine.kernel.Compute;
import org.harmonykb.engine.kernel.KvLayout;
import org.harmonykb.engine.kvcache.KvCache;
import org.harmonykb.engine.kvcache.KvSequence;
import org.harmonykb.engine.paging.WeightStore;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An adapter beside a weight does what adding {@code B A} to the weight would do. */
class LoraWeightsTest {

  private static final int RANK = 5;
  private static final float ALPHA = 10;

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "blk.0.attn_q.weight",
        "blk.1.attn_k.weight",
        "blk.0.attn_v.weight",
        "blk.1.attn_output.weight",
        "blk.0.ffn_gate_inp.weight",
        "blk.0.ffn_gate_exps.weight",
        "blk.1.ffn_up_exps.weight",
        "blk.1.ffn_down_exps.weight",
        "output.weight"
      })
  void eachWeightOfGptOssIsChanged(String weight) throws IOException {
    assertEqualsMerged(
        Fixtures.shared("fixtures/engine/tiny-gpt-oss-MXFP4_MOE.gguf"),
        "gpt-oss",
        List.of(weight),
        0.1,
        100);
  }

  @Test
  void allWeightsOfADenseLayerAreChanged() throws IOException {
    assertEqualsMerged(
        Fixtures.smolLm2(),
        "llama",
        List.of(
            "blk.3.attn_q.weight",
            "blk.3.attn_k.weight",
            "blk.3.attn_v.weight",
            "blk.3.attn_output.weight",
            "blk.29.ffn_gate.weight",
            "blk.29.ffn_up.weight",
            "blk.29.ffn_down.weight"),
        0.02,
        20);
  }

  private void assertEqualsMerged(
      Path model, String architecture, List<String> weights, double size, int tokens)
      throws IOException {
    List<Change> changes = TestAdapters.random(model, RANK, size, 11, weights);
    Path adapter = TestAdapters.writeGguf(folder.resolve("a.gguf"), architecture, ALPHA, changes);
    try (Arena arena = Arena.ofShared();
        ModelFile file = ModelFile.open(model);
        Compute compute = new Compute(0)) {
      Map<String, Tensor> merged = new HashMap<>();
      changes.forEach(
          c -> merged.put(c.weight(), merge(file.tensor(c.weight()), c, compute, arena)));
      Transformer base = Architectures.build(file, compute, KvLayout.F32);
      Transformer added = Architectures.build(new Changed(file, merged), compute, KvLayout.F32);
      float[] plain = logits(base, null, tokens);
      float[] adapted = logits(base, adapter, tokens);
      assertThat(divergence(adapted, logits(added, null, tokens), base)).isLessThan(1e-8);
      assertThat(divergence(adapted, plain, base)).isGreaterThan(1e-6);
      assertThat(logits(base, null, tokens)).isEqualTo(plain);
    }
  }

  @Test
  void tokensOfDifferentAdaptersInOneBatchAreComputedAsAlone() throws IOException {
    Path model = Fixtures.shared("fixtures/engine/tiny-gpt-oss-MXFP4_MOE.gguf");
    List<String> weights =
        List.of(
            "blk.0.attn_q.weight",
            "blk.0.attn_output.weight",
            "blk.0.ffn_gate_inp.weight",
            "blk.0.ffn_gate_exps.weight",
            "blk.1.ffn_down_exps.weight",
            "output.weight");
    Path path =
        TestAdapters.writeGguf(
            folder.resolve("a.gguf"),
            "gpt-oss",
            ALPHA,
            TestAdapters.random(model, RANK, 0.1, 14, weights));
    int tokens = 60;
    int[] ids = new Random(8).ints(tokens, 0, 1000).toArray();
    try (ModelFile file = ModelFile.open(model);
        Compute compute = new Compute(0)) {
      Transformer base = Architectures.build(file, compute, KvLayout.F32);
      int vocabulary = base.vocabularySize();
      try (KvCache cache = cache(base);
          LoraAdapter lora = LoraAdapter.load(path, base)) {
        List<LoraChoice> choices =
            List.of(LoraChoice.NONE, LoraChoice.of(lora, 1), LoraChoice.of(lora, 0.5f));
        List<KvSequence> sequences =
            choices.stream().map(choice -> cache.acquire(ids, choice)).toList();
        Batch batch = new Batch();
        for (int id : ids) {
          for (int i = 0; i < choices.size(); i++) {
            batch.add(sequences.get(i), id, true, choices.get(i));
          }
        }
        float[] together = new float[3 * tokens * vocabulary];
        base.forward(batch, together);
        for (int i = 0; i < choices.size(); i++) {
          KvSequence sequence = cache.acquire(ids, choices.get(i));
          for (int t = 0; t < tokens; t++) {
            batch.clear();
            batch.add(sequence, ids[t], true, choices.get(i));
            float[] alone = new float[vocabulary];
            base.forward(batch, alone);
            int row = (t * 3 + i) * vocabulary;
            assertThat(Arrays.copyOfRange(together, row, row + vocabulary)).isEqualTo(alone);
          }
        }
      }
    }
  }

  /** PEFT has the heads of Llama by halves, GGUF by neighbours; a model may be in either order. */
  @Test
  void peftAdapterOfLlamaTurnsItsRowsAsTheModelFileDoes() throws IOException {
    Map<String, String> modules =
        Map.of(
            "blk.2.attn_q.weight", "base_model.model.model.layers.2.self_attn.q_proj",
            "blk.4.attn_k.weight", "base_model.model.model.layers.4.self_attn.k_proj");
    List<String> weights = modules.keySet().stream().sorted().toList();
    List<Change> changes = TestAdapters.random(Fixtures.smolLm2(), RANK, 0.05, 12, weights);
    Map<String, Object> config =
        Map.of(
            "peft_type",
            "LORA",
            "r",
            RANK,
            "lora_alpha",
            ALPHA,
            "target_modules",
            List.of("q_proj"));
    Path peft = TestAdapters.writePeft(folder.resolve("peft"), config, modules, changes);
    List<Change> turnedChanges = new ArrayList<>();
    for (Change change : changes) {
      float[] turned = new float[change.b().length];
      for (int row = 0; row < change.rows(); row++) {
        int inHead = row % 64;
        int to = row - inHead + (inHead < 32 ? 2 * inHead : 2 * (inHead - 32) + 1);
        System.arraycopy(change.b(), row * RANK, turned, to * RANK, RANK);
      }
      turnedChanges.add(
          new Change(
              change.weight(), change.columns(), change.rows(), 1, RANK, change.a(), turned));
    }
    Path gguf = TestAdapters.writeGguf(folder.resolve("a.gguf"), "llama", ALPHA, turnedChanges);
    try (Arena arena = Arena.ofShared();
        ModelFile file = ModelFile.open(Fixtures.smolLm2());
        Compute compute = new Compute(0)) {
      ModelConfig config2 = ModelConfig.from(file.metadata());
      Map<String, Tensor> halves = new HashMap<>();
      for (int l = 0; l < config2.blockCount(); l++) {
        String prefix = "blk." + l + ".attn_";
        byHalves(file.tensor(prefix + "q.weight"), config2.headCount(), arena, halves);
        byHalves(file.tensor(prefix + "k.weight"), config2.headCountKv(), arena, halves);
      }
      Changed turned = new Changed(file, halves);
      Transformer neighbours = Architectures.build(file, compute, KvLayout.F32);
      Transformer asPublished =
          Llama.build(
              turned,
              config2,
              new ModelTensors(turned, compute, WeightStore.mapped(turned)),
              compute,
              KvLayout.F32,
              Rope.Pairing.HALVES);
      float[] expected = logits(asPublished, peft, 20);
      float[] ours = logits(neighbours, peft, 20);
      assertThat(divergence(expected, ours, neighbours)).isLessThan(1e-8);
      assertThat(divergence(logits(neighbours, null, 20), ours, neighbours)).isGreaterThan(1e-6);
      assertThat(logits(neighbours, gguf, 20)).isEqualTo(ours);
      assertThat(logits(asPublished, gguf, 20)).isEqualTo(expected);
    }
  }

  @Test
  void packedExpertsOfPeftAreThoseOfGguf() throws IOException {
    Path model = Fixtures.shared("fixtures/engine/tiny-gpt-oss-MXFP4_MOE.gguf");
    List<Change> random =
        TestAdapters.random(
            model,
            RANK,
            0.1,
            13,
            List.of(
                "blk.1.ffn_gate_exps.weight",
                "blk.1.ffn_up_exps.weight",
                "blk.1.ffn_down_exps.weight"));
    Change gate = random.get(0);
    Change up =
        new Change(
            random.get(1).weight(),
            gate.columns(),
            gate.rows(),
            gate.experts(),
            RANK,
            gate.a(), // PEFT has one A for both
            random.get(1).b());
    Change down = random.get(2);
    Map<String, TestAdapters.Matrix> tensors = new LinkedHashMap<>();
    String module = "base_model.model.model.layers.1.mlp.experts";
    pack(module + ".base_layer", tensors, List.of(gate, up));
    pack(module, tensors, List.of(down));
    Map<String, Object> config = Map.of("peft_type", "LORA", "r", RANK, "lora_alpha", ALPHA);
    Path peft = TestAdapters.writePeft(folder.resolve("peft"), config, tensors);
    Path gguf =
        TestAdapters.writeGguf(folder.resolve("a.gguf"), "gpt-oss", ALPHA, List.of(gate, up, down));
    try (ModelFile file = ModelFile.open(model);
        Compute compute = new Compute(0)) {
      Transformer base = Architectures.build(file, compute, KvLayout.F32);
      assertThat(logits(base, peft, 40))
          .isEqualTo(logits(base, gguf, 40))
          .isNotEqualTo(logits(base, null, 40));
    }
  }

  /** Packs as PEFT does: B has the outputs of all changes in turn, and the expert fastest. */
  private static void pack(
      String module, Map<String, TestAdapters.Matrix> out, List<Change> changes) {
    Change first = changes.getFirst();
    int experts = first.experts();
    int sides = changes.size();
    int rows = sides * first.rows();
    float[] b = new float[rows * RANK * experts];
    for (int o = 0; o < rows; o++) {
      for (int r = 0; r < RANK; r++) {
        for (int e = 0; e < experts; e++) {
          b[(o * RANK + r) * experts + e] =
              changes.get(o % sides).b()[(e * first.rows() + o / sides) * RANK + r];
        }
      }
    }
    out.put(
        module + ".lora_A.weight",
        new TestAdapters.Matrix(experts * RANK, first.columns(), first.a()));
    out.put(module + ".lora_B.weight", new TestAdapters.Matrix(rows, RANK * experts, b));
  }

  private static Tensor merge(Tensor weight, Change change, Compute compute, Arena arena) {
    MemorySegment data = arena.allocate(4 * weight.elements(), 64);
    float[] row = new float[weight.columns()];
    for (int e = 0; e < weight.matrices(); e++) {
      for (int r = 0; r < weight.rows(); r++) {
        int at = e * weight.rows() + r;
        compute.row(weight, at, row, 0);
        for (int c = 0; c < row.length; c++) {
          float sum = (float) (row[c] + ALPHA / RANK * change.product(e, r, c));
          data.setAtIndex(ValueLayout.JAVA_FLOAT, (long) at * row.length + c, sum);
        }
      }
    }
    return new Tensor(weight.name(), TensorType.F32, weight.shape(), data);
  }

  private static void byHalves(Tensor weight, int heads, Arena arena, Map<String, Tensor> out) {
    MemorySegment data = arena.allocate(weight.data().byteSize(), 64);
    int half = weight.rows() / heads / 2;
    long bytes = weight.rowBytes();
    for (int h = 0; h < heads; h++) {
      for (int i = 0; i < half; i++) {
        for (int side = 0; side < 2; side++) {
          long from = 2L * (h * half + i) + side;
          long to = (2L * h + side) * half + i;
          MemorySegment.copy(weight.data(), from * bytes, data, to * bytes, bytes);
        }
      }
    }
    out.put(weight.name(), new Tensor(weight.name(), weight.type(), weight.shape(), data));
  }

  /** A model with some tensors in place of its own. */
  private record Changed(ModelFile file, Map<String, Tensor> changed) implements ModelFile {
    @Override
    public Path path() {
      return file.path();
    }

    @Override
    public long size() {
      return file.size();
    }

    @Override
    public ModelMetadata metadata() {
      return file.metadata();
    }

    @Override
    public Collection<Tensor> tensors() {
      return file.tensors();
    }

    @Override
    public @Nullable Tensor tensorOrNull(String name) {
      return changed.containsKey(name) ? changed.get(name) : file.tensorOrNull(name);
    }

    @Override
    public void close() {
      file.close();
    }
  }

  private static KvCache cache(Transformer model) {
    ModelConfig config = model.config();
    return new KvCache(
        new KvCache.Shape(
            config.blockCount(), config.headCountKv(), config.keyLength(), KvLayout.F32),
        1);
  }

  /** {@code [tokens][vocabulary]} of a fixed sequence. */
  private static float[] logits(Transformer model, @Nullable Path adapter, int tokens) {
    int[] ids = new Random(8).ints(tokens, 0, 1000).toArray();
    try (KvCache cache = cache(model);
        LoraAdapter lora = adapter == null ? null : LoraAdapter.load(adapter, model)) {
      LoraChoice choice = lora == null ? LoraChoice.NONE : LoraChoice.of(lora, 1);
      KvSequence sequence = cache.acquire(ids);
      Batch batch = new Batch();
      for (int id : ids) {
        batch.add(sequence, id, true, choice);
      }
      float[] logits = new float[tokens * model.vocabularySize()];
      model.forward(batch, logits);
      return logits;
    }
  }

  /** Mean KL in nats. */
  private static double divergence(float[] reference, float[] ours, Transformer model) {
    int size = model.vocabularySize();
    double sum = 0;
    for (int at = 0; at < ours.length; at += size) {
      sum += FixtureLogitsTest.divergence(reference, ours, at, size);
    }
    return sum * size / ours.length;
  }
}
