package org.harmonykb.ingestion;

import java.util.List;
import org.harmonykb.documents.DocumentService;
import org.harmonykb.documents.StoredDocument;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/** Documents as people read them, for formats that a browser does not show. */
@Service
public class DocumentText {

  private final DocumentParser parser;
  private final DocumentService documents;

  DocumentText(DocumentParser parser, DocumentService documents) {
    this.parser = parser;
    this.documents = documents;
  }

  /**
   * A heading, a paragraph or a table.
   *
   * @param level of a heading from 1; null if it is none
   * @param rows of a table, the headers first; null if it is none
   * @param page number of its page or slide, or null
   */
  public record Block(
      @Nullable Integer level,
      @Nullable String text,
      @Nullable List<List<String>> rows,
      @Nullable Integer page) {}

  /**
   * Reads a document anew, behind those that are being taken in.
   *
   * @throws UnreadableDocumentException if it cannot be read
   */
  public List<Block> blocks(StoredDocument document) {
    ParsedDocument parsed =
        documents.open(
            document, file -> parser.parse(document.filename(), document.mediaType(), file));
    return parsed.blocks().stream().map(DocumentText::block).toList();
  }

  private static Block block(ParsedDocument.Block block) {
    return switch (block) {
      case ParsedDocument.Block.Heading heading ->
          new Block(heading.level(), heading.text(), null, heading.page());
      case ParsedDocument.Block.Paragraph paragraph ->
          new Block(null, paragraph.text(), null, paragraph.page());
      case ParsedDocument.Block.Table table -> new Block(null, null, table.rows(), table.page());
    };
  }
}
