package org.harmonykb.ingestion;

import org.harmonykb.jobs.Job;
import org.harmonykb.jobs.JobConflictException;
import org.harmonykb.jobs.JobService;
import org.harmonykb.retrieval.Embedder;
import org.harmonykb.retrieval.SearchIndex;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/**
 * Queues a re-index when the index holds vectors of other models than those in use, or words cut as
 * an older version did. Until it is done the live index answers as it is.
 */
@Component
class IndexAgeCheck {

  private static final Logger LOG = LoggerFactory.getLogger(IndexAgeCheck.class);

  private final SearchIndex index;
  private final Embedder embedder;
  private final JobService jobs;

  IndexAgeCheck(SearchIndex index, Embedder embedder, JobService jobs) {
    this.index = index;
    this.embedder = embedder;
    this.jobs = jobs;
  }

  @EventListener(ApplicationReadyEvent.class)
  void onReady() {
    String other = index.otherSpaces();
    if (other != null) {
      LOG.warn(
          "The index was made with the embedding models {}, in use are {}: a re-index is queued;"
              + " until it is done older passages are found by words only",
          other,
          embedder.spaces());
    } else if (index.hasOlderAnalysis()) {
      LOG.info("The index was made by an older version: a re-index is queued");
    } else {
      return;
    }
    try {
      jobs.submitOnly(Job.Kind.REINDEX, Reindex.FORCE);
    } catch (JobConflictException e) {
      LOG.info("A re-index is queued or running already");
    }
  }
}
