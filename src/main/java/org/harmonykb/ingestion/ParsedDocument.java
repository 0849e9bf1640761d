package org.harmonykb.ingestion;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A document's text in reading order.
 *
 * @param title from metadata or the first heading; empty if it has none
 * @param notes what could not be read, in words for the sender; empty if all was
 */
record ParsedDocument(String title, List<Block> blocks, List<String> notes) {

  ParsedDocument(String title, List<Block> blocks) {
    this(title, blocks, List.of());
  }

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Block.Heading.class, name = "heading"),
    @JsonSubTypes.Type(value = Block.Paragraph.class, name = "paragraph"),
    @JsonSubTypes.Type(value = Block.Table.class, name = "table")
  })
  sealed interface Block {

    /** Page or slide number from 1, or null where the format has none. */
    @Nullable Integer page();

    record Heading(int level, String text, @Nullable Integer page) implements Block {}

    record Paragraph(String text, @Nullable Integer page) implements Block {}

    /** Rows of cells; the first row holds the headers. */
    record Table(List<List<String>> rows, @Nullable Integer page) implements Block {}
  }
}
