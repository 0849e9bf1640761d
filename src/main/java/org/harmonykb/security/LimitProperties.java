package org.harmonykb.security;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What one caller may use up; a person and each of their API keys count apart. 0 is no limit, and
 * demo mode has none.
 *
 * @param requestsPerMinute to the whole API
 * @param questionsPerMinute that make the model write
 * @param generations that run at the same time
 */
@ConfigurationProperties("kb.limits")
record LimitProperties(
    @DefaultValue("600") int requestsPerMinute,
    @DefaultValue("30") int questionsPerMinute,
    @DefaultValue("4") int generations) {}
