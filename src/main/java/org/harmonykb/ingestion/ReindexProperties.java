package org.harmonykb.ingestion;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * When a new index generation becomes the live one.
 *
 * @param minOverlap share of what the live generation finds for logged questions that the new one
 *     must find too
 * @param keepPrevious how long the previous generation is kept for a rollback
 */
@ConfigurationProperties("kb.reindex")
record ReindexProperties(
    @DefaultValue("0.5") double minOverlap, @DefaultValue("7d") Duration keepPrevious) {}
