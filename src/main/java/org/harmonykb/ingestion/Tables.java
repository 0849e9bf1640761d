package org.harmonykb.ingestion;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Turns rows of cells into blocks. */
final class Tables {

  private Tables() {}

  /** A lone cell above the headers, such as a sheet's caption, becomes a paragraph. */
  static List<ParsedDocument.Block> blocks(List<List<String>> cells, @Nullable Integer page) {
    List<ParsedDocument.Block> blocks = new ArrayList<>();
    List<List<String>> rows = new ArrayList<>(cells);
    rows.removeIf(row -> filled(row) == 0);
    boolean isWide = rows.stream().anyMatch(row -> filled(row) > 1);
    while (isWide && filled(rows.getFirst()) == 1) {
      blocks.add(
          new ParsedDocument.Block.Paragraph(String.join("", rows.removeFirst()).strip(), page));
    }
    if (!rows.isEmpty()) {
      blocks.add(new ParsedDocument.Block.Table(rows, page));
    }
    return blocks;
  }

  private static long filled(List<String> row) {
    return row.stream().filter(cell -> !cell.isEmpty()).count();
  }
}
