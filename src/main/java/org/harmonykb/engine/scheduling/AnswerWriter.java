package org.harmonykb.engine.scheduling;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import org.harmonykb.engine.model.Batch;
import org.harmonykb.engine.model.LoraChoice;
import org.harmonykb.engine.model.Transformer;

/**
 * Computes the next token of every running answer in one batch, with what {@link Speculation}
 * expects to follow it, and hands the logits to the slots. Used by the engine's thread alone; the
 * counters may be read by any.
 */
final class AnswerWriter {

  /** Kinds of tokens in the order in which a batch takes them. */
  private enum Kind {
    GENERATED,
    PROMPT,
    PLAIN
  }

  /** An answer's rows of logits: after its last token and after each drafted one. */
  private record Sampled(Slot slot, int[] draft) {}

  private final Transformer transformer;
  private final boolean canRound;
  private final boolean speculates;
  private final Experience experience;
  private final Batch batch = new Batch();

  private volatile long completionTokens;
  private volatile long draftedTokens;
  private volatile long acceptedTokens;

  /**
   * @param canRound whether the model has weights whose products with generated tokens are computed
   *     in another way than a prompt's
   * @param speculates whether tokens may be guessed
   * @param experience learns how long batches take
   */
  AnswerWriter(
      Transformer transformer, boolean canRound, boolean speculates, Experience experience) {
    this.transformer = transformer;
    this.canRound = canRound;
    this.speculates = speculates;
    this.experience = experience;
  }

  long completionTokens() {
    return completionTokens;
  }

  long draftedTokens() {
    return draftedTokens;
  }

  long acceptedTokens() {
    return acceptedTokens;
  }

  /**
   * One step of answers that have one token pending each.
   *
   * @param whenOver told of each answer that is over, before the next one is looked at
   */
  void write(List<Slot> writing, Consumer<Slot> whenOver) {
    List<Slot> inOrder = new ArrayList<>(writing);
    inOrder.sort(Comparator.comparing(this::kind));
    batch.clear();
    List<Sampled> sampled = new ArrayList<>();
    StepLoad load = new StepLoad(inOrder.size(), inOrder.size());
    for (Slot slot : inOrder) {
      int[] draft = maySpeculate(slot) ? slot.draft(load) : Speculation.NONE;
      add(slot, slot.token(slot.sequence().length()));
      for (int token : draft) {
        add(slot, token);
      }
      sampled.add(new Sampled(slot, draft));
    }
    float[] logits = new float[batch.size() * transformer.vocabularySize()];
    long begun = System.nanoTime();
    transformer.forward(batch, logits);
    experience.times().record(batch.size(), System.nanoTime() - begun);
    int row = 0;
    for (Sampled s : sampled) {
      if (accept(s, logits, row)) {
        whenOver.accept(s.slot);
      }
      row += 1 + s.draft.length;
    }
  }

  /**
   * The first token of an answer.
   *
   * @param logits of its prompt's last token
   * @return whether the answer is over
   */
  boolean begin(Slot slot, float[] logits) {
    return accept(new Sampled(slot, Speculation.NONE), logits, 0);
  }

  /** Goes on with an answer as far as its draft is what the sampler chooses, and one token more. */
  private boolean accept(Sampled sampled, float[] logits, int firstRow) {
    Slot slot = sampled.slot;
    int[] draft = sampled.draft;
    int vocabulary = transformer.vocabularySize();
    int accepted = 0;
    boolean isOver = false;
    for (int i = 0; i == accepted && i <= draft.length && !isOver; i++) {
      int from = (firstRow + i) * vocabulary;
      completionTokens++;
      isOver = slot.accept(Arrays.copyOfRange(logits, from, from + vocabulary));
      if (i < draft.length && slot.lastToken() == draft[i]) {
        accepted++;
      }
    }
    if (draft.length > 0) {
      slot.verified(draft.length, accepted);
      draftedTokens += draft.length;
      acceptedTokens += accepted;
    }
    return isOver;
  }

  /** Whether answers of a request are computed in another way than its prompt. */
  boolean rounds(Slot slot) {
    return canRound && slot.mayRound();
  }

  /** Whether a request's next token is; the last of a prompt is not. */
  private boolean isRounded(Slot slot) {
    return rounds(slot) && slot.completionTokens() > 0;
  }

  /** Drafts are generated tokens, so they cannot follow one that is not where that matters. */
  private boolean maySpeculate(Slot slot) {
    return speculates && rounds(slot) == isRounded(slot);
  }

  /** The kind of a request's next token, which is a prompt's last or an answer's. */
  private Kind kind(Slot slot) {
    return isRounded(slot) ? Kind.GENERATED : slot.mayRound() ? Kind.PROMPT : Kind.PLAIN;
  }

  private void add(Slot slot, int token) {
    LoraChoice choice = slot.lease().choice();
    switch (kind(slot)) {
      case GENERATED -> batch.addGenerated(slot.sequence(), token, true, choice);
      case PROMPT -> batch.addPrompt(slot.sequence(), token, true, choice);
      case PLAIN -> batch.add(slot.sequence(), token, true, choice);
    }
  }
}
