package org.harmonykb.ingestion;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What reading one file may cost.
 *
 * @param timeout wall-clock time; the reading process is killed then
 * @param memoryMb heap of the reading process in MiB
 * @param idle how long the reading process waits for the next file before it ends
 */
@ConfigurationProperties("kb.parse")
record ParseProperties(
    @DefaultValue("120s") Duration timeout,
    @DefaultValue("512") int memoryMb,
    @DefaultValue("60s") Duration idle) {}
