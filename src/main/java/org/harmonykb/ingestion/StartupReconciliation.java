package org.harmonykb.ingestion;

import org.harmonykb.jobs.JobService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/**
 * Brings database, files and index back together after a start, and goes on with what was
 * interrupted. Then looks into the watched folders.
 */
@Component
class StartupReconciliation {

  private static final Logger LOG = LoggerFactory.getLogger(StartupReconciliation.class);

  private final ConsistencyCheck check;
  private final JobService jobs;
  private final Embedding embedding;
  private final FolderWatch folders;
  private final boolean enabled;

  StartupReconciliation(
      ConsistencyCheck check,
      JobService jobs,
      Embedding embedding,
      FolderWatch folders,
      @Value("${kb.reconcile-at-start:true}") boolean enabled) {
    this.check = check;
    this.jobs = jobs;
    this.embedding = embedding;
    this.folders = folders;
    this.enabled = enabled;
  }

  @EventListener(ApplicationReadyEvent.class)
  void onReady() {
    if (enabled) {
      Thread.ofVirtual().name("startup-reconciliation").start(this::reconcile);
    }
  }

  void reconcile() {
    try {
      for (ConsistencyCheck.Finding finding : check.repair()) {
        LOG.warn("{}: {}; {}", finding.kind(), finding.detail(), finding.repair());
      }
    } catch (RuntimeException e) {
      LOG.error("Database and index could not be compared", e);
    }
    jobs.resume();
    embedding.wake();
    folders.queueAll();
  }
}
