package org.harmonykb.ingestion;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.harmonykb.retrieval.Language;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a document into passages along its headings. A passage never crosses a heading, a paragraph
 * is cut between sentences only if it is longer than a passage, and each piece of a table begins
 * with the table's header row.
 */
final class Chunker {

  /** Words and Han characters in a passage, about 220 tokens of the embedding models. */
  private static final int TARGET = 170;

  /** Characters of a sentence or row that stay together. */
  private static final int LONGEST = 1500;

  /** A piece of a document. */
  record Piece(String section, String text, @Nullable Integer page) {}

  private final List<Piece> pieces = new ArrayList<>();
  private final List<String> headings = new ArrayList<>();
  private final List<Integer> levels = new ArrayList<>();
  private final StringBuilder text = new StringBuilder();
  private final String title;
  private @Nullable Integer page;
  private int size;

  private Chunker(String title) {
    this.title = title;
  }

  static List<Piece> cut(ParsedDocument document, String title) {
    Chunker chunker = new Chunker(title);
    for (ParsedDocument.Block block : document.blocks()) {
      switch (block) {
        case ParsedDocument.Block.Heading heading -> chunker.heading(heading);
        case ParsedDocument.Block.Paragraph paragraph ->
            chunker.paragraph(paragraph.text(), paragraph.page());
        case ParsedDocument.Block.Table table -> chunker.table(table);
      }
    }
    chunker.flush();
    return chunker.pieces;
  }

  private void heading(ParsedDocument.Block.Heading heading) {
    flush();
    while (!levels.isEmpty() && levels.getLast() >= heading.level()) {
      levels.removeLast();
      headings.removeLast();
    }
    if (!heading.text().equals(title)) {
      levels.add(heading.level());
      headings.add(heading.text());
    }
  }

  private void paragraph(String paragraph, @Nullable Integer at) {
    int length = size(paragraph);
    if (length <= TARGET) {
      append(paragraph, length, at);
    } else {
      for (String sentence : paragraph.split("(?<=[.!?])\\s+|(?<=[。！？；])|\\n")) {
        for (String part : bounded(sentence)) {
          append(part, size(part), at);
        }
      }
    }
  }

  private void table(ParsedDocument.Block.Table table) {
    String header = row(table.rows().getFirst());
    int headerSize = size(header);
    // A header as long as a passage is said once: again before each row it would be all there is.
    boolean isRepeated = headerSize <= TARGET / 2;
    boolean needsHeader = isRepeated;
    if (!isRepeated) {
      bounded(header).forEach(part -> append(part, size(part), table.page()));
    }
    for (List<String> cells : table.rows().subList(1, table.rows().size())) {
      for (String row : bounded(row(cells))) {
        int length = size(row);
        if (size > 0 && size + length > TARGET) {
          flush();
          needsHeader = isRepeated;
        }
        if (needsHeader) {
          append(header, headerSize, table.page());
          needsHeader = false;
        }
        add(row, length, table.page());
      }
    }
    if (table.rows().size() == 1 && isRepeated) {
      append(header, headerSize, table.page());
    }
  }

  /** A text without an end, cut so that each part fits into a passage. */
  private static List<String> bounded(String text) {
    if (text.length() <= LONGEST) {
      return List.of(text);
    }
    List<String> parts = new ArrayList<>();
    for (int start = 0; start < text.length(); ) {
      int end = Math.min(text.length(), start + LONGEST);
      if (end < text.length()) {
        int space = text.lastIndexOf(' ', end);
        end = space > start + LONGEST / 2 ? space : end;
        end -= Character.isHighSurrogate(text.charAt(end - 1)) ? 1 : 0;
      }
      parts.add(text.substring(start, end).strip());
      start = end;
    }
    parts.removeIf(String::isEmpty);
    return parts;
  }

  private static String row(List<String> cells) {
    return cells.stream().collect(Collectors.joining(" | ", "| ", " |"));
  }

  private void append(String part, int length, @Nullable Integer at) {
    if (size > 0 && size + length > TARGET) {
      flush();
    }
    add(part, length, at);
  }

  private void add(String part, int length, @Nullable Integer at) {
    if (text.isEmpty()) {
      page = at;
    } else {
      text.append('\n');
    }
    text.append(part);
    size += length;
  }

  private void flush() {
    if (!text.isEmpty()) {
      pieces.add(new Piece(String.join(" > ", headings), text.toString(), page));
    }
    text.setLength(0);
    size = 0;
  }

  /** Words and Han characters. */
  static int size(String text) {
    int count = 0;
    boolean inWord = false;
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      i += Character.charCount(c);
      boolean isHan = Language.isHan(c);
      boolean isWord = !isHan && Character.isLetterOrDigit(c);
      count += isHan || isWord && !inWord ? 1 : 0;
      inWord = isWord;
    }
    return count;
  }
}
