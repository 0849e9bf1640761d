package org.harmonykb.answering;

import jakarta.validation.constraints.Min;
import java.nio.file.Path;
import org.harmonykb.engine.EngineOptions;
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
 * @param speculation whether repeated tokens are guessed, where that pays; answers are the same
 */
@Validated
@ConfigurationProperties("kb.engine")
record EngineProperties(
    @Min(0) @DefaultValue("4096") int contextLength,
    @Min(0) @DefaultValue("0") int threads,
    @DefaultValue("1GB") DataSize kvCacheMemory,
    @DefaultValue("4GB") DataSize kvCacheDisk,
    @DefaultValue("true") boolean speculation) {

  EngineOptions options(Path kvCacheFolder) {
    EngineOptions options =
        EngineOptions.DEFAULTS
            .withContextLength(contextLength)
            .withThreads(threads)
            .withSpeculation(speculation)
            .withKvCacheBytes(kvCacheMemory.toBytes());
    return kvCacheDisk.toBytes() == 0
        ? options
        : options.withKvCacheOnDisk(kvCacheFolder, kvCacheDisk.toBytes());
  }
}
