package org.harmonykb.web;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.harmonykb.documents.DocumentRevision;
import org.harmonykb.documents.DocumentService;
import org.harmonykb.documents.StoredDocument;
import org.harmonykb.ingestion.RevisionPassages;
import org.harmonykb.security.CurrentCaller;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** What a document was before, and where else its content is. */
@RestController
@RequestMapping("/api/documents/{id}")
class RevisionController {

  private final DocumentService documents;
  private final RevisionPassages passages;
  private final CurrentCaller caller;

  RevisionController(DocumentService documents, RevisionPassages passages, CurrentCaller caller) {
    this.documents = documents;
    this.passages = passages;
    this.caller = caller;
  }

  /**
   * @param current whether it is the document's newest
   * @param answering whether questions are answered from it, today or from its first day on
   */
  record RevisionView(
      int revision,
      boolean current,
      boolean answering,
      String title,
      String filename,
      String mediaType,
      long size,
      String sha256,
      int passages,
      @Nullable LocalDate effectiveFrom,
      @Nullable LocalDate effectiveTo,
      Instant receivedAt) {

    static RevisionView of(DocumentRevision r, StoredDocument document, Set<Integer> answering) {
      return new RevisionView(
          r.revision(),
          r.revision() == document.revision(),
          answering.contains(r.revision()),
          r.title(),
          r.filename(),
          r.mediaType(),
          r.sizeBytes(),
          r.sha256(),
          r.passages(),
          r.effectiveFrom(),
          r.effectiveTo(),
          r.receivedAt());
    }
  }

  @GetMapping("/revisions")
  List<RevisionView> revisions(@PathVariable UUID id) {
    StoredDocument document = documents.get(id);
    Set<Integer> answering =
        documents.inForce(id).stream()
            .map(inForce -> inForce.revision().revision())
            .collect(Collectors.toSet());
    return documents.revisions(id).stream()
        .map(revision -> RevisionView.of(revision, document, answering))
        .toList();
  }

  @GetMapping("/revisions/{revision}/content")
  ResponseEntity<byte[]> content(@PathVariable UUID id, @PathVariable int revision) {
    DocumentRevision found = documents.revision(id, revision);
    return DocumentController.download(
        found.mediaType(), found.filename(), documents.content(found));
  }

  @GetMapping("/revisions/{revision}/chunks")
  List<RevisionPassages.RevisionPassage> chunks(@PathVariable UUID id, @PathVariable int revision) {
    return passages.of(id, documents.revision(id, revision).revision());
  }

  @DeleteMapping("/revisions/{revision}")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  void purge(@PathVariable UUID id, @PathVariable int revision) {
    documents.purge(id, revision);
  }

  /** Another document with the same content. */
  record Twin(UUID id, String externalId, String collection, String title) {}

  @GetMapping("/same-content")
  List<Twin> sameContent(@PathVariable UUID id) {
    return documents.sameContent(documents.get(id)).stream()
        .filter(d -> caller.scope().permits(d.allow(), d.collection()))
        .map(d -> new Twin(d.id(), d.externalId(), d.collection(), d.title()))
        .toList();
  }

  @PostMapping("/retry")
  @ResponseStatus(HttpStatus.ACCEPTED)
  DocumentController.Accepted retry(@PathVariable UUID id) {
    return DocumentController.Accepted.of(documents.retry(id));
  }
}
