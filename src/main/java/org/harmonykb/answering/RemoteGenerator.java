package org.harmonykb.answering;

import java.time.Clock;
import java.time.LocalDate;
import java.util.List;
import java.util.Set;
import org.harmonykb.engine.ContextOverflowException;
import org.harmonykb.engine.FinishReason;
import org.harmonykb.engine.GenerationEvent;
import org.harmonykb.engine.LogitsMask;
import org.harmonykb.harmony.Conversation;
import org.harmonykb.remote.RemoteEvent;
import org.harmonykb.remote.RemoteModel;
import org.harmonykb.remote.RemoteRequest;
import org.harmonykb.remote.RemoteStream;
import org.jspecify.annotations.Nullable;

/**
 * Lets a model behind servers write from the same instructions and messages. What the sampler
 * cannot forbid there, {@link ForeignCitations} leaves out here. Thread-safe.
 */
final class RemoteGenerator implements Generator {

  /** Tokens that an answer needs at least; a longer history is trimmed for them. */
  private static final int ROOM = 64;

  /** What a chat format writes around a message, and around the whole. */
  private static final int TOKENS_PER_MESSAGE = 8;

  private static final int TOKENS_OF_FORMAT = 64;

  private final RemoteModel model;
  private final Clock clock;

  RemoteGenerator(RemoteModel model, Clock clock) {
    this.model = model;
    this.clock = clock;
  }

  /** Servers have large models, which are shown whole passages. */
  @Override
  public PromptTemplate.Style style(PromptTemplate.Style configured) {
    return configured == PromptTemplate.Style.EVIDENCE
        ? PromptTemplate.Style.EVIDENCE
        : PromptTemplate.Style.PASSAGES;
  }

  @Override
  public boolean thinks() {
    return model.thinks();
  }

  @Override
  public @Nullable LogitsMask citing(Set<Integer> passages) {
    return null;
  }

  @Override
  public @Nullable LogitsMask copying(List<Evidence.Sentence> sentences, int most) {
    return null;
  }

  @Override
  public LocalDate today() {
    return LocalDate.now(clock);
  }

  @Override
  public String text(Order order) {
    return text(order.conversation(trimmed(order)));
  }

  private static String text(Conversation conversation) {
    StringBuilder text = new StringBuilder("system: ").append(conversation.instructions());
    for (Conversation.Turn turn : conversation.turns()) {
      text.append(turn instanceof Conversation.Turn.User ? "\n\nuser: " : "\n\nassistant: ")
          .append(turn.text());
    }
    return text.toString();
  }

  @Override
  public int tokens(Order order) {
    return tokens(order.conversation(trimmed(order)));
  }

  private static int tokens(Conversation conversation) {
    int tokens = TOKENS_OF_FORMAT + TokenEstimate.of(conversation.instructions());
    for (Conversation.Turn turn : conversation.turns()) {
      tokens += TOKENS_PER_MESSAGE + TokenEstimate.of(turn.text());
    }
    return tokens;
  }

  private int trimmed(Order order) {
    int context = model.contextLength();
    int most = order.history().size();
    for (int trimmed = 0; trimmed <= most; trimmed++) {
      int tokens = tokens(order.conversation(trimmed));
      if (tokens + Math.min(order.maxTokens(), ROOM) < context) {
        return trimmed;
      }
    }
    throw new ContextOverflowException(tokens(order.conversation(most)), context);
  }

  @Override
  public Generated write(Order order, AnswerListener listener) {
    int trimmed = trimmed(order);
    Conversation conversation = order.conversation(trimmed);
    int promptTokens = tokens(conversation);
    RemoteRequest request =
        new RemoteRequest(
            order.conversationId(),
            conversation,
            order.sampling(),
            Math.min(order.maxTokens(), model.contextLength() - promptTokens));
    StringBuilder text = new StringBuilder();
    ForeignCitations shown =
        new ForeignCitations(
            order.passages(),
            piece -> {
              text.append(piece);
              listener.token(piece);
            });
    long started = System.nanoTime();
    double firstToken = 0;
    try (RemoteStream stream = model.generate(request)) {
      listener.began(stream::close);
      listener.progress(0, 0, promptTokens);
      while (true) {
        switch (stream.next()) {
          case RemoteEvent.Waiting _ -> listener.heartbeat();
          case RemoteEvent.Thought thought -> {
            firstToken = firstToken == 0 ? Generator.millis(started) : firstToken;
            listener.reasoning(thought.text());
          }
          case RemoteEvent.Text piece -> {
            firstToken = firstToken == 0 ? Generator.millis(started) : firstToken;
            shown.accept(piece.text());
          }
          case RemoteEvent.Failed failed -> throw failed.cause();
          case RemoteEvent.Finished finished -> {
            if (finished.reason() == FinishReason.CANCELLED) {
              throw new AnswerCancelledException();
            }
            shown.finish();
            return new Generated(
                text.toString().strip(),
                order.message(),
                usage(finished.usage(), promptTokens),
                firstToken,
                trimmed,
                List.of(),
                Hashes.of(text(conversation)),
                finished.backEnd());
          }
        }
      }
    }
  }

  /** Servers that count nothing leave the guess. */
  private static GenerationEvent.Usage usage(GenerationEvent.Usage told, int promptTokens) {
    return told.promptTokens() > 0
        ? told
        : new GenerationEvent.Usage(promptTokens, 0, told.completionTokens());
  }
}
