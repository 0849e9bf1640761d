package org.harmonykb.ingestion;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.commonmark.ext.front.matter.YamlFrontMatterExtension;
import org.commonmark.ext.front.matter.YamlFrontMatterVisitor;
import org.commonmark.ext.gfm.tables.TableBlock;
import org.commonmark.ext.gfm.tables.TableCell;
import org.commonmark.ext.gfm.tables.TableRow;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.BulletList;
import org.commonmark.node.Heading;
import org.commonmark.node.HtmlBlock;
import org.commonmark.node.HtmlInline;
import org.commonmark.node.Node;
import org.commonmark.node.OrderedList;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.text.LineBreakRendering;
import org.commonmark.renderer.text.TextContentRenderer;

/** Reads CommonMark with tables and front matter. Comments, which no reader sees, are left out. */
final class MarkdownReader {

  /** One that is not closed hides the rest, as it does in a browser. */
  private static final Pattern COMMENT = Pattern.compile("<!--.*?(?:-->|\\z)", Pattern.DOTALL);

  private static final List<org.commonmark.Extension> EXTENSIONS =
      List.of(TablesExtension.create(), YamlFrontMatterExtension.create());

  private final Parser parser = Parser.builder().extensions(EXTENSIONS).build();
  private final TextContentRenderer renderer =
      TextContentRenderer.builder()
          .extensions(EXTENSIONS)
          .lineBreakRendering(LineBreakRendering.COMPACT)
          .build();

  ParsedDocument read(String markdown) {
    Node root = parser.parse(markdown);
    root.accept(new CommentRemover());
    YamlFrontMatterVisitor frontMatter = new YamlFrontMatterVisitor();
    root.accept(frontMatter);
    Map<String, List<String>> data = frontMatter.getData();
    List<String> titles = data.getOrDefault("title", List.of());
    List<ParsedDocument.Block> blocks = new ArrayList<>();
    for (Node node = root.getFirstChild(); node != null; node = node.getNext()) {
      read(node, blocks);
    }
    return new ParsedDocument(titles.isEmpty() ? "" : titles.getFirst(), blocks);
  }

  private void read(Node node, List<ParsedDocument.Block> blocks) {
    switch (node) {
      case Heading heading ->
          blocks.add(new ParsedDocument.Block.Heading(heading.getLevel(), text(heading), null));
      case TableBlock table -> blocks.add(table(table));
      case BulletList list -> items(list, blocks);
      case OrderedList list -> items(list, blocks);
      default -> {
        String text = text(node);
        if (!text.isEmpty()) {
          blocks.add(new ParsedDocument.Block.Paragraph(text, null));
        }
      }
    }
  }

  /** Items become paragraphs of their own, so that a long list can be cut between them. */
  private void items(Node list, List<ParsedDocument.Block> blocks) {
    int number = 1;
    for (Node item = list.getFirstChild(); item != null; item = item.getNext()) {
      String marker = list instanceof OrderedList ? number++ + ". " : "- ";
      blocks.add(new ParsedDocument.Block.Paragraph(marker + text(item), null));
    }
  }

  private ParsedDocument.Block table(TableBlock table) {
    List<List<String>> rows = new ArrayList<>();
    collectRows(table, rows);
    return new ParsedDocument.Block.Table(rows, null);
  }

  private void collectRows(Node node, List<List<String>> rows) {
    for (Node child = node.getFirstChild(); child != null; child = child.getNext()) {
      if (child instanceof TableRow) {
        List<String> cells = new ArrayList<>();
        for (Node cell = child.getFirstChild(); cell != null; cell = cell.getNext()) {
          if (cell instanceof TableCell) {
            cells.add(cellText(cell));
          }
        }
        rows.add(cells);
      } else {
        collectRows(child, rows);
      }
    }
  }

  /** The renderer would add the column's bar to a cell. */
  private String cellText(Node cell) {
    StringBuilder text = new StringBuilder();
    for (Node child = cell.getFirstChild(); child != null; child = child.getNext()) {
      text.append(renderer.render(child));
    }
    return BlockHandler.clean(text);
  }

  private String text(Node node) {
    return BlockHandler.clean(renderer.render(node));
  }

  private static final class CommentRemover extends AbstractVisitor {

    @Override
    public void visit(HtmlBlock block) {
      block.setLiteral(COMMENT.matcher(block.getLiteral()).replaceAll(""));
    }

    @Override
    public void visit(HtmlInline inline) {
      inline.setLiteral(COMMENT.matcher(inline.getLiteral()).replaceAll(""));
    }
  }
}
