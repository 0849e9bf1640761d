package org.harmonykb.answering;

import org.harmonykb.documents.RemovalListener;
import org.harmonykb.documents.RemovedDocument;
import org.harmonykb.engine.EngineStatus;
import org.harmonykb.jobs.Foreground;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;

/** The engine as background work and removals see it. */
@Component
@Order(RemovalListener.CACHES)
class EngineForeground implements Foreground, RemovalListener {

  private final LanguageModel model;

  EngineForeground(LanguageModel model) {
    this.model = model;
  }

  @Override
  public boolean isBusy() {
    LanguageModel.Loaded loaded = model.loaded();
    if (loaded == null) {
      return false;
    }
    EngineStatus status = loaded.engine().status();
    return status.running() + status.queued() > 0;
  }

  /** Which prompts held the document is not known after a restart, so all are forgotten. */
  @Override
  public void removed(RemovedDocument document) {
    model.forgetPrompts();
  }
}
