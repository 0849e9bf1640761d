package org.harmonykb.web;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.harmonykb.documents.DocumentRemoval;
import org.harmonykb.documents.DocumentService;
import org.harmonykb.documents.DocumentState;
import org.harmonykb.documents.IncomingFile;
import org.harmonykb.documents.RefusedFileException;
import org.harmonykb.documents.StoredDocument;
import org.harmonykb.retrieval.Passage;
import org.harmonykb.retrieval.SearchIndex;
import org.harmonykb.security.CurrentCaller;
import org.harmonykb.security.ForbiddenException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.multipart.MultipartFile;

/** Documents in and out. */
@RestController
@RequestMapping("/api/documents")
class DocumentController {

  private static final String UPLOADS = "uploads";

  private final DocumentService documents;
  private final DocumentRemoval removal;
  private final SearchIndex index;
  private final CurrentCaller caller;

  DocumentController(
      DocumentService documents, DocumentRemoval removal, SearchIndex index, CurrentCaller caller) {
    this.documents = documents;
    this.removal = removal;
    this.index = index;
    this.caller = caller;
  }

  /** What finds the current revision by now. */
  enum SearchableBy {
    NOTHING,
    WORDS,
    WORDS_AND_MEANING;

    static SearchableBy of(StoredDocument d) {
      if (d.state() == DocumentState.SEARCHABLE) {
        return WORDS_AND_MEANING;
      }
      return d.passages() > 0 ? WORDS : NOTHING;
    }
  }

  record DocumentView(
      UUID id,
      String externalId,
      String collection,
      String title,
      DocumentState state,
      @Nullable String reason,
      int revision,
      String filename,
      String mediaType,
      long size,
      int passages,
      @Nullable LocalDate effectiveFrom,
      @Nullable LocalDate effectiveTo,
      Set<String> allow,
      @Nullable String source,
      SearchableBy searchableBy,
      Instant updatedAt) {

    static DocumentView of(StoredDocument d) {
      return new DocumentView(
          d.id(),
          d.externalId(),
          d.collection(),
          d.title(),
          d.state(),
          d.reason(),
          d.revision(),
          d.filename(),
          d.mediaType(),
          d.sizeBytes(),
          d.passages(),
          d.effectiveFrom(),
          d.effectiveTo(),
          d.allow(),
          d.source(),
          SearchableBy.of(d),
          d.updatedAt());
    }
  }

  record Accepted(UUID id, int revision, DocumentState state) {

    static Accepted of(StoredDocument document) {
      return new Accepted(document.id(), document.revision(), document.state());
    }
  }

  @PostMapping(consumes = MediaType.MULTIPART_FORM_DATA_VALUE)
  @ResponseStatus(HttpStatus.ACCEPTED)
  List<Accepted> upload(
      @RequestParam("file") List<MultipartFile> files,
      @RequestParam(defaultValue = UPLOADS) String collection,
      @RequestParam(required = false) @Nullable String externalId,
      @RequestParam(required = false) @Nullable Set<String> allow,
      @RequestParam(required = false) @Nullable LocalDate effectiveFrom,
      @RequestParam(required = false) @Nullable LocalDate effectiveTo,
      @RequestParam(required = false) @Nullable String source) {
    if (externalId != null && files.size() > 1) {
      throw new RefusedFileException(
          RefusedFileException.Kind.BAD_NAME,
          "externalId names one document; send one file with it");
    }
    Days days = new Days(effectiveFrom, effectiveTo);
    return documents
        .acceptAll(
            () ->
                files.stream()
                    .map(
                        file -> {
                          String name = filename(file);
                          String id = externalId == null ? collection + "/" + name : externalId;
                          return incoming(id, file, collection, allow, days, source);
                        }))
        .stream()
        .map(Accepted::of)
        .toList();
  }

  @PutMapping(path = "/{*externalId}", consumes = MediaType.MULTIPART_FORM_DATA_VALUE)
  @ResponseStatus(HttpStatus.ACCEPTED)
  Accepted put(
      @PathVariable String externalId,
      @RequestParam("file") MultipartFile file,
      @RequestParam(defaultValue = UPLOADS) String collection,
      @RequestParam(required = false) @Nullable Set<String> allow,
      @RequestParam(required = false) @Nullable LocalDate effectiveFrom,
      @RequestParam(required = false) @Nullable LocalDate effectiveTo,
      @RequestParam(required = false) @Nullable String source) {
    String id = externalId.startsWith("/") ? externalId.substring(1) : externalId;
    Days days = new Days(effectiveFrom, effectiveTo);
    return Accepted.of(documents.accept(incoming(id, file, collection, allow, days, source)));
  }

  private record Days(@Nullable LocalDate from, @Nullable LocalDate to) {}

  /** What one may not read one must not replace either. */
  private IncomingFile incoming(
      String externalId,
      MultipartFile file,
      String collection,
      @Nullable Set<String> allow,
      Days days,
      @Nullable String source) {
    if (source != null && !source.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,99}")) {
      throw new IllegalArgumentException(
          "A source is named with letters, digits, dots, dashes and underscores, at most 100");
    }
    documents
        .findByExternalId(externalId)
        .filter(d -> !caller.scope().permits(d.allow(), d.collection()))
        .ifPresent(
            d -> {
              throw new ForbiddenException(
                  "The id " + externalId + " belongs to a document that you may not change");
            });
    try {
      return new IncomingFile(
          externalId,
          collection,
          allow == null ? Set.of() : allow,
          filename(file),
          file.getBytes(),
          days.from,
          days.to,
          source);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read an uploaded file", e);
    }
  }

  private static String filename(MultipartFile file) {
    String name = file.getOriginalFilename();
    if (name == null || name.isBlank()) {
      throw new RefusedFileException(RefusedFileException.Kind.BAD_NAME, "A file needs a name");
    }
    return name.substring(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
  }

  @GetMapping
  List<DocumentView> list(
      @RequestParam(required = false) @Nullable DocumentState state,
      @RequestParam(required = false) @Nullable String collection,
      @RequestParam(required = false) @Nullable String q) {
    return documents.list(state, collection, q, caller.scope()).stream()
        .map(DocumentView::of)
        .toList();
  }

  @GetMapping("/{id}")
  DocumentView get(@PathVariable UUID id) {
    return DocumentView.of(documents.get(id));
  }

  @GetMapping("/{id}/content")
  ResponseEntity<byte[]> content(@PathVariable UUID id) {
    StoredDocument document = documents.get(id);
    return download(document.mediaType(), document.filename(), documents.content(document));
  }

  /** HTML of others must not run as ours, so it is shown as text. */
  static ResponseEntity<byte[]> download(String mediaType, String filename, byte[] content) {
    String type =
        mediaType.equals("application/pdf")
            ? MediaType.APPLICATION_PDF_VALUE
            : mediaType.contains("html") || mediaType.startsWith("text/")
                ? "text/plain;charset=UTF-8"
                : mediaType;
    ContentDisposition disposition =
        (type.startsWith("text/plain") || type.equals(MediaType.APPLICATION_PDF_VALUE)
                ? ContentDisposition.inline()
                : ContentDisposition.attachment())
            .filename(filename, StandardCharsets.UTF_8)
            .build();
    return ResponseEntity.ok()
        .header(HttpHeaders.CONTENT_TYPE, type)
        .header(HttpHeaders.CONTENT_DISPOSITION, disposition.toString())
        .body(content);
  }

  @GetMapping("/{id}/chunks")
  List<Passage> chunks(@PathVariable UUID id) {
    return index.passages(documents.get(id).id());
  }

  @DeleteMapping("/{id}")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  void delete(@PathVariable UUID id) {
    removal.remove(id, true);
  }
}
