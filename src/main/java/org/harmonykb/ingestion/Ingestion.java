package org.harmonykb.ingestion;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.harmonykb.documents.DocumentService;
import org.harmonykb.documents.DocumentService.Description;
import org.harmonykb.documents.DocumentState;
import org.harmonykb.documents.RevisionInForce;
import org.harmonykb.documents.StoredDocument;
import org.harmonykb.faults.Fault;
import org.harmonykb.jobs.Job;
import org.harmonykb.jobs.JobCancelledException;
import org.harmonykb.jobs.JobHandler;
import org.harmonykb.jobs.JobInterruptedException;
import org.harmonykb.jobs.JobPostponedException;
import org.springframework.stereotype.Component;

/**
 * Reads and cuts one document and makes it found by its words; {@link Embedding} adds the vectors,
 * at once where nobody waits, else when all words are in. Running twice gives the same as once.
 */
@Component
class Ingestion implements JobHandler {

  /** With more documents on their way than this, words come first. */
  private static final int FEW = 3;

  /** Passages that are embedded at once where nobody waits. */
  private static final int QUICK = 64;

  private final DocumentService documents;
  private final Preparation preparation;
  private final PassageStore store;
  private final PassageIndexer indexer;
  private final Embedding embedding;

  Ingestion(
      DocumentService documents,
      Preparation preparation,
      PassageStore store,
      PassageIndexer indexer,
      Embedding embedding) {
    this.documents = documents;
    this.preparation = preparation;
    this.store = store;
    this.indexer = indexer;
    this.embedding = embedding;
  }

  @Override
  public Job.Kind kind() {
    return Job.Kind.INGEST;
  }

  @Override
  public void run(Job job, Progress progress) {
    UUID id = Objects.requireNonNull(job.documentId(), "an ingest job names a document");
    StoredDocument document = documents.find(id).orElse(null);
    if (document == null) {
      return; // deleted while it waited
    }
    int revision = document.revision();
    try {
      documents.moveTo(id, revision, DocumentState.PARSING, null);
      Preparation.Prepared prepared = preparation.prepare(document);
      if (prepared.passages().isEmpty()) {
        end(
            id,
            revision,
            DocumentState.NO_TEXT,
            "The document has no text; a scan needs OCR first");
        return;
      }
      publish(document, prepared, progress);
    } catch (UnreadableDocumentException e) {
      end(id, revision, DocumentState.REJECTED, String.valueOf(e.getMessage()));
    } catch (JobInterruptedException e) {
      throw e; // the state stays, and the job runs again
    } catch (JobCancelledException e) {
      cancelled(job);
      throw e;
    } catch (RuntimeException e) {
      Fault fault = Fault.of(e);
      if (fault != null && fault.passes()) {
        throw new JobPostponedException(fault.detail(), e); // the state stays
      }
      documents.moveTo(id, revision, DocumentState.FAILED, String.valueOf(e.getMessage()));
      throw e;
    }
  }

  private void publish(StoredDocument document, Preparation.Prepared prepared, Progress progress) {
    List<StoredPassage> passages = store.withKnownVectors(prepared.passages());
    long missing = passages.stream().filter(passage -> passage.vector() == null).count();
    progress.report(0, passages.size());
    boolean isQuick = missing <= QUICK && documents.countUnfinished() <= FEW;
    if (isQuick) {
      List<StoredPassage> embedded = new ArrayList<>();
      for (StoredPassage passage : passages) {
        embedded.add(
            passage.vector() == null ? preparation.embed(prepared.title(), passage) : passage);
      }
      passages = embedded;
      missing = 0;
    }
    List<StoredPassage> ready = passages;
    boolean isCurrent =
        documents.publish(
            document.id(),
            document.revision(),
            new Description(prepared.title(), prepared.effectiveFrom(), ready.size()),
            missing == 0 ? DocumentState.SEARCHABLE : DocumentState.EMBEDDING,
            prepared.note(),
            current -> {
              store.replace(current.id(), current.revision(), ready);
              indexer.write(current);
            });
    if (isCurrent && missing > 0) {
      embedding.wake();
    }
  }

  @Override
  public void cancelled(Job job) {
    UUID id = job.documentId();
    StoredDocument document = id == null ? null : documents.find(id).orElse(null);
    if (document != null && !document.state().isFinal()) {
      documents.moveTo(
          document.id(),
          document.revision(),
          DocumentState.FAILED,
          "Reading it was cancelled; it can be tried again");
    }
  }

  /** An earlier revision that could be read goes on answering. */
  private void end(UUID id, int revision, DocumentState state, String reason) {
    List<RevisionInForce> earlier =
        documents.inForce(id).stream().filter(r -> r.revision().revision() < revision).toList();
    String told =
        earlier.isEmpty()
            ? reason
            : "%s; revision %d still answers"
                .formatted(reason, earlier.getFirst().revision().revision());
    documents.publish(
        id,
        revision,
        new Description(documents.get(id).title(), null, 0),
        state,
        told,
        current -> {
          store.replace(id, revision, List.of());
          indexer.write(current);
        });
  }
}
