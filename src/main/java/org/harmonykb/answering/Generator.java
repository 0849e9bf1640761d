package org.harmonykb.answering;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.harmonykb.engine.AdapterChoice;
import org.harmonykb.engine.GenerationEvent;
import org.harmonykb.engine.LogitsMask;
import org.harmonykb.engine.SamplingOptions;
import org.harmonykb.harmony.Conversation;
import org.jspecify.annotations.Nullable;

/** Lets a model write, in this process or behind a server. Thread-safe. */
sealed interface Generator permits LocalGenerator, RemoteGenerator {

  /**
   * What the model wrote and what it cost.
   *
   * @param prompt the user message as the model saw it
   * @param trimmedTurns the oldest turns that no longer fitted
   * @param tokens what was sampled; empty where a server does not tell
   * @param backEnd the server that wrote, or null
   */
  record Generated(
      String text,
      String prompt,
      GenerationEvent.Usage usage,
      double firstTokenMs,
      int trimmedTurns,
      List<Integer> tokens,
      String promptHash,
      @Nullable String backEnd) {}

  /**
   * What the model is to be told.
   *
   * @param conversationId whose cached beginning the prompt goes on from
   * @param date the day that the prompt names
   * @param message the user message, passages included
   * @param passages numbers that may be cited
   * @param mask what may be written, where the sampler is ours
   */
  record Order(
      UUID conversationId,
      LocalDate date,
      Conversation.ReasoningEffort effort,
      String instructions,
      List<Answerer.Exchange> history,
      String message,
      Set<Integer> passages,
      SamplingOptions sampling,
      int maxTokens,
      @Nullable LogitsMask mask,
      @Nullable AdapterChoice adapter) {

    /** Its last turns, after some are left out. */
    Conversation conversation(int trimmedTurns) {
      List<Conversation.Turn> turns = new ArrayList<>();
      for (Answerer.Exchange exchange : history.subList(trimmedTurns, history.size())) {
        turns.add(new Conversation.Turn.User(exchange.prompt()));
        turns.add(new Conversation.Turn.Assistant(exchange.answer()));
      }
      turns.add(new Conversation.Turn.User(message));
      return new Conversation(date.toString(), effort, instructions, turns);
    }
  }

  /** How prompts are built for this model. */
  PromptTemplate.Style style(PromptTemplate.Style configured);

  /** Whether it may think before it answers, and heeds for how long. */
  boolean thinks();

  /** Only these passages may be cited; null where the sampler is not ours. */
  @Nullable LogitsMask citing(Set<Integer> passages);

  /** Only these sentences may be written; null where the sampler is not ours. */
  @Nullable LogitsMask copying(List<Evidence.Sentence> sentences, int most);

  /** The day that prompts name. */
  LocalDate today();

  /** The prompt as text, with control tokens where they are known. */
  String text(Order order);

  /** How many tokens the prompt takes, as far as that is known. */
  int tokens(Order order);

  /**
   * Writes, and tells a listener as it goes.
   *
   * @throws org.harmonykb.engine.ContextOverflowException if the message alone does not fit
   * @throws org.harmonykb.remote.NoBackEndException if no server writes
   * @throws AnswerCancelledException if the listener stopped it
   */
  Generated write(Order order, AnswerListener listener);

  /** Milliseconds since a time of {@link System#nanoTime}. */
  static double millis(long since) {
    return Math.round((System.nanoTime() - since) / 1e4) / 100.0;
  }
}
