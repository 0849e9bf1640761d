package org.harmonykb.answering;

import java.time.Clock;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.harmonykb.engine.AdapterChoice;
import org.harmonykb.engine.ContextOverflowException;
import org.harmonykb.engine.FinishReason;
import org.harmonykb.engine.GenerationEvent;
import org.harmonykb.engine.GenerationRequest;
import org.harmonykb.engine.LogitsMask;
import org.harmonykb.engine.SamplingOptions;
import org.harmonykb.engine.TokenStream;
import org.harmonykb.harmony.Channel;
import org.harmonykb.harmony.CompletionParser;
import org.harmonykb.harmony.Conversation;
import org.jspecify.annotations.Nullable;

/** Lets the model write. Thread-safe. */
final class Generator {

  /** Tokens that an answer needs at least; a longer history is trimmed for them. */
  private static final int ROOM = 64;

  private final LanguageModel.Loaded model;
  private final Clock clock;
  private final CitationMask citationMask;

  Generator(LanguageModel.Loaded model, Clock clock) {
    this.model = model;
    this.clock = clock;
    this.citationMask = new CitationMask(model.engine().tokenizer());
  }

  long parameters() {
    return model.engine().model().parameterCount();
  }

  /** Only these passages may be cited. */
  LogitsMask citing(Set<Integer> passages) {
    return citationMask.forPassages(passages);
  }

  /** Only these sentences may be written. */
  LogitsMask copying(List<Evidence.Sentence> sentences, int most) {
    return new CopyMask(sentences, model.engine().tokenizer(), model.format().stopTokens(), most);
  }

  /**
   * What the model wrote and what it cost.
   *
   * @param prompt the user message as the model saw it
   * @param trimmedTurns the oldest turns that no longer fitted
   */
  record Generated(
      String text,
      String prompt,
      GenerationEvent.Usage usage,
      double firstTokenMs,
      int trimmedTurns,
      List<Integer> tokens,
      String promptHash) {}

  /**
   * What the model is to be told.
   *
   * @param date the day that the prompt names
   * @param message the user message, passages included
   */
  record Order(
      LocalDate date,
      Conversation.ReasoningEffort effort,
      String instructions,
      List<Answerer.Exchange> history,
      String message,
      SamplingOptions sampling,
      int maxTokens,
      @Nullable LogitsMask mask,
      @Nullable AdapterChoice adapter) {}

  /**
   * A prompt as the model reads it.
   *
   * @param trimmedTurns the oldest turns that do not fit
   */
  record Prompt(int[] tokens, int trimmedTurns) {}

  /** The day that prompts name. */
  LocalDate today() {
    return LocalDate.now(clock);
  }

  /** The prompt as text, control tokens included. */
  String text(Prompt prompt) {
    return model.engine().tokenizer().decode(prompt.tokens);
  }

  /**
   * @throws ContextOverflowException if the message alone does not fit
   */
  Prompt render(Order order) {
    int context = model.engine().model().contextLength();
    int[] prompt = {};
    int trimmed = 0;
    List<Answerer.Exchange> history = order.history;
    for (; trimmed <= history.size(); trimmed++) {
      prompt = model.format().render(conversation(order, history.subList(trimmed, history.size())));
      if (prompt.length + Math.min(order.maxTokens, ROOM) < context) {
        break;
      }
    }
    if (prompt.length >= context) {
      throw new ContextOverflowException(prompt.length, context);
    }
    return new Prompt(prompt, Math.min(trimmed, history.size()));
  }

  /**
   * @throws ContextOverflowException if the message alone does not fit
   * @throws AnswerCancelledException if the listener stopped it
   */
  Generated write(Order order, AnswerListener listener) {
    Prompt rendered = render(order);
    int[] prompt = rendered.tokens;
    GenerationRequest request =
        new GenerationRequest(
            prompt,
            order.maxTokens,
            order.sampling,
            model.format().stopTokens(),
            List.of(),
            order.mask,
            order.adapter);
    CitationStream shown = new CitationStream(listener::token);
    List<Integer> tokens = new ArrayList<>();
    CompletionParser parser = model.format().parser();
    StringBuilder text = new StringBuilder();
    long started = System.nanoTime();
    double firstToken = 0;
    GenerationEvent.Usage usage = new GenerationEvent.Usage(prompt.length, 0, 0);
    try (TokenStream stream = model.engine().generate(request)) {
      listener.began(stream::close);
      while (stream.hasNext()) {
        switch (stream.next()) {
          case GenerationEvent.Queued queued ->
              listener.progress(queued.position(), 0, prompt.length);
          case GenerationEvent.Prefill prefill ->
              listener.progress(0, prefill.done(), prefill.total());
          case GenerationEvent.Token token -> {
            firstToken = firstToken == 0 ? millis(started) : firstToken;
            tokens.add(token.id());
            emit(parser.accept(token.id()), text, shown, listener);
          }
          case GenerationEvent.Finished finished -> {
            if (finished.reason() == FinishReason.CANCELLED) {
              throw new AnswerCancelledException();
            }
            emit(parser.finish(), text, shown, listener);
            shown.finish();
            usage = finished.usage();
          }
          case GenerationEvent.Failed failed -> throw failed.cause();
        }
      }
    }
    return new Generated(
        text.toString().strip(),
        order.message,
        usage,
        firstToken,
        rendered.trimmedTurns,
        tokens,
        Hashes.of(prompt));
  }

  private static void emit(
      List<CompletionParser.Delta> deltas,
      StringBuilder text,
      CitationStream shown,
      AnswerListener listener) {
    boolean silent = true;
    for (CompletionParser.Delta delta : deltas) {
      if (delta.channel() == Channel.FINAL) {
        text.append(delta.text());
        shown.accept(delta.text());
        silent = false;
      }
    }
    if (silent) {
      listener.heartbeat();
    }
  }

  private static Conversation conversation(Order order, List<Answerer.Exchange> history) {
    List<Conversation.Turn> turns = new ArrayList<>();
    for (Answerer.Exchange exchange : history) {
      turns.add(new Conversation.Turn.User(exchange.prompt()));
      turns.add(new Conversation.Turn.Assistant(exchange.answer()));
    }
    turns.add(new Conversation.Turn.User(order.message));
    return new Conversation(order.date.toString(), order.effort, order.instructions, turns);
  }

  private static double millis(long since) {
    return Math.round((System.nanoTime() - since) / 1e4) / 100.0;
  }
}
