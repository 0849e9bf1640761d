package org.harmonykb.answering;

import jakarta.validation.constraints.Min;
import java.nio.file.Path;
import org.harmonykb.engine.EngineOptions;
import org.harmonykb.engine.MemoryOptions;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * How the inference engine runs.
 *
 * @param contextLength tokens of prompt and answer together; 0 means the model's own limit
 * @param threads 0 means one for each processor
 * @param kvCacheMemory memory for keys and values that no running request reads
 * @param kvCacheDisk the same on disk, kept over restarts; 0 keeps none
 * @param memory of the process, as {@code auto} or a size; decides whether all weights are mapped
 *     or experts are read into slots
 * @param lock whether mapped weights stay in memory once they are read; needs a right or a limit
 *     that allows it (CAP_IPC_LOCK, ulimit -l), and is worth it where the system reclaims what
 *     looks cold or others push it out
 * @param speculation whether repeated tokens are guessed, where that pays; answers are the same
 * @param activations what weights are multiplied with: f32, or where it is faster, int12 for
 *     generated tokens, or int10 for prompts too
 */
@Validated
@ConfigurationProperties("kb.engine")
record EngineProperties(
    @Min(0) @DefaultValue("4096") int contextLength,
    @Min(0) @DefaultValue("0") int threads,
    @DefaultValue("1GB") DataSize kvCacheMemory,
    @DefaultValue("4GB") DataSize kvCacheDisk,
    @DefaultValue("auto") String memory,
    @DefaultValue("false") boolean lock,
    @DefaultValue("true") boolean speculation,
    @DefaultValue("int10") EngineOptions.Activations activations) {

  /** Classes and caches of the service, the embedding model and the process that parses. */
  static final long SERVICE_BYTES = 896L << 20;

  EngineProperties {
    MemoryOptions.parse(memory); // says at the start what is wrong with it
  }

  EngineOptions options(Path kvCacheFolder) {
    EngineOptions options =
        EngineOptions.DEFAULTS
            .withContextLength(contextLength)
            .withThreads(threads)
            .withSpeculation(speculation)
            .withActivations(activations)
            .withMemory(MemoryOptions.parse(memory).plusOthers(SERVICE_BYTES).withLocks(lock))
            .withKvCacheBytes(kvCacheMemory.toBytes());
    return kvCacheDisk.toBytes() == 0
        ? options
        : options.withKvCacheOnDisk(kvCacheFolder, kvCacheDisk.toBytes());
  }
}
