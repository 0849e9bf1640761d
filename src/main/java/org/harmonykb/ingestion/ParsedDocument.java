package org.harmonykb.ingestion;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A document's text in reading order.
 *
 * @param title from metadata or the first heading; empty if it has none
 */
record ParsedDocument(String title, List<Block> blocks) {

  sealed interface Block {

    /** Page number from 1, or null where the format has none. */
    @Nullable Integer page();

    record Heading(int level, String text, @Nullable Integer page) implements Block {}

    record Paragraph(String text, @Nullable Integer page) implements Block {}

    /** Rows of cells; the first row holds the headers. */
    record Table(List<List<String>> rows, @Nullable Integer page) implements Block {}
  }
}
