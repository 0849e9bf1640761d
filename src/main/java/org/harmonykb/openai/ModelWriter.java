package org.harmonykb.openai;

import java.util.List;
import java.util.Set;
import org.harmonykb.answering.AnswerCancelledException;
import org.harmonykb.answering.LanguageModel;
import org.harmonykb.connection.Cancellation;
import org.harmonykb.connection.ShuttingDownException;
import org.harmonykb.engine.AdapterChoice;
import org.harmonykb.engine.ContextOverflowException;
import org.harmonykb.engine.FinishReason;
import org.harmonykb.engine.GenerationEvent;
import org.harmonykb.engine.GenerationRequest;
import org.harmonykb.engine.SamplingOptions;
import org.harmonykb.engine.TokenStream;
import org.harmonykb.engine.sampling.GrammarMask;
import org.harmonykb.engine.sampling.TokenVocabulary;
import org.harmonykb.harmony.CompletionParser;
import org.harmonykb.harmony.Conversation;
import org.harmonykb.harmony.HarmonyException;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Lets the plain model write what a request asks for. Thread-safe. */
@Component
class ModelWriter {

  private final ModelIds ids;
  private @Nullable TokenVocabulary vocabulary; // guarded by this

  ModelWriter(ModelIds ids) {
    this.ids = ids;
  }

  /**
   * How to write.
   *
   * @param alternatives likely tokens told beside each token; -1: nothing is told of tokens
   */
  record Settings(
      SamplingOptions sampling,
      int maxTokens,
      List<String> stops,
      int alternatives,
      @Nullable AdapterChoice adapter) {}

  /** A request that was found to be in order. */
  record Job(
      GenerationRequest request,
      CompletionParser parser,
      Settings settings,
      @Nullable GrammarMask mask) {}

  /**
   * Checks all that can be checked before the first byte.
   *
   * @throws OpenAiException if there is no model
   * @throws org.harmonykb.engine.EngineException if it cannot be written; the message says why
   */
  Job prepare(Conversation conversation, AnswerForm form, Tools tools, Settings settings) {
    LanguageModel.Loaded model = ids.loaded();
    int[] prompt;
    try {
      prompt = model.format().render(conversation);
    } catch (HarmonyException e) {
      throw OpenAiException.invalid("messages", String.valueOf(e.getMessage()));
    }
    int limit = limit(prompt, settings.maxTokens, model);
    GrammarMask mask = null;
    if (Constraint.isNeeded(form, tools)) {
      TokenVocabulary words = vocabulary(model);
      mask =
          new GrammarMask(words, new Constraint(model.format(), words, form, tools).form(), limit);
    }
    return new Job(
        new GenerationRequest(
            prompt,
            limit,
            settings.sampling,
            model.format().stopTokens(),
            List.of(),
            mask,
            settings.adapter,
            Math.max(0, settings.alternatives)),
        tools.isEmpty() ? model.format().parser() : model.format().toolParser(),
        settings,
        mask);
  }

  /** A text to go on with, without a chat format. */
  Job prepare(int[] prompt, Settings settings) {
    LanguageModel.Loaded model = ids.loaded();
    Set<Integer> stops = model.format().stopTokens();
    return new Job(
        new GenerationRequest(
            prompt,
            limit(prompt, settings.maxTokens, model),
            settings.sampling,
            stops,
            List.of(),
            null,
            settings.adapter,
            Math.max(0, settings.alternatives)),
        new RawTextParser(model.engine().tokenizer()),
        settings,
        null);
  }

  private static int limit(int[] prompt, int wanted, LanguageModel.Loaded model) {
    int context = model.engine().model().contextLength();
    if (prompt.length >= context) {
      throw new ContextOverflowException(prompt.length, context);
    }
    return Math.min(wanted, context - prompt.length);
  }

  private synchronized TokenVocabulary vocabulary(LanguageModel.Loaded model) {
    if (vocabulary == null || vocabulary.tokenizer() != model.engine().tokenizer()) {
      vocabulary = new TokenVocabulary(model.engine().tokenizer());
    }
    return vocabulary;
  }

  /**
   * Queues a request.
   *
   * @throws org.harmonykb.engine.EngineBusyException if the queue is full
   */
  TokenStream begin(Job job) {
    return ids.loaded().engine().generate(job.request);
  }

  /** Writes, and tells a sink as it goes. */
  Written write(Job job, Cancellation cancellation, Written.Sink sink) {
    return write(job, begin(job), cancellation, sink);
  }

  /**
   * Writes what was queued.
   *
   * @throws AnswerCancelledException if it was cancelled
   */
  Written write(Job job, TokenStream begun, Cancellation cancellation, Written.Sink sink) {
    CompletionReader reader = new CompletionReader(job, ids.loaded().engine().tokenizer(), sink);
    try (TokenStream stream = begun) {
      cancellation.began(stream::close);
      boolean isStopped = false;
      while (stream.hasNext()) {
        switch (stream.next()) {
          case GenerationEvent.Token token -> {
            if (!isStopped) {
              isStopped = reader.accept(token);
              if (isStopped) {
                stream.close();
              }
            }
          }
          case GenerationEvent.Finished finished -> {
            if (finished.reason() == FinishReason.CANCELLED && !isStopped) {
              throw cancellation.isCancelled()
                  ? new AnswerCancelledException()
                  : new ShuttingDownException();
            }
            boolean isCut =
                finished.reason() == FinishReason.LENGTH || (job.mask != null && job.mask.isCut());
            return reader.finish(isCut && !isStopped, finished.usage());
          }
          case GenerationEvent.Failed failed -> throw failed.cause();
          case GenerationEvent.Queued _, GenerationEvent.Prefill _ -> {}
        }
      }
    }
    throw new IllegalStateException("the generation ended without an end");
  }
}
