package org.harmonykb.ingestion;

import java.util.List;
import org.harmonykb.documents.DocumentService;
import org.harmonykb.documents.DocumentState;
import org.harmonykb.documents.StoredDocument;
import org.harmonykb.jobs.Job;
import org.harmonykb.jobs.JobHandler;
import org.harmonykb.retrieval.Chunk;
import org.harmonykb.retrieval.SearchIndex;
import org.springframework.stereotype.Component;

/**
 * Writes all documents into a new index generation and switches to it at the end. Documents that
 * come or go meanwhile are written to both generations; a failure leaves the live one untouched.
 */
@Component
class Reindex implements JobHandler {

  private final DocumentService documents;
  private final Ingestion ingestion;
  private final SearchIndex index;

  Reindex(DocumentService documents, Ingestion ingestion, SearchIndex index) {
    this.documents = documents;
    this.ingestion = ingestion;
    this.index = index;
  }

  @Override
  public Job.Kind kind() {
    return Job.Kind.REINDEX;
  }

  @Override
  public void run(Job job, Progress progress) {
    index.beginGeneration();
    try {
      List<StoredDocument> all = documents.list(DocumentState.SEARCHABLE, null, null);
      int done = 0;
      progress.report(0, all.size());
      for (StoredDocument listed : all) {
        List<Chunk> chunks = ingestion.embed(ingestion.prepare(listed).chunks(), (_, _) -> {});
        StoredDocument current = documents.find(listed.id()).orElse(null);
        // A newer revision has been, or will be, written by its own job.
        if (current != null && current.revision() == listed.revision()) {
          index.replaceInNewGeneration(listed.id(), chunks);
          if (documents.find(listed.id()).isEmpty()) {
            index.delete(listed.id());
          }
        }
        progress.report(++done, all.size());
      }
      index.switchGeneration();
    } catch (RuntimeException e) {
      index.dropGeneration();
      throw e;
    }
  }
}
