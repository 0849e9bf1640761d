package org.harmonykb.engine.model;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Function;
import org.harmonykb.engine.format.ModelFile;
import org.harmonykb.engine.kernel.Compute;
import org.harmonykb.engine.kernel.KvLayout;
import org.harmonykb.engine.kvcache.KvCache;
import org.harmonykb.engine.kvcache.KvSequence;
import org.harmonykb.engine.paging.WeightStore;

/** Opens a model, computes some tokens and closes it. */
public final class ModelRun {

  private ModelRun() {}

  /** Logits after each token. */
  public static float[][] logits(Path model, int... tokens) {
    return logits(model, WeightStore::mapped, tokens);
  }

  /** Logits after each token, computed in one pass. */
  public static float[][] logits(
      Path model, Function<ModelFile, WeightStore> store, int... tokens) {
    try (ModelFile file = ModelFile.open(model);
        WeightStore weights = store.apply(file);
        Compute compute = new Compute(1)) {
      Transformer transformer = Architectures.build(file, compute, KvLayout.F32, weights);
      ModelConfig config = transformer.config();
      KvCache.Shape shape =
          new KvCache.Shape(
              config.blockCount(), config.headCountKv(), config.keyLength(), KvLayout.F32);
      try (KvCache cache = new KvCache(shape, 1)) {
        KvSequence sequence = cache.acquire(tokens);
        Batch batch = new Batch();
        for (int token : tokens) {
          batch.add(sequence, Math.min(token, transformer.vocabularySize() - 1), true);
        }
        int vocabulary = transformer.vocabularySize();
        float[] logits = new float[tokens.length * vocabulary];
        transformer.forward(batch, logits);
        float[][] rows = new float[tokens.length][];
        for (int t = 0; t < tokens.length; t++) {
          rows[t] = Arrays.copyOfRange(logits, t * vocabulary, (t + 1) * vocabulary);
        }
        return rows;
      }
    }
  }
}
