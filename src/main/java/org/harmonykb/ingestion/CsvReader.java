package org.harmonykb.ingestion;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/** Reads comma-separated values, whatever separates them, as one table. */
final class CsvReader {

  private static final char[] SEPARATORS = {',', ';', '\t', '|'};
  private static final int SAMPLE_LINES = 20;

  private CsvReader() {}

  static ParsedDocument read(String filename, String text) {
    CSVFormat format =
        CSVFormat.DEFAULT
            .builder()
            .setDelimiter(separator(text))
            .setLenientEof(true)
            .setTrailingData(true)
            .get();
    List<List<String>> rows = new ArrayList<>();
    try (CSVParser parser = CSVParser.parse(text, format)) {
      for (CSVRecord record : parser) {
        List<String> cells = new ArrayList<>();
        record.forEach(cell -> cells.add(BlockHandler.clean(cell)));
        rows.add(cells);
      }
    } catch (IOException | IllegalStateException e) {
      throw UnreadableDocumentException.damaged(filename, e);
    }
    return new ParsedDocument("", Tables.blocks(rows, null));
  }

  /** The one that most lines have the same number of. */
  private static char separator(String text) {
    List<String> lines = text.lines().limit(SAMPLE_LINES).filter(l -> !l.isBlank()).toList();
    char best = ',';
    long bestLines = 0;
    for (char separator : SEPARATORS) {
      long inFirst = lines.isEmpty() ? 0 : count(lines.getFirst(), separator);
      long alike =
          inFirst == 0 ? 0 : lines.stream().filter(l -> count(l, separator) == inFirst).count();
      if (alike > bestLines) {
        bestLines = alike;
        best = separator;
      }
    }
    return best;
  }

  private static long count(String line, char separator) {
    return line.chars().filter(c -> c == separator).count();
  }
}
