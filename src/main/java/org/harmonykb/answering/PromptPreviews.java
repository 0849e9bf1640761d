package org.harmonykb.answering;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Shows what the model would read, without asking it. Thread-safe. */
final class PromptPreviews {

  private final Answerer answerer;
  private final LanguageModel model;

  PromptPreviews(Answerer answerer, LanguageModel model) {
    this.answerer = answerer;
    this.model = model;
  }

  PromptPreview of(Answerer.Task task) {
    Evidence evidence = answerer.rank(task);
    Answerer.@Nullable Prepared prepared =
        evidence.sentences().isEmpty() ? null : answerer.prepare(task, evidence);
    return new PromptPreview(
        task.searchedFor(),
        Citations.sources(task.passages()),
        evidence.probability(),
        !answerer.isEnough(evidence),
        prepared == null ? null : prepared.style().name().toLowerCase(Locale.ROOT),
        prepared == null ? null : prepared.order().instructions(),
        prepared == null ? null : prepared.order().message(),
        prepared == null ? null : answerer.text(prepared),
        prepared == null ? 0 : answerer.tokens(prepared),
        prepared == null ? null : prepared.order().sampling(),
        model.canWrite() ? null : model.describe());
  }
}
