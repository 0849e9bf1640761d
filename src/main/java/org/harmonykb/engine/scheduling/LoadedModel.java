package org.harmonykb.engine.scheduling;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.harmonykb.engine.EngineOptions;
import org.harmonykb.engine.ModelInfo;
import org.harmonykb.engine.Tokenizer;
import org.harmonykb.engine.format.ModelFile;
import org.harmonykb.engine.format.ModelFingerprint;
import org.harmonykb.engine.format.Tensor;
import org.harmonykb.engine.kernel.Activations;
import org.harmonykb.engine.kernel.Compute;
import org.harmonykb.engine.kernel.KvLayout;
import org.harmonykb.engine.kvcache.KvCache;
import org.harmonykb.engine.kvcache.KvFile;
import org.harmonykb.engine.model.Architectures;
import org.harmonykb.engine.model.ModelConfig;
import org.harmonykb.engine.model.Transformer;
import org.harmonykb.engine.paging.MemoryPlan;
import org.harmonykb.engine.paging.WeightStore;
import org.harmonykb.engine.tokenizer.BpeTokenizer;
import org.jspecify.annotations.Nullable;

/**
 * A model that is ready to compute, with all that it owns: file, threads, weights and the cache of
 * keys and values. Opened whole or not at all; closed once, by the engine's thread, after the last
 * computation.
 *
 * @param canRound whether products of generated tokens may be computed in another way than a
 *     prompt's
 */
record LoadedModel(
    ModelFile file,
    Compute compute,
    WeightStore weights,
    Transformer transformer,
    KvCache cache,
    Tokenizer tokenizer,
    ModelInfo info,
    boolean canRound)
    implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(LoadedModel.class.getName());

  /**
   * @throws org.harmonykb.engine.EngineException if the file is no model that can be computed here,
   *     with the reason
   */
  static LoadedModel open(Path path, EngineOptions options) {
    ModelFile file = ModelFile.open(path);
    Compute compute =
        new Compute(options.threads(), Activations.valueOf(options.activations().name()));
    WeightStore weights = null;
    try {
      KvLayout layout = options.kvType() == EngineOptions.KvType.F16 ? KvLayout.F16 : KvLayout.F32;
      Tokenizer tokenizer = BpeTokenizer.from(file.metadata());
      ModelConfig config = ModelConfig.from(file.metadata());
      KvCache.Shape shape = shape(config, layout);
      MemoryPlan plan =
          MemoryPlan.choose(
              file,
              options.memory(),
              options.kvCacheBytes(),
              shape.bytes(contextLength(options, config)));
      LOG.log(
          plan.doubt().isEmpty() ? System.Logger.Level.INFO : System.Logger.Level.WARNING,
          "Memory: {0}",
          plan.describe());
      weights = WeightStore.open(file, plan, options.memory());
      Transformer transformer = Architectures.build(file, compute, layout, weights);
      KvFile kvFile = kvFile(file, compute, options, shape);
      KvCache cache = new KvCache(shape, plan.kvCacheBytes(), kvFile);
      ModelInfo info = describe(path, file, transformer, options);
      LOG.log(
          System.Logger.Level.INFO,
          "Model {0} ({1}), context {2} tokens, {3}",
          info.name(),
          info.architecture(),
          Integer.toString(info.contextLength()),
          compute.describe());
      boolean canRound =
          file.tensors().stream().anyMatch(tensor -> compute.roundsActivations(tensor.type()));
      return new LoadedModel(file, compute, weights, transformer, cache, tokenizer, info, canRound);
    } catch (RuntimeException e) {
      if (weights != null) {
        weights.close();
      }
      compute.close();
      file.close();
      throw e;
    }
  }

  private static int contextLength(EngineOptions options, ModelConfig config) {
    return options.contextLength() == 0
        ? config.contextLength()
        : Math.min(options.contextLength(), config.contextLength());
  }

  private static KvCache.Shape shape(ModelConfig config, KvLayout layout) {
    return new KvCache.Shape(config.blockCount(), config.headCountKv(), config.keyLength(), layout);
  }

  /** Keys and values on disk are this model's, computed by these kernels, or not used at all. */
  private static @Nullable KvFile kvFile(
      ModelFile file, Compute compute, EngineOptions options, KvCache.Shape shape) {
    if (options.kvCacheFolder() == null) {
      return null;
    }
    String key = ModelFingerprint.of(file) + "\n" + compute.numerics();
    try {
      return KvFile.open(options.kvCacheFolder(), key, shape, options.kvCacheDiskBytes());
    } catch (IOException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "Keys and values are kept in memory only: {0}",
          e.toString());
      return null;
    }
  }

  private static ModelInfo describe(
      Path path, ModelFile file, Transformer transformer, EngineOptions options) {
    ModelConfig config = transformer.config();
    Map<String, Integer> types = new TreeMap<>();
    long parameters = 0;
    for (Tensor tensor : file.tensors()) {
      types.merge(tensor.type().name(), 1, Integer::sum);
      parameters += tensor.elements();
    }
    String name = file.metadata().stringOrNull("general.name");
    return new ModelInfo(
        name == null ? String.valueOf(path.getFileName()) : name,
        config.architecture(),
        path,
        file.size(),
        parameters,
        transformer.vocabularySize(),
        contextLength(options, config),
        config.contextLength(),
        types,
        file.metadata().stringOrNull("tokenizer.chat_template"));
  }

  @Override
  public void close() {
    cache.close();
    weights.close();
    compute.close();
    file.close();
  }
}
