package org.harmonykb.answering;

import java.util.Set;
import java.util.UUID;
import org.harmonykb.engine.AdapterChoice;
import org.harmonykb.engine.SamplingOptions;
import org.harmonykb.retrieval.AccessScope;
import org.jspecify.annotations.Nullable;

/**
 * What somebody asks.
 *
 * @param conversationId the conversation it goes on with, or null for a new one
 * @param collections narrows the assistant's collections; empty means all of them
 * @param temperature null for the default
 * @param topP null for the default
 * @param maxTokens null for the default
 * @param adapter changes the model, or null
 * @param replaces place of the turn that gives way to this one, with all after it, from 0; null
 *     goes on at the end
 * @param wishes how the answer is to be written
 */
public record Question(
    String text,
    @Nullable UUID conversationId,
    String assistant,
    Set<String> collections,
    @Nullable Double temperature,
    @Nullable Double topP,
    @Nullable Integer maxTokens,
    AccessScope scope,
    @Nullable AdapterChoice adapter,
    @Nullable Integer replaces,
    Wishes wishes) {

  /** A question at the end of its conversation. */
  public Question(
      String text,
      @Nullable UUID conversationId,
      String assistant,
      Set<String> collections,
      @Nullable Double temperature,
      @Nullable Double topP,
      @Nullable Integer maxTokens,
      AccessScope scope,
      @Nullable AdapterChoice adapter) {
    this(
        text,
        conversationId,
        assistant,
        collections,
        temperature,
        topP,
        maxTokens,
        scope,
        adapter,
        null,
        Wishes.NONE);
  }

  /** A question to the model as it is. */
  public Question(
      String text,
      @Nullable UUID conversationId,
      String assistant,
      Set<String> collections,
      @Nullable Double temperature,
      @Nullable Double topP,
      @Nullable Integer maxTokens,
      AccessScope scope) {
    this(text, conversationId, assistant, collections, temperature, topP, maxTokens, scope, null);
  }

  public Question withAdapter(@Nullable AdapterChoice choice) {
    return new Question(
        text,
        conversationId,
        assistant,
        collections,
        temperature,
        topP,
        maxTokens,
        scope,
        choice,
        replaces,
        wishes);
  }

  /** The same in place of a turn. */
  public Question withReplaces(@Nullable Integer ordinal) {
    return new Question(
        text,
        conversationId,
        assistant,
        collections,
        temperature,
        topP,
        maxTokens,
        scope,
        adapter,
        ordinal,
        wishes);
  }

  /** The same with wishes. */
  public Question withWishes(Wishes asked) {
    return new Question(
        text,
        conversationId,
        assistant,
        collections,
        temperature,
        topP,
        maxTokens,
        scope,
        adapter,
        replaces,
        asked);
  }

  /**
   * How tokens are chosen: as the asker says, else as the assistant does.
   *
   * @param copies whether the model copies only, which is not to be penalised
   * @throws InvalidQuestionException if a value is out of range
   */
  SamplingOptions sampling(Assistant.Sampling defaults, boolean copies) {
    double heat = temperature == null ? defaults.temperature() : temperature;
    double share = topP == null ? defaults.topP() : topP;
    if (!(heat >= 0 && heat <= 2) || !(share > 0 && share <= 1)) {
      throw new InvalidQuestionException("temperature must be 0 to 2 and topP above 0 to 1");
    }
    if (maxTokens != null && (maxTokens < 1 || maxTokens > 4096)) {
      throw new InvalidQuestionException("maxTokens must be 1 to 4096");
    }
    return new SamplingOptions(
        heat, 0, share, 0, copies ? 1 : defaults.repetitionPenalty(), defaults.seed());
  }
}
