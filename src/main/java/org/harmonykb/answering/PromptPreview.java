package org.harmonykb.answering;

import java.util.List;
import org.harmonykb.engine.SamplingOptions;
import org.jspecify.annotations.Nullable;

/**
 * What a question would be answered from and what the model would read.
 *
 * @param probability how likely the passages answer the question
 * @param refuses whether the evidence is too weak, so that the model would not be asked
 * @param style {@code passages}, {@code evidence} or {@code copy}
 * @param instructions what the model is told, or null without a model or passages
 * @param message the user message
 * @param prompt the whole prompt as text, control tokens included
 * @param notice why there is no prompt
 */
public record PromptPreview(
    String searchedFor,
    List<Answer.Citation> passages,
    double probability,
    boolean refuses,
    @Nullable String style,
    @Nullable String instructions,
    @Nullable String message,
    @Nullable String prompt,
    int promptTokens,
    @Nullable SamplingOptions sampling,
    @Nullable String notice) {}
