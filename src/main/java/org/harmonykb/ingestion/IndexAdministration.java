package org.harmonykb.ingestion;

import java.util.List;
import org.harmonykb.documents.DocumentService;
import org.harmonykb.jobs.Job;
import org.harmonykb.jobs.JobConflictException;
import org.harmonykb.jobs.JobService;
import org.harmonykb.retrieval.SearchIndex;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/** The index generations and the passages on their way, for administrators. */
@Service
public class IndexAdministration {

  private final SearchIndex index;
  private final Reindex reindex;
  private final JobService jobs;
  private final DocumentService documents;
  private final PassageStore store;
  private final EmbeddingRate rate;

  IndexAdministration(
      SearchIndex index,
      Reindex reindex,
      JobService jobs,
      DocumentService documents,
      PassageStore store,
      EmbeddingRate rate) {
    this.index = index;
    this.reindex = reindex;
    this.jobs = jobs;
    this.documents = documents;
    this.store = store;
    this.rate = rate;
  }

  public List<SearchIndex.Generation> generations() {
    return index.generations();
  }

  /**
   * @param force whether to switch however far the new generation is from the live one
   * @throws JobConflictException if one runs
   */
  public Job reindex(boolean force) {
    return jobs.submitOnly(Job.Kind.REINDEX, force ? Reindex.FORCE : null);
  }

  /**
   * Goes back to the generation before.
   *
   * @throws JobConflictException if there is none, or a re-index runs
   */
  public List<SearchIndex.Generation> rollBack() {
    if (jobs.isActive(Job.Kind.REINDEX, null)) {
      throw new JobConflictException("A re-index runs; cancel it first");
    }
    try {
      reindex.rollBack();
    } catch (IllegalStateException e) {
      throw new JobConflictException(String.valueOf(e.getMessage()));
    }
    return index.generations();
  }

  /**
   * How far the documents are.
   *
   * @param unread documents that wait to be read
   * @param embedding documents found by their words, whose vectors are on their way
   * @param passages of current revisions
   * @param embedded those of them that have a vector
   * @param passagesPerSecond over the last minute
   * @param computed vectors computed since the start; known ones are used again
   * @param etaSeconds until all have one, or null while unknown
   */
  public record IngestionProgress(
      long unread,
      long embedding,
      long passages,
      long embedded,
      double passagesPerSecond,
      long computed,
      @Nullable Long etaSeconds) {}

  public IngestionProgress progress() {
    PassageStore.Counts counts = store.counts();
    long unread = documents.countUnread();
    double perSecond = rate.perSecond();
    long left = counts.passages() - counts.embedded();
    Long eta =
        left == 0 && unread == 0
            ? Long.valueOf(0)
            : perSecond == 0 || unread > 0 ? null : Long.valueOf(Math.round(left / perSecond));
    return new IngestionProgress(
        unread,
        documents.countUnfinished() - unread,
        counts.passages(),
        counts.embedded(),
        Math.round(perSecond * 10) / 10.0,
        rate.total(),
        eta);
  }
}
