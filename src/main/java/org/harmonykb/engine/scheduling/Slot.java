package org.harmonykb.engine.scheduling;

import java.util.Arrays;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.harmonykb.engine.EngineException;
import org.harmonykb.engine.FinishReason;
import org.harmonykb.engine.GenerationEvent;
import org.harmonykb.engine.GenerationRequest;
import org.harmonykb.engine.TokenStream;
import org.harmonykb.engine.Tokenizer;
import org.harmonykb.engine.kvcache.KvSequence;
import org.harmonykb.engine.sampling.Sampler;
import org.harmonykb.engine.sampling.StopSequences;
import org.harmonykb.engine.tokenizer.Utf8Decoder;
import org.jspecify.annotations.Nullable;

/**
 * One request from queue to end, and the stream that its caller reads. The engine's thread owns all
 * but the event queue and the cancelled flag.
 */
final class Slot implements TokenStream {

  private final GenerationRequest request;
  private final Tokenizer tokenizer;
  private final AdapterRegistry adapters;
  private final AdapterRegistry.Lease lease;
  private final Sampler sampler;
  private final StopSequences stopSequences;
  private final Utf8Decoder decoder = new Utf8Decoder();
  private final Speculation speculation;
  private final int limit;
  private final long submitted = System.nanoTime();
  private final BlockingQueue<GenerationEvent> events = new LinkedBlockingQueue<>();
  private volatile boolean cancelled;
  private boolean released; // the adapter
  private boolean ended; // the reader has seen the last event

  private @Nullable KvSequence sequence;
  private int[] tokens; // prompt and answer
  private int tokenCount;
  private int cached;
  private long started;
  private long prefilled;

  /**
   * @param lease given back at the end
   * @param experience with drafts, shared by all slots
   */
  Slot(
      GenerationRequest request,
      Tokenizer tokenizer,
      int contextLength,
      AdapterRegistry adapters,
      AdapterRegistry.Lease lease,
      Experience experience) {
    this.request = request;
    this.tokenizer = tokenizer;
    this.adapters = adapters;
    this.lease = lease;
    this.sampler = new Sampler(request.sampling(), request.mask(), request.alternatives());
    this.speculation = new Speculation(experience);
    this.stopSequences = new StopSequences(request.stopSequences());
    this.limit = Math.min(request.maxTokens(), contextLength - request.prompt().length);
    this.tokens = Arrays.copyOf(request.prompt(), request.prompt().length + Math.min(limit, 1024));
    this.tokenCount = request.prompt().length;
  }

  GenerationRequest request() {
    return request;
  }

  /**
   * Whether its tokens may be computed from rounded activations. Those of adapters are not:
   * rounding tips a router's tie in a fixture with one, which costs more than the bar allows.
   */
  boolean mayRound() {
    return lease.choice().adapter() == null;
  }

  AdapterRegistry.Lease lease() {
    return lease;
  }

  boolean isCancelled() {
    return cancelled;
  }

  void queued(int position) {
    events.add(new GenerationEvent.Queued(position));
  }

  void start(KvSequence reused) {
    sequence = reused;
    cached = reused.length();
    started = System.nanoTime();
    progress();
  }

  KvSequence sequence() {
    return Objects.requireNonNull(sequence, "the request has not started");
  }

  /** Tokens that are known but whose keys and values are not. */
  int pending() {
    return tokenCount - sequence().length();
  }

  int token(int position) {
    return tokens[position];
  }

  /** The first tokens of prompt and answer. */
  int[] tokens(int count) {
    return Arrays.copyOf(tokens, count);
  }

  int lastToken() {
    return tokens[tokenCount - 1];
  }

  /** Tokens that may follow the last; all of them may be accepted with one more after them. */
  int[] draft(StepLoad load) {
    return speculation.draft(tokens, tokenCount, limit - completionTokens() - 1, load);
  }

  /** Takes the drafted tokens back that the answer does not hold. */
  void verified(int drafted, int accepted) {
    sequence().truncate(tokenCount - 1);
    speculation.verified(drafted, accepted);
  }

  int cachedTokens() {
    return cached;
  }

  int completionTokens() {
    return tokenCount - request.prompt().length;
  }

  void progress() {
    progress(sequence().length());
  }

  /**
   * @param done tokens of the prompt that are read, about
   */
  void progress(int done) {
    int total = request.prompt().length;
    events.add(new GenerationEvent.Prefill(Math.min(done, total), total, cached));
  }

  /**
   * Chooses the next token from the logits after the last.
   *
   * @return whether the generation is over
   */
  boolean accept(float[] logits) {
    if (prefilled == 0) {
      prefilled = System.nanoTime();
    }
    int promptLength = request.prompt().length;
    int[] generated = Arrays.copyOfRange(tokens, promptLength, tokenCount);
    int token = sampler.sample(logits, tokens, tokenCount, generated, generated.length);
    if (tokenCount == tokens.length) {
      tokens = Arrays.copyOf(tokens, 2 * tokenCount);
    }
    tokens[tokenCount++] = token;
    boolean stop = request.stopTokens().contains(token);
    String text = "";
    if (!stop && !tokenizer.isSpecial(token)) {
      text = stopSequences.accept(decoder.accept(tokenizer.bytes(token)));
    }
    events.add(
        new GenerationEvent.Token(token, text, sampler.logProbability(), sampler.alternatives()));
    if (stop || stopSequences.stopped()) {
      finish(FinishReason.STOP);
      return true;
    }
    if (completionTokens() >= limit) {
      finish(FinishReason.LENGTH);
      return true;
    }
    return false;
  }

  void finish(FinishReason reason) {
    releaseAdapter();
    long now = System.nanoTime();
    long begun = started == 0 ? now : started;
    long decodeFrom = prefilled == 0 ? now : prefilled;
    String rest = stopSequences.stopped() ? "" : stopSequences.accept(decoder.finish());
    events.add(
        new GenerationEvent.Finished(
            reason,
            rest + stopSequences.finish(),
            new GenerationEvent.Usage(request.prompt().length, cached, completionTokens()),
            new GenerationEvent.Timings(
                (begun - submitted) / 1e6, (decodeFrom - begun) / 1e6, (now - decodeFrom) / 1e6)));
  }

  void fail(EngineException cause) {
    releaseAdapter();
    events.add(new GenerationEvent.Failed(cause));
  }

  private void releaseAdapter() {
    if (!released) {
      released = true;
      adapters.release(lease);
    }
  }

  @Override
  public boolean hasNext() {
    return !ended;
  }

  @Override
  public GenerationEvent next() {
    if (ended) {
      throw new NoSuchElementException("the generation is over");
    }
    try {
      GenerationEvent event = events.take();
      ended = event instanceof GenerationEvent.Finished || event instanceof GenerationEvent.Failed;
      return event;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      cancelled = true;
      ended = true;
      return new GenerationEvent.Failed(
          new EngineException("interrupted while waiting for a token"));
    }
  }

  @Override
  public void close() {
    cancelled = true;
  }
}
