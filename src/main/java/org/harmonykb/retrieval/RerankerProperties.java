package org.harmonykb.retrieval;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * A cross-encoder that orders the first passages anew; none by default. See docs/retrieval.md.
 *
 * @param path an ONNX network with the inputs of a BERT; its first output has one score for the
 *     pair, or two of which the second speaks for it
 * @param tokenizer its {@code tokenizer.json}; beside the network by default
 * @param passages how many of the first passages it reads
 * @param timeout after this time no further passage is read
 * @param maxTokens longer pairs are cut off
 */
@ConfigurationProperties("kb.reranker")
public record RerankerProperties(
    @Nullable Path path,
    @Nullable Path tokenizer,
    @DefaultValue("20") int passages,
    @DefaultValue("500ms") Duration timeout,
    @DefaultValue("512") int maxTokens) {}
