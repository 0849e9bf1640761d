package org.harmonykb.jobs;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * When jobs run by themselves.
 *
 * @param purge cron expression with seconds, or {@code -} for never
 * @param reindex likewise
 * @param evaluate likewise
 * @param keep how long ended jobs are kept
 * @param pause between two attempts of a job whose database, search engine or storage is away
 */
@ConfigurationProperties("kb.jobs")
record JobProperties(
    @DefaultValue("0 30 2 * * *") String purge,
    @DefaultValue("-") String reindex,
    @DefaultValue("-") String evaluate,
    @DefaultValue("30d") Duration keep,
    @DefaultValue("10s") Duration pause) {}
