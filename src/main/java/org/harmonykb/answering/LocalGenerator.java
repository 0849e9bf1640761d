package org.harmonykb.answering;

import java.time.Clock;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.harmonykb.engine.ContextOverflowException;
import org.harmonykb.engine.FinishReason;
import org.harmonykb.engine.GenerationEvent;
import org.harmonykb.engine.GenerationRequest;
import org.harmonykb.engine.LogitsMask;
import org.harmonykb.engine.TokenStream;
import org.harmonykb.harmony.Channel;
import org.harmonykb.harmony.CompletionParser;

/** Lets the loaded model write. Thread-safe. */
final class LocalGenerator implements Generator {

  /** Tokens that an answer needs at least; a longer history is trimmed for them. */
  private static final int ROOM = 64;

  private final LanguageModel.Loaded model;
  private final Clock clock;
  private final CitationMask citationMask;

  LocalGenerator(LanguageModel.Loaded model, Clock clock) {
    this.model = model;
    this.clock = clock;
    this.citationMask = new CitationMask(model.engine().tokenizer());
  }

  @Override
  public PromptTemplate.Style style(PromptTemplate.Style configured) {
    return PromptTemplate.style(configured, model.engine().model().parameterCount());
  }

  @Override
  public boolean thinks() {
    return model.format().thinks();
  }

  @Override
  public LogitsMask citing(Set<Integer> passages) {
    return citationMask.forPassages(passages);
  }

  @Override
  public LogitsMask copying(List<Evidence.Sentence> sentences, int most) {
    return new CopyMask(sentences, model.engine().tokenizer(), model.format().stopTokens(), most);
  }

  /**
   * A prompt as the model reads it.
   *
   * @param trimmedTurns the oldest turns that do not fit
   */
  private record Prompt(int[] tokens, int trimmedTurns) {}

  @Override
  public LocalDate today() {
    return LocalDate.now(clock);
  }

  @Override
  public String text(Order order) {
    return model.engine().tokenizer().decode(render(order).tokens);
  }

  @Override
  public int tokens(Order order) {
    return render(order).tokens.length;
  }

  private Prompt render(Order order) {
    int context = model.engine().model().contextLength();
    int[] prompt = {};
    int trimmed = 0;
    int turns = order.history().size();
    for (; trimmed <= turns; trimmed++) {
      prompt = model.format().render(order.conversation(trimmed));
      if (prompt.length + Math.min(order.maxTokens(), ROOM) < context) {
        break;
      }
    }
    if (prompt.length >= context) {
      throw new ContextOverflowException(prompt.length, context);
    }
    return new Prompt(prompt, Math.min(trimmed, turns));
  }

  @Override
  public Generated write(Order order, AnswerListener listener) {
    Prompt rendered = render(order);
    int[] prompt = rendered.tokens;
    GenerationRequest request =
        new GenerationRequest(
            prompt,
            order.maxTokens(),
            order.sampling(),
            model.format().stopTokens(),
            List.of(),
            order.mask(),
            order.adapter());
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
            firstToken = firstToken == 0 ? Generator.millis(started) : firstToken;
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
        order.message(),
        usage,
        firstToken,
        rendered.trimmedTurns,
        tokens,
        Hashes.of(prompt),
        null);
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
      } else if (delta.channel() == Channel.ANALYSIS) {
        listener.reasoning(delta.text());
        silent = false;
      }
    }
    if (silent) {
      listener.heartbeat();
    }
  }
}
