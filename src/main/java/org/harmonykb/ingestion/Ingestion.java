package org.harmonykb.ingestion;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;
import org.harmonykb.documents.DocumentService;
import org.harmonykb.documents.DocumentState;
import org.harmonykb.documents.StoredDocument;
import org.harmonykb.jobs.Job;
import org.harmonykb.jobs.JobHandler;
import org.harmonykb.jobs.JobInterruptedException;
import org.harmonykb.retrieval.Chunk;
import org.harmonykb.retrieval.Embedder;
import org.harmonykb.retrieval.Language;
import org.harmonykb.retrieval.SearchIndex;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Parses, cuts, embeds and indexes one document. Running twice gives the same as once. */
@Component
class Ingestion implements JobHandler {

  private final DocumentService documents;
  private final DocumentParser parser;
  private final Embedder embedder;
  private final SearchIndex index;

  Ingestion(
      DocumentService documents, DocumentParser parser, Embedder embedder, SearchIndex index) {
    this.documents = documents;
    this.parser = parser;
    this.embedder = embedder;
    this.index = index;
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
      Prepared prepared = prepare(document);
      if (prepared.chunks.isEmpty()) {
        index.delete(id);
        documents.moveTo(
            id,
            revision,
            DocumentState.NO_TEXT,
            "The document has no text; a scan needs OCR first");
        return;
      }
      documents.moveTo(id, revision, DocumentState.EMBEDDING, null);
      List<Chunk> embedded = embed(prepared.chunks, progress);
      documents.moveTo(id, revision, DocumentState.INDEXING, null);
      index.replace(id, embedded);
      boolean current =
          documents.makeSearchable(
              id, revision, prepared.title, prepared.effectiveFrom, embedded.size(), prepared.note);
      if (!current && documents.find(id).isEmpty()) {
        index.delete(id); // deleted in the meantime
      }
    } catch (UnreadableDocumentException e) {
      index.delete(id);
      documents.moveTo(id, revision, DocumentState.REJECTED, e.getMessage());
    } catch (JobInterruptedException e) {
      throw e; // the state stays, so the next start queues the document again
    } catch (RuntimeException e) {
      documents.moveTo(id, revision, DocumentState.FAILED, String.valueOf(e.getMessage()));
      throw e;
    }
  }

  /** A document's passages without their vectors. */
  record Prepared(
      String title, @Nullable LocalDate effectiveFrom, List<Chunk> chunks, @Nullable String note) {}

  Prepared prepare(StoredDocument document) {
    ParsedDocument parsed =
        parser.parse(document.filename(), document.mediaType(), documents.file(document));
    String title = title(document, parsed);
    LocalDate effectiveFrom =
        EffectiveDate.find(
            parsed.blocks().stream()
                .limit(40)
                .map(Ingestion::plain)
                .collect(Collectors.joining("\n")));
    List<Chunk> chunks = new ArrayList<>();
    for (Chunker.Piece piece : Chunker.cut(parsed, title)) {
      chunks.add(
          new Chunk(
              document.id(),
              document.revision(),
              chunks.size(),
              document.collection(),
              title,
              piece.section(),
              piece.page(),
              effectiveFrom,
              Language.of(piece.text()),
              piece.text(),
              document.allow(),
              null));
    }
    String note =
        parsed.notes().isEmpty() ? null : "Not read: " + String.join("; ", parsed.notes());
    return new Prepared(title, effectiveFrom, chunks, note);
  }

  List<Chunk> embed(List<Chunk> chunks, Progress progress) {
    List<Chunk> embedded = new ArrayList<>();
    for (Chunk chunk : chunks) {
      if (embedded.size() % 16 == 0) {
        progress.report(embedded.size(), chunks.size());
      }
      embedded.add(chunk.withVector(embedder.passage(chunk.language(), chunk.embeddedText())));
    }
    progress.report(embedded.size(), chunks.size());
    return embedded;
  }

  private static String plain(ParsedDocument.Block block) {
    return switch (block) {
      case ParsedDocument.Block.Heading heading -> heading.text();
      case ParsedDocument.Block.Paragraph paragraph -> paragraph.text();
      case ParsedDocument.Block.Table table ->
          table.rows().stream()
              .map(row -> String.join(" | ", row))
              .collect(Collectors.joining("\n"));
    };
  }

  private static String title(StoredDocument document, ParsedDocument parsed) {
    if (!parsed.title().isBlank()) {
      return parsed.title();
    }
    for (ParsedDocument.Block block : parsed.blocks()) {
      if (block instanceof ParsedDocument.Block.Heading heading) {
        return heading.text();
      }
    }
    return document.filename();
  }
}
