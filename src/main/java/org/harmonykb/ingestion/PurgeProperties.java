package org.harmonykb.ingestion;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How long things are kept that nothing answers from.
 *
 * @param keep how long a revision stays readable after a newer one came
 */
@ConfigurationProperties("kb.revisions")
record PurgeProperties(@DefaultValue("365d") Duration keep) {}
