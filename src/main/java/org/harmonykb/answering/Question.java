package org.harmonykb.answering;

import java.util.Set;
import java.util.UUID;
import org.harmonykb.engine.AdapterChoice;
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
    @Nullable AdapterChoice adapter) {

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
        text, conversationId, assistant, collections, temperature, topP, maxTokens, scope, choice);
  }
}
