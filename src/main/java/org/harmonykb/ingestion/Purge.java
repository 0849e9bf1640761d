package org.harmonykb.ingestion;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.harmonykb.documents.DocumentRemoval;
import org.harmonykb.documents.DocumentRevision;
import org.harmonykb.documents.DocumentService;
import org.harmonykb.documents.RevisionInForce;
import org.harmonykb.documents.RevisionInUseException;
import org.harmonykb.documents.StoredDocument;
import org.harmonykb.documents.UnknownDocumentException;
import org.harmonykb.jobs.Job;
import org.harmonykb.jobs.JobHandler;
import org.harmonykb.jobs.JobService;
import org.harmonykb.retrieval.SearchIndex;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Removes what is older than its retention: old revisions, ended jobs, the previous index. */
@Component
class Purge implements JobHandler {

  private final DocumentService documents;
  private final DocumentRemoval removal;
  private final PassageIndexer indexer;
  private final SearchIndex index;
  private final Reindex reindex;
  private final JobService jobs;
  private final PurgeProperties properties;
  private final ReindexProperties generations;
  private final Duration keepJobs;
  private final Clock clock;
  private final JsonMapper json;

  Purge(
      DocumentService documents,
      DocumentRemoval removal,
      PassageIndexer indexer,
      SearchIndex index,
      Reindex reindex,
      JobService jobs,
      PurgeProperties properties,
      ReindexProperties generations,
      @Value("${kb.jobs.keep:30d}") Duration keepJobs,
      Clock clock,
      JsonMapper json) {
    this.documents = documents;
    this.removal = removal;
    this.indexer = indexer;
    this.index = index;
    this.reindex = reindex;
    this.jobs = jobs;
    this.properties = properties;
    this.generations = generations;
    this.keepJobs = keepJobs;
    this.clock = clock;
    this.json = json;
  }

  @Override
  public Job.Kind kind() {
    return Job.Kind.PURGE;
  }

  @Override
  public void run(Job job, Progress progress) {
    List<StoredDocument> several =
        documents.list(null, null, null).stream().filter(d -> d.revision() > 1).toList();
    int done = 0;
    int revisions = 0;
    for (StoredDocument document : several) {
      progress.report(done++, several.size());
      try {
        revisions += purge(document);
      } catch (UnknownDocumentException e) {
        // Removed meanwhile.
      }
    }
    removal.finishInterrupted();
    int ended = jobs.purge(clock.instant().minus(keepJobs));
    boolean isOld =
        index.generations().stream()
            .filter(g -> g.state() == SearchIndex.Generation.State.LIVE)
            .anyMatch(g -> isBefore(g.createdAt(), generations.keepPrevious()));
    if (isOld) {
      reindex.dropPrevious();
    }
    progress.result(json.writeValueAsString(Map.of("revisions", revisions, "jobs", ended)));
    progress.report(several.size(), several.size());
  }

  /** A revision is superseded when the next one came. */
  private int purge(StoredDocument document) {
    List<DocumentRevision> all = documents.revisions(document.id());
    // What came into force since leaves the index here; filters have held it back already.
    indexer.write(document.id());
    List<Integer> inForce =
        documents.inForce(document.id()).stream()
            .map(RevisionInForce::revision)
            .map(DocumentRevision::revision)
            .toList();
    int purged = 0;
    for (int i = 1; i < all.size(); i++) {
      DocumentRevision old = all.get(i);
      boolean isOver =
          !inForce.contains(old.revision())
              && isBefore(all.get(i - 1).receivedAt(), properties.keep());
      if (isOver) {
        try {
          documents.purge(document.id(), old.revision());
          purged++;
        } catch (RevisionInUseException e) {
          // A newer one was taken back meanwhile.
        }
      }
    }
    return purged;
  }

  private boolean isBefore(Instant moment, Duration ago) {
    return !moment.isAfter(clock.instant().minus(ago));
  }
}
