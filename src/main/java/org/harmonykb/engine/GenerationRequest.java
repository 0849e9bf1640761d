package org.harmonykb.engine;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One generation.
 *
 * @param prompt all token ids from the start of the conversation
 * @param maxTokens most tokens to sample; cut to what the context still holds
 * @param sampling how to choose among the logits
 * @param stopTokens ids that end the generation; the id itself is reported as the last token
 * @param stopSequences texts that end the generation; neither they nor what follows is reported
 * @param mask restricts the choice at each step, or null
 * @param adapter changes the model, or null
 * @param alternatives how many likely tokens are reported beside each chosen one
 */
public record GenerationRequest(
    int[] prompt,
    int maxTokens,
    SamplingOptions sampling,
    Set<Integer> stopTokens,
    List<String> stopSequences,
    @Nullable LogitsMask mask,
    @Nullable AdapterChoice adapter,
    int alternatives) {

  public GenerationRequest(
      int[] prompt,
      int maxTokens,
      SamplingOptions sampling,
      Set<Integer> stopTokens,
      List<String> stopSequences,
      @Nullable LogitsMask mask,
      @Nullable AdapterChoice adapter) {
    this(prompt, maxTokens, sampling, stopTokens, stopSequences, mask, adapter, 0);
  }

  /** A request to the model as it is. */
  public GenerationRequest(
      int[] prompt,
      int maxTokens,
      SamplingOptions sampling,
      Set<Integer> stopTokens,
      List<String> stopSequences,
      @Nullable LogitsMask mask) {
    this(prompt, maxTokens, sampling, stopTokens, stopSequences, mask, null);
  }

  public GenerationRequest withAdapter(@Nullable AdapterChoice choice) {
    return new GenerationRequest(
        prompt, maxTokens, sampling, stopTokens, stopSequences, mask, choice, alternatives);
  }
}
