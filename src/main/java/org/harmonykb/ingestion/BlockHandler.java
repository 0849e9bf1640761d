package org.harmonykb.ingestion;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.xml.sax.Attributes;
import org.xml.sax.helpers.DefaultHandler;

/**
 * Collects headings, paragraphs, tables and pages from the XHTML events of a Tika parser. A PDF has
 * no headings, so short numbered lines count as such.
 */
final class BlockHandler extends DefaultHandler {

  private static final Pattern NUMBERED =
      Pattern.compile(
          "(\\d{1,2}(\\.\\d{1,2}){0,3})\\.?\\s+\\S.{0,80}|第[一二三四五六七八九十0-9]+[章节条]\\s*.{0,40}");

  /** How an element looks, as far as its own style and those around it tell. */
  private record Look(boolean isHidden, boolean hasBackground) {}

  private static final Look VISIBLE = new Look(false, false);

  private final Deque<Look> looks = new ArrayDeque<>();
  private final boolean findHeadings;
  private final ReadLimits limits;
  private final List<ParsedDocument.Block> blocks = new ArrayList<>();
  private final StringBuilder text = new StringBuilder();
  private @Nullable Integer page;
  private int headingLevel;
  private int tableDepth;
  private int ignored;
  private int characters;
  private List<List<String>> rows = new ArrayList<>();

  BlockHandler(boolean findHeadings, ReadLimits limits) {
    this.findHeadings = findHeadings;
    this.limits = limits;
  }

  List<ParsedDocument.Block> blocks() {
    flush();
    return blocks;
  }

  @Override
  public void startElement(String uri, String localName, String name, Attributes attributes) {
    String element = localName.toLowerCase(Locale.ROOT);
    look(element, attributes);
    switch (element) {
      case "script", "style", "head" -> ignored++;
      case "div" -> {
        flush();
        String kind = attributes.getValue("class");
        if ("page".equals(kind) || "slide-content".equals(kind)) {
          nextPage();
        }
      }
      case "h1", "h2", "h3", "h4", "h5", "h6" -> {
        flush();
        headingLevel = element.charAt(1) - '0';
      }
      case "table" -> {
        flush();
        tableDepth++;
      }
      case "tr" -> {
        if (tableDepth == 1) {
          rows.add(new ArrayList<>());
          text.setLength(0);
        }
      }
      case "li" -> {
        flush();
        text.append("- ");
      }
      case "p", "ul", "ol", "blockquote", "pre" -> {
        if (tableDepth == 0 && !text.toString().equals("- ")) {
          flush();
        }
      }
      case "br" -> text.append('\n');
      default -> {}
    }
  }

  @Override
  public void endElement(String uri, String localName, String name) {
    if (!looks.isEmpty()) {
      looks.pop();
    }
    String element = localName.toLowerCase(Locale.ROOT);
    switch (element) {
      case "script", "style", "head" -> ignored--;
      case "h1", "h2", "h3", "h4", "h5", "h6" -> flush();
      case "td", "th" -> {
        if (tableDepth == 1 && !rows.isEmpty()) {
          rows.getLast().add(clean(text));
          text.setLength(0);
        }
      }
      case "table" -> {
        tableDepth--;
        if (tableDepth == 0) {
          blocks.addAll(Tables.blocks(rows, page));
          rows = new ArrayList<>();
          text.setLength(0);
        }
      }
      case "p", "li", "div", "blockquote", "pre", "title", "body" -> {
        if (tableDepth == 0) {
          flush();
        } else {
          text.append(' ');
        }
      }
      default -> {}
    }
  }

  @Override
  public void characters(char[] ch, int start, int length) {
    if (ignored > 0 || !looks.isEmpty() && looks.peek().isHidden) {
      return;
    }
    characters += length;
    if (characters > limits.characters()) {
      throw UnreadableDocumentException.tooLong(limits.characters());
    }
    text.append(ch, start, length);
  }

  @Override
  public void ignorableWhitespace(char[] ch, int start, int length) {
    characters(ch, start, length);
  }

  /** A heading in white has a banner behind it that only a style sheet knows. */
  private void look(String element, Attributes attributes) {
    Look outer = looks.isEmpty() ? VISIBLE : looks.peek();
    boolean hasBackground = outer.hasBackground || HiddenText.hasBackground(attributes);
    boolean isHeading = element.matches("h[1-6]|th");
    boolean isHidden =
        outer.isHidden
            || HiddenText.isUnseen(attributes)
            || !hasBackground && !isHeading && HiddenText.isWhite(attributes);
    looks.push(new Look(isHidden, hasBackground));
  }

  private void nextPage() {
    page = page == null ? 1 : page + 1;
    if (page > limits.pages()) {
      throw new UnreadableDocumentException(
          "The document has more than " + limits.pages() + " pages");
    }
  }

  private void flush() {
    if (tableDepth > 0) {
      return;
    }
    if (headingLevel > 0) {
      String heading = clean(text);
      if (!heading.isEmpty()) {
        blocks.add(new ParsedDocument.Block.Heading(headingLevel, heading, page));
      }
      headingLevel = 0;
    } else if (findHeadings) {
      paragraphOfLines();
    } else {
      String paragraph = clean(text);
      if (!paragraph.isEmpty() && !paragraph.equals("-")) {
        blocks.add(new ParsedDocument.Block.Paragraph(paragraph, page));
      }
    }
    text.setLength(0);
  }

  private void paragraphOfLines() {
    StringBuilder paragraph = new StringBuilder();
    for (String line : text.toString().split("\\R")) {
      String stripped = clean(line);
      boolean isHeading =
          NUMBERED.matcher(stripped).matches() && !stripped.matches(".*[.;,。；，:：]$");
      if (isHeading) {
        addParagraph(paragraph);
        int level = 2 + (int) stripped.split("\\s")[0].chars().filter(c -> c == '.').count();
        blocks.add(new ParsedDocument.Block.Heading(level, stripped, page));
      } else if (!stripped.isEmpty()) {
        paragraph.append(paragraph.isEmpty() ? "" : "\n").append(stripped);
      }
    }
    addParagraph(paragraph);
  }

  private void addParagraph(StringBuilder paragraph) {
    if (!paragraph.isEmpty()) {
      blocks.add(new ParsedDocument.Block.Paragraph(paragraph.toString(), page));
      paragraph.setLength(0);
    }
  }

  /** One line without hidden characters. */
  static String clean(CharSequence raw) {
    return HiddenText.strip(raw.toString())
        .replaceAll("\\[(?:foot|end)noteRef:\\d+\\]", "") // Tika's mark in the sentence
        .replaceAll("\\s+", " ")
        .strip();
  }
}
