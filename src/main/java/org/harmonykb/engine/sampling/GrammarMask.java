package org.harmonykb.engine.sampling;

import java.util.Arrays;
import org.harmonykb.engine.LogitsMask;

/**
 * Lets a model write only what a grammar allows, and only what can still be brought to its end
 * within the token limit: what is cut short is whole all the same. For one generation; used by the
 * engine's thread, but {@link #isCut} by any.
 */
public final class GrammarMask implements LogitsMask {

  private final Grammar grammar;
  private final int maxTokens;
  private Grammar.State state;
  private int accepted;
  private volatile boolean cut;

  /**
   * @param maxTokens tokens that may be generated, the context's limit included
   * @throws SchemaException if not even the shortest text fits
   */
  public GrammarMask(TokenVocabulary vocabulary, Node form, int maxTokens) {
    this.grammar = new Grammar(vocabulary, form);
    this.maxTokens = maxTokens;
    this.state = grammar.start();
    if (state.isDead()) {
      throw new SchemaException("No text of this form ever ends; the schema contradicts itself");
    }
    if (state.cost() > maxTokens) {
      throw new SchemaException(
          "The shortest text of this form takes up to %d tokens, but only %d may be written"
              .formatted(state.cost(), maxTokens));
    }
  }

  /** Whether the limit kept the model from what it would rather have written. */
  public boolean isCut() {
    return cut;
  }

  @Override
  public void apply(int[] generated, int count, float[] logits) {
    if (count < accepted) {
      state = grammar.start();
      accepted = 0;
    }
    while (accepted < count) {
      state = grammar.accept(state, generated[accepted++]);
    }
    Grammar.Allowed allowed = grammar.allowed(state);
    int left = maxTokens - count - 1;
    boolean takesBulk = allowed.bulk() != null && allowed.bulkCost() <= left;
    float best = Float.NEGATIVE_INFINITY;
    float bestAffordable = Float.NEGATIVE_INFINITY;
    int[] tokens = allowed.tokens();
    float[] kept = new float[tokens.length];
    for (int i = 0; i < tokens.length; i++) {
      boolean affordable = allowed.costs()[i] <= left;
      kept[i] = affordable ? logits[tokens[i]] : Float.NEGATIVE_INFINITY;
      best = Math.max(best, logits[tokens[i]]);
      bestAffordable = Math.max(bestAffordable, kept[i]);
    }
    if (allowed.bulk() == null) {
      Arrays.fill(logits, Float.NEGATIVE_INFINITY);
    } else {
      for (int id = 0; id < logits.length; id++) {
        if (allowed.bulk().get(id)) {
          best = Math.max(best, logits[id]);
          bestAffordable = takesBulk ? Math.max(bestAffordable, logits[id]) : bestAffordable;
        }
        if (!takesBulk || !allowed.bulk().get(id)) {
          logits[id] = Float.NEGATIVE_INFINITY;
        }
      }
    }
    for (int i = 0; i < tokens.length; i++) {
      logits[tokens[i]] = Math.max(logits[tokens[i]], kept[i]);
    }
    if (best > bestAffordable) {
      cut = true;
    }
  }
}
