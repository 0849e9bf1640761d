package org.harmonykb.answering;

import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.harmonykb.engine.AdapterChoice;
import org.harmonykb.engine.SamplingOptions;
import org.harmonykb.harmony.Conversation.ReasoningEffort;
import org.harmonykb.retrieval.AccessScope;
import org.harmonykb.retrieval.Passage;
import org.jspecify.annotations.Nullable;

/**
 * What an answer was made from, so that it can be made again, token by token.
 *
 * @param question as it was asked
 * @param date the day that the prompt named
 * @param assistantVersion 0 for the one that comes with the service
 * @param assistantHash of the assistant's texts
 * @param mode of {@link Answerer.Mode}
 * @param wishes what the asker chose
 * @param generation of the index; what is compared are the passages
 * @param passages in the order of their numbers
 * @param unknown what of the question no document spoke of; null in old trails
 * @param scopes where the passages' documents applied; null in old trails
 * @param history hash of the turns before
 * @param kept how many of those turns the client keeps and sends along, as under {@code /v1}; they
 *     are not stored, since nothing could take out of them what was removed; null in old trails
 * @param settings hash of how answers are made: {@code kb.ask.*} and the weights that rank
 * @param generated what the model was told and wrote, or null if quotes or a refusal answered
 * @param model which one, or null if none was loaded
 * @param answerHash of the answer as it was shown
 */
record Trail(
    String question,
    String searchedFor,
    LocalDate date,
    String assistant,
    int assistantVersion,
    String assistantHash,
    String mode,
    Chosen wishes,
    int generation,
    List<Source> passages,
    UnknownWords.@Nullable Unknown unknown,
    @Nullable Map<UUID, String> scopes,
    String history,
    @Nullable Integer kept,
    String settings,
    @Nullable Written generated,
    @Nullable Model model,
    String answerHash) {

  /** Null where the assistant's own values were taken. */
  record Chosen(
      @Nullable Double temperature,
      @Nullable Double topP,
      @Nullable Integer maxTokens,
      @Nullable String instructions,
      @Nullable ReasoningEffort reasoningEffort) {}

  /**
   * A passage, and what the search told about it.
   *
   * @param hash of its text, title and section
   */
  record Source(
      String id,
      UUID documentId,
      int revision,
      String hash,
      double score,
      double keywordScore,
      double similarity) {

    static Source of(Passage passage) {
      return new Source(
          passage.id(),
          passage.documentId(),
          passage.revision(),
          hash(passage),
          passage.score(),
          passage.keywordScore(),
          passage.similarity());
    }

    static String hash(Passage passage) {
      return Hashes.of(passage.title() + "\n" + passage.section() + "\n" + passage.text());
    }

    /** The passage as the search gave it then. */
    Passage restore(Passage now) {
      return new Passage(
          now.id(),
          now.documentId(),
          now.revision(),
          now.ordinal(),
          now.collection(),
          now.title(),
          now.section(),
          now.page(),
          now.effectiveFrom(),
          now.language(),
          now.text(),
          score,
          now.keywordRank(),
          now.vectorRank(),
          keywordScore,
          similarity);
    }
  }

  /**
   * @param promptHash of all prompt tokens
   * @param tokens what was sampled, in order; empty where a server wrote, which does not tell
   * @param backEnd the server that wrote, or null
   */
  record Written(
      String style,
      String promptHash,
      int promptTokens,
      SamplingOptions sampling,
      int maxTokens,
      @Nullable String adapter,
      @Nullable Float adapterScale,
      List<Integer> tokens,
      @Nullable String backEnd) {}

  /**
   * @param fingerprint of its weights; see {@link org.harmonykb.engine.format.ModelFingerprint}
   */
  record Model(String name, @Nullable String fingerprint) {}

  static Trail of(
      Answerer.Task task,
      Assistants.Versioned assistant,
      Answerer.Outcome outcome,
      int kept,
      int generation,
      AnsweringProperties properties,
      @Nullable Model model) {
    Question question = task.question();
    return new Trail(
        question.text(),
        task.searchedFor(),
        Objects.requireNonNull(task.date()),
        assistant.assistant().id(),
        assistant.version(),
        Hashes.of(assistant.yaml()),
        task.mode().name(),
        new Chosen(
            question.temperature(),
            question.topP(),
            question.maxTokens(),
            question.wishes().instructions(),
            question.wishes().reasoningEffort()),
        generation,
        task.passages().stream().map(Source::of).toList(),
        task.unknown(),
        task.scopes().byDocument(),
        hash(task.history()),
        kept,
        settings(properties),
        outcome.generated(),
        model,
        Hashes.of(outcome.answer().answer()));
  }

  /** The same task as then. */
  Answerer.Task task(
      Assistant now,
      UUID conversationId,
      List<Answerer.Exchange> turns,
      List<Passage> found,
      AccessScope scope) {
    AdapterChoice adapter =
        generated == null || generated.adapter() == null
            ? null
            : new AdapterChoice(generated.adapter(), generated.adapterScale());
    return new Answerer.Task(
        new Question(
                question,
                conversationId,
                assistant,
                Set.of(),
                wishes.temperature,
                wishes.topP,
                wishes.maxTokens,
                scope,
                adapter)
            .withWishes(new Wishes(wishes.instructions, wishes.reasoningEffort)),
        searchedFor,
        now,
        date,
        conversationId,
        turns,
        found,
        unknown == null ? UnknownWords.Unknown.NOTHING : unknown,
        scopes == null ? Scopes.NONE : new Scopes(scopes),
        0,
        System.nanoTime(),
        Answerer.Mode.valueOf(mode));
  }

  /** Adds what is another than then, passages and adapter aside. */
  void changes(
      List<Answerer.Exchange> turns,
      Assistants.@Nullable Versioned now,
      AnsweringProperties properties,
      String modelName,
      @Nullable String fingerprint,
      List<Replay.Change> changes) {
    if (now == null) {
      changes.add(new Replay.Change("assistant", assistant, "gone"));
    } else if (!Hashes.of(now.yaml()).equals(assistantHash)) {
      changes.add(
          new Replay.Change(
              "assistant", "version " + assistantVersion, "version " + now.version()));
    }
    String was = model == null ? null : model.fingerprint;
    if (!Objects.equals(was, fingerprint)) {
      changes.add(new Replay.Change("model", model == null ? "none" : model.name, modelName));
    }
    if (kept != null && kept > 0) {
      if (generated != null) { // quotes are chosen by the self-contained question alone
        changes.add(new Replay.Change("history", kept + " turns sent by the client", "not stored"));
      }
    } else if (!hash(turns).equals(history)) {
      changes.add(new Replay.Change("history", history, hash(turns)));
    }
    if (!settings(properties).equals(settings)) {
      changes.add(new Replay.Change("settings", settings, settings(properties)));
    }
  }

  private static String hash(List<Answerer.Exchange> turns) {
    StringBuilder text = new StringBuilder();
    for (Answerer.Exchange turn : turns) {
      text.append(turn.prompt()).append('\0').append(turn.answer()).append('\0');
    }
    return Hashes.of(text.toString());
  }

  private static String settings(AnsweringProperties properties) {
    return Hashes.of(properties + "\n" + EvidenceRanker.weights() + EvidenceGate.weights());
  }
}
