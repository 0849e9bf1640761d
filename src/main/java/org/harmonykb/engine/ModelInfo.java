package org.harmonykb.engine;

import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is known about a loaded model.
 *
 * @param name name from the file's metadata, else the file name
 * @param architecture GGUF architecture, such as {@code llama} or {@code gpt-oss}
 * @param file where it was loaded from
 * @param fileBytes size on disk
 * @param parameterCount number of weights
 * @param vocabularySize number of logits per position
 * @param contextLength tokens that prompt and answer may use together, as configured
 * @param trainedContextLength the model's own limit
 * @param tensorTypes number of tensors by type name, such as {@code MXFP4 -> 72}
 * @param chatTemplate the Jinja template from the file, which tells the chat format, or null
 */
public record ModelInfo(
    String name,
    String architecture,
    Path file,
    long fileBytes,
    long parameterCount,
    int vocabularySize,
    int contextLength,
    int trainedContextLength,
    Map<String, Integer> tensorTypes,
    @Nullable String chatTemplate) {}
