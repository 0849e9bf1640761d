package org.harmonykb.engine.scheduling;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;
import org.harmonykb.engine.AdapterChoice;
import org.harmonykb.engine.AdapterInfo;
import org.harmonykb.engine.ContextOverflowException;
import org.harmonykb.engine.EngineBusyException;
import org.harmonykb.engine.EngineException;
import org.harmonykb.engine.EngineOptions;
import org.harmonykb.engine.EngineStatus;
import org.harmonykb.engine.FinishReason;
import org.harmonykb.engine.GenerationRequest;
import org.harmonykb.engine.InferenceEngine;
import org.harmonykb.engine.MemoryStatus;
import org.harmonykb.engine.ModelInfo;
import org.harmonykb.engine.SamplingOptions;
import org.harmonykb.engine.TokenStream;
import org.harmonykb.engine.Tokenizer;
import org.harmonykb.engine.kvcache.KvCache;
import org.harmonykb.engine.model.LoraAdapter;
import org.harmonykb.engine.model.LoraChoice;
import org.harmonykb.engine.model.Transformer;
import org.harmonykb.engine.paging.WeightStore;
import org.jspecify.annotations.Nullable;

/**
 * Runs requests together: each step computes one token of every running answer, with what {@link
 * Speculation} expects to follow it, and some layers of a slice of one prompt that is still being
 * read ({@link PromptPass}). Requests join and leave between steps, each with its own adapter or
 * none. What a request gets does not depend on who shares its steps.
 */
public final class BatchingEngine implements InferenceEngine {

  /** A request that follows within this time does not wait for an answer that is read again. */
  private static final long QUIET_NANOS = 500_000_000;

  private static final System.Logger LOG = System.getLogger(BatchingEngine.class.getName());

  /** Answers computed side by side. */
  private static final int MAX_RUNNING = 8;

  /** Seconds of a prompt's layer while others write, and above which it is begun anew for them. */
  private static final double SHORT_LAYER = 0.35;

  private static final double TOO_LONG_LAYER = 0.5;

  /** The same while nobody writes, for passes longer than is needed to use the processor well. */
  private static final double LONG_LAYER = 2;

  private static final int WELL_USED = 512;

  /** How long layers of a prompt are computed before those that are written get their tokens. */
  private static final long TURN_NANOS = 100_000_000;

  /** The same where nobody writes: how soon a new or cancelled request is noticed. */
  private static final long ALONE_NANOS = 50_000_000;

  /** The warm-up's own part of the KV cache, emptied at its end. */
  private static final Object WARM_UP = "warm-up";

  private final LoadedModel model;
  private final WeightStore weights;
  private final Transformer transformer;
  private final KvCache cache;
  private final AdapterRegistry adapters = new AdapterRegistry();
  private final ModelInfo info;
  private final EngineOptions options;
  private final Thread thread;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition work = lock.newCondition();
  private final Deque<Slot> queue = new ArrayDeque<>(); // guarded by lock
  private final List<CompletableFuture<Boolean>> forgetting = new ArrayList<>(); // guarded by lock
  private boolean closed; // guarded by lock
  private final List<Slot> running = new ArrayList<>(); // the engine's thread
  private final AnswerReader answerReader; // the engine's thread
  private boolean hasUnsaved; // the engine's thread
  private @Nullable PromptPass reading; // the engine's thread
  private final PrefillPace pace; // the engine's thread
  private final Experience experience = new Experience(); // the engine's thread
  private final AnswerWriter writer; // the engine's thread

  private volatile int runningCount;
  private volatile long promptTokens;
  private volatile long cachedTokens;

  /** Opens a model; see {@link InferenceEngine#load}. */
  public BatchingEngine(Path path, EngineOptions options) {
    this.options = options;
    model = LoadedModel.open(path, options);
    cache = model.cache();
    weights = model.weights();
    transformer = model.transformer();
    info = model.info();
    pace = new PrefillPace(transformer.config().blockCount());
    answerReader = new AnswerReader(cache, transformer);
    writer = new AnswerWriter(transformer, model.canRound(), options.speculation(), experience);
    thread = Thread.ofPlatform().name("engine").daemon().start(this::run);
  }

  @Override
  public ModelInfo model() {
    return info;
  }

  @Override
  public Tokenizer tokenizer() {
    return model.tokenizer();
  }

  @Override
  public TokenStream generate(GenerationRequest request) {
    int length = request.prompt().length;
    if (length == 0 || request.maxTokens() < 1) {
      throw new EngineException("A request needs a prompt and at least one token to generate");
    }
    if (length >= info.contextLength()) {
      throw new ContextOverflowException(length, info.contextLength());
    }
    for (int token : request.prompt()) {
      if (token < 0 || token >= info.vocabularySize()) {
        throw new EngineException(
            "The prompt holds the token "
                + token
                + ", but the vocabulary ends at "
                + info.vocabularySize());
      }
    }
    return submit(request, adapters.acquire(request.adapter()));
  }

  @Override
  public void warmUp() {
    int[] prompt =
        IntStream.range(0, Math.min(256, info.contextLength() / 2))
            .map(i -> (i + 100) % info.vocabularySize())
            .toArray();
    GenerationRequest request =
        new GenerationRequest(prompt, 16, SamplingOptions.GREEDY, Set.of(), List.of(), null);
    try (TokenStream stream =
        submit(request, new AdapterRegistry.Lease(null, LoraChoice.NONE, WARM_UP))) {
      stream.forEachRemaining(_ -> {});
    } catch (EngineException e) {
      LOG.log(System.Logger.Level.DEBUG, "The warm-up ended early", e);
    }
  }

  /** Queues a request, which owns the lease from now on. */
  private TokenStream submit(GenerationRequest request, AdapterRegistry.Lease lease) {
    boolean accepted = false;
    lock.lock();
    try {
      if (closed) {
        throw new EngineException("The engine is closed");
      }
      int ahead = Math.max(0, queue.size() + runningCount - MAX_RUNNING + 1);
      if (ahead > options.maxQueued()) {
        throw new EngineBusyException(queue.size());
      }
      Slot slot =
          new Slot(request, model.tokenizer(), info.contextLength(), adapters, lease, experience);
      slot.queued(ahead);
      queue.addLast(slot);
      accepted = true;
      return slot;
    } finally {
      if (!accepted) {
        adapters.release(lease);
      }
      work.signal();
      lock.unlock();
    }
  }

  @Override
  public AdapterInfo loadAdapter(String name, Path path, float scale) {
    AdapterChoice.checkScale(scale);
    LoraAdapter adapter = LoraAdapter.load(path, transformer);
    AdapterRegistry.Entry entry = new AdapterRegistry.Entry(name, path, scale, adapter);
    if (!adapters.put(entry)) {
      adapter.close();
      throw new EngineException("The engine is closed");
    }
    wake();
    return adapters.info(entry);
  }

  @Override
  public void unloadAdapter(String name) {
    adapters.remove(name);
    wake();
  }

  @Override
  public List<AdapterInfo> adapters() {
    return adapters.list();
  }

  @Override
  public void forgetPrompts() {
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    lock.lock();
    try {
      if (closed) {
        throw new EngineException("The engine is closed");
      }
      forgetting.add(done);
      work.signal();
    } finally {
      lock.unlock();
    }
    if (!done.join()) {
      throw new EngineException("The engine is closed");
    }
  }

  /** Called with the lock, between steps. */
  private void forgetIfAsked() {
    if (!forgetting.isEmpty()) {
      answerReader.clear();
      cache.forgetIdle();
      forgetting.forEach(done -> done.complete(true));
      forgetting.clear();
    }
  }

  private void wake() {
    lock.lock();
    try {
      work.signal();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public EngineStatus status() {
    lock.lock();
    try {
      return new EngineStatus(
          runningCount,
          queue.size(),
          promptTokens,
          cachedTokens,
          writer.completionTokens(),
          writer.draftedTokens(),
          writer.acceptedTokens(),
          cache.bytes(),
          weights.status());
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      work.signal();
    } finally {
      lock.unlock();
    }
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      while (admit()) {
        dropCancelled();
        if (!running.isEmpty()) {
          try {
            step();
          } catch (RuntimeException | Error e) {
            LOG.log(System.Logger.Level.ERROR, "A step failed; its requests end", e);
            failRunning(new EngineException("The engine failed: " + e, e));
          }
        }
      }
    } finally {
      for (Slot slot : running) {
        slot.finish(FinishReason.CANCELLED);
      }
      running.clear();
      refuseToForget();
      adapters.close();
      model.close();
    }
  }

  private void refuseToForget() {
    lock.lock();
    try {
      closed = true;
      forgetting.forEach(done -> done.complete(false));
      forgetting.clear();
    } finally {
      lock.unlock();
    }
  }

  /** Takes waiting requests in; blocks while there is nothing to do; false means closed. */
  private boolean admit() {
    lock.lock();
    try {
      long quietFrom = System.nanoTime() + QUIET_NANOS;
      while (running.isEmpty() && queue.isEmpty() && !closed) {
        adapters.takeRetired(cache);
        forgetIfAsked();
        long untilQuiet = quietFrom - System.nanoTime();
        if (answerReader.hasWork() && untilQuiet > 0) {
          awaitWork(untilQuiet);
        } else if (answerReader.hasWork()) {
          readAnswers();
        } else if (hasUnsaved) {
          saveOne();
        } else {
          work.awaitUninterruptibly();
        }
      }
      adapters.takeRetired(cache);
      forgetIfAsked();
      if (closed) {
        for (Slot slot : queue) {
          slot.finish(FinishReason.CANCELLED);
        }
        queue.clear();
        return false;
      }
      queue.removeIf(BatchingEngine::endIfCancelled);
      while (running.size() < MAX_RUNNING && !queue.isEmpty()) {
        Slot slot = queue.removeFirst();
        slot.start(cache.acquire(slot.request().prompt(), slot.lease().variant()));
        promptTokens += slot.request().prompt().length;
        cachedTokens += slot.cachedTokens();
        running.add(slot);
      }
      runningCount = running.size();
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void awaitWork(long nanos) {
    try {
      work.awaitNanos(nanos);
    } catch (InterruptedException e) {
      // The thread is the engine's own: whoever interrupts it only ends the waiting.
      LOG.log(System.Logger.Level.DEBUG, "The engine's thread was interrupted", e);
    }
  }

  private static boolean endIfCancelled(Slot slot) {
    if (slot.isCancelled()) {
      slot.finish(FinishReason.CANCELLED);
    }
    return slot.isCancelled();
  }

  /** Uses a quiet moment to read answers again; requests may come in meanwhile. */
  private void readAnswers() {
    lock.unlock();
    try {
      weights.makeRoom(cache.bytes());
      answerReader.readSlice();
      hasUnsaved = true;
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.ERROR, "An answer was not read again", e);
    } finally {
      lock.lock();
    }
  }

  /** Uses a quiet moment to save keys and values; requests may come in meanwhile. */
  private void saveOne() {
    lock.unlock();
    try {
      hasUnsaved = cache.writeOne();
    } finally {
      lock.lock();
    }
  }

  private void dropCancelled() {
    for (Iterator<Slot> slots = running.iterator(); slots.hasNext(); ) {
      Slot slot = slots.next();
      if (slot.isCancelled()) {
        slots.remove();
        if (reading != null && isBeingRead(slot)) {
          reading.abandon();
          reading = null;
        }
        slot.finish(FinishReason.CANCELLED);
        release(slot);
      }
    }
    runningCount = running.size();
  }

  /** A token of every running answer, then some layers of a prompt. */
  private void step() {
    List<Slot> writing = new ArrayList<>();
    for (Slot slot : running) {
      if (!isBeingRead(slot) && slot.pending() == 1) {
        writing.add(slot);
      }
    }
    weights.makeRoom(cache.bytes());
    if (!writing.isEmpty()) {
      writer.write(writing, this::end);
    }
    if (reading != null && !writing.isEmpty() && reading.isTooLong(TOO_LONG_LAYER)) {
      // It was begun when nobody else was there, and would hold the others up layer after layer.
      reading.abandon();
      reading = null;
    }
    if (reading == null) {
      reading = nextToRead(!writing.isEmpty());
    }
    if (reading != null && reading.advance(writing.isEmpty() ? ALONE_NANOS : TURN_NANOS)) {
      finishReading(reading);
    }
    runningCount = running.size();
  }

  private boolean isBeingRead(Slot slot) {
    return reading != null && reading.slot() == slot;
  }

  private @Nullable PromptPass nextToRead(boolean isOneWriting) {
    for (Slot slot : running) {
      if (slot.pending() > 1) {
        int most =
            isOneWriting ? pace.tokens(SHORT_LAYER) : Math.max(WELL_USED, pace.tokens(LONG_LAYER));
        most = Math.min(most, weights.passTokens());
        return new PromptPass(slot, Math.min(slot.pending(), most), !isOneWriting, transformer);
      }
    }
    return null;
  }

  private void finishReading(PromptPass pass) {
    reading = null;
    pace.record(pass.tokens(), pass.seconds());
    // A prompt that is read in slices lets the next one have its turn.
    running.remove(pass.slot());
    running.add(pass.slot());
    if (pass.isLast() && writer.begin(pass.slot(), pass.logits())) {
      end(pass.slot());
    }
  }

  private void end(Slot slot) {
    running.remove(slot);
    release(slot);
  }

  /** Keys and values of rounded activations are not those that the tokens get in a prompt. */
  private void release(Slot slot) {
    if (writer.rounds(slot)) {
      int known = slot.sequence().length();
      if (known > slot.request().prompt().length
          && slot.lease().variant() != WARM_UP
          && weights.status().mode() == MemoryStatus.Mode.MAPPED) {
        answerReader.add(slot.tokens(known));
      }
      slot.sequence().truncate(slot.request().prompt().length);
    }
    cache.release(slot.sequence());
    hasUnsaved = true;
    if (slot.lease().variant() == WARM_UP) {
      cache.forget(WARM_UP::equals);
    }
  }

  private void failRunning(EngineException cause) {
    reading = null;
    for (Slot slot : running) {
      slot.fail(cause);
      slot.sequence().truncate(0);
      release(slot);
    }
    running.clear();
    runningCount = 0;
  }
}
