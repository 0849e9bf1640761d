package org.harmonykb.ingestion;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import org.harmonykb.documents.DocumentService;
import org.harmonykb.documents.StoredDocument;
import org.harmonykb.retrieval.Chunk;
import org.harmonykb.retrieval.Embedder;
import org.harmonykb.retrieval.Language;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** From a file to passages: reads it and cuts it. */
@Component
class Preparation {

  private final DocumentService documents;
  private final DocumentParser parser;
  private final Embedder embedder;
  private final EmbeddingRate rate;

  Preparation(
      DocumentService documents, DocumentParser parser, Embedder embedder, EmbeddingRate rate) {
    this.rate = rate;
    this.documents = documents;
    this.parser = parser;
    this.embedder = embedder;
  }

  /**
   * A document's passages without their vectors.
   *
   * @param effectiveFrom what the text says about its first day, or null
   * @param note what could not be read, or null
   */
  record Prepared(
      String title,
      @Nullable LocalDate effectiveFrom,
      List<StoredPassage> passages,
      @Nullable String note) {}

  /**
   * @throws UnreadableDocumentException if the file is damaged, encrypted or over a limit
   */
  Prepared prepare(StoredDocument document) {
    ParsedDocument parsed =
        documents.open(
            document, file -> parser.parse(document.filename(), document.mediaType(), file));
    String title = title(document, parsed);
    LocalDate effectiveFrom =
        EffectiveDate.find(
            parsed.blocks().stream()
                .limit(40)
                .map(Preparation::plain)
                .collect(Collectors.joining("\n")));
    List<StoredPassage> passages = new ArrayList<>();
    for (Chunker.Piece piece : Chunker.cut(parsed, title)) {
      String language = Language.of(piece.text());
      passages.add(
          new StoredPassage(
              passages.size(),
              piece.section(),
              piece.page(),
              language,
              piece.text(),
              hash(language, Chunk.embeddedText(title, piece.section(), piece.text())),
              null));
    }
    String note =
        parsed.notes().isEmpty() ? null : "Not read: " + String.join("; ", parsed.notes());
    return new Prepared(title, effectiveFrom, passages, note);
  }

  StoredPassage embed(String title, StoredPassage passage) {
    float[] vector =
        embedder.passage(
            passage.language(), Chunk.embeddedText(title, passage.section(), passage.text()));
    rate.count();
    return passage.withVector(vector);
  }

  /** Passages as they would be read now, though they cannot be: for the present models. */
  List<StoredPassage> anew(String title, List<StoredPassage> known) {
    return known.stream()
        .map(
            p ->
                new StoredPassage(
                    p.ordinal(),
                    p.section(),
                    p.page(),
                    p.language(),
                    p.text(),
                    hash(p.language(), Chunk.embeddedText(title, p.section(), p.text())),
                    null))
        .toList();
  }

  private String hash(String language, String embedded) {
    try {
      String all = embedder.identity(language) + "\n" + embedded;
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(all.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
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
    String title = parsed.title();
    for (ParsedDocument.Block block : parsed.blocks()) {
      if (title.isBlank() && block instanceof ParsedDocument.Block.Heading heading) {
        title = heading.text();
      }
    }
    title = title.isBlank() ? document.filename() : title;
    return title.length() <= 500 ? title : title.substring(0, 500);
  }
}
