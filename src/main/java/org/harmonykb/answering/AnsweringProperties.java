package org.harmonykb.answering;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How answers are made.
 *
 * @param maxQuestionChars longer questions are refused
 * @param passages most passages in a prompt; few for a small model
 * @param passageTokens tokens that a turn's passages may use together
 * @param maxTokens most tokens of an answer
 * @param minSimilarity below this cosine similarity of the best passage a question is not answered
 * @param minCoverage share of the question's words that the passages must hold, unless the best
 *     passage's similarity is high
 * @param minChineseCoverage the same for Chinese, whose pairs of characters also span words
 * @param highSimilarity from here on a passage is evidence even without common words
 */
@ConfigurationProperties("kb.ask")
public record AnsweringProperties(
    @DefaultValue("4000") int maxQuestionChars,
    @DefaultValue("3") int passages,
    @DefaultValue("900") int passageTokens,
    @DefaultValue("256") int maxTokens,
    @DefaultValue("0.45") double minSimilarity,
    @DefaultValue("0.55") double minCoverage,
    @DefaultValue("0.3") double minChineseCoverage,
    @DefaultValue("0.78") double highSimilarity) {}
