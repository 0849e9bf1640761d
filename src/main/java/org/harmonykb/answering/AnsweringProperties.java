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
 * @param promptPassages most passages that a prompt shows whole
 * @param style how the prompt is built
 * @param quotesEvidence whether what a small model wrote is followed by the sentences it rests on
 * @param minEvidence below this probability that the passages answer a question it is refused; see
 *     docs/answers.md
 */
@ConfigurationProperties("kb.ask")
public record AnsweringProperties(
    @DefaultValue("4000") int maxQuestionChars,
    @DefaultValue("5") int passages,
    @DefaultValue("1600") int passageTokens,
    @DefaultValue("256") int maxTokens,
    @DefaultValue("3") int promptPassages,
    @DefaultValue("AUTO") PromptTemplate.Style style,
    @DefaultValue("true") boolean quotesEvidence,
    @DefaultValue("0.5") double minEvidence) {}
