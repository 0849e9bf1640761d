package org.harmonykb.ingestion;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.tika.exception.EncryptedDocumentException;
import org.apache.tika.exception.TikaException;
import org.apache.tika.exception.ZeroByteFileException;
import org.apache.tika.io.TikaInputStream;
import org.apache.tika.metadata.Message;
import org.apache.tika.metadata.Metadata;
import org.apache.tika.metadata.TikaCoreProperties;
import org.apache.tika.parser.AutoDetectParser;
import org.apache.tika.parser.ParseContext;
import org.apache.tika.parser.Parser;
import org.apache.tika.parser.html.HtmlMapper;
import org.apache.tika.parser.microsoft.OfficeParserConfig;
import org.apache.tika.parser.pdf.PDFParserConfig;
import org.apache.tika.sax.SecureContentHandler;
import org.jspecify.annotations.Nullable;
import org.xml.sax.SAXException;

/** Reads PDF, office files, HTML, CSV and mail through Apache Tika. */
final class TikaReader {

  private static final Pattern MEANINGLESS =
      Pattern.compile(
          "(?i)\\(?(anonymous|untitled|unknown|无标题|未命名)\\)?|(document|slide|folie)"
              + " ?\\d*|powerpoint(-|"
              + " )(presentation|präsentation|演示文稿)|.*\\.(docx?|pptx?|xlsx?|pdf|html?)");

  private final ReadLimits limits;
  private final AutoDetectParser tika = new AutoDetectParser();

  TikaReader(ReadLimits limits) {
    this.limits = limits;
  }

  /**
   * @throws UnreadableDocumentException if the file is damaged, encrypted or over a limit
   */
  ParsedDocument read(String filename, String mediaType, Path file) throws IOException {
    Path converted = FileTypes.isOfficeZip(mediaType) ? OfficeZip.transitional(file) : null;
    try {
      Path seen = seen(mediaType, converted == null ? file : converted);
      try {
        return parse(
            filename, mediaType, seen != null ? seen : converted != null ? converted : file);
      } finally {
        delete(seen);
      }
    } finally {
      delete(converted);
    }
  }

  /** A copy without text that nobody sees, or null where there is no such text. */
  private static @Nullable Path seen(String mediaType, Path file) throws IOException {
    if (mediaType.equals(FileTypes.PDF)) {
      return VisiblePdf.copy(file);
    }
    return FileTypes.isSlides(mediaType) ? HiddenSlides.removed(file) : null;
  }

  private static void delete(@Nullable Path file) throws IOException {
    if (file != null) {
      Files.deleteIfExists(file);
    }
  }

  private ParsedDocument parse(String filename, String mediaType, Path file) throws IOException {
    Metadata metadata = new Metadata();
    metadata.set(TikaCoreProperties.RESOURCE_NAME_KEY, filename);
    metadata.set(TikaCoreProperties.CONTENT_TYPE_USER_OVERRIDE, mediaType);
    BlockHandler handler = new BlockHandler(mediaType.equals(FileTypes.PDF), limits);
    try (TikaInputStream stream = TikaInputStream.get(file)) {
      tika.parse(stream, new SecureContentHandler(handler, stream), metadata, context());
    } catch (ZeroByteFileException e) {
      throw new UnreadableDocumentException(filename + " is empty", e);
    } catch (TikaException | SAXException | IOException | RuntimeException e) {
      throw explain(filename, e);
    }
    List<ParsedDocument.Block> blocks = new ArrayList<>();
    String head = mediaType.equals(FileTypes.EMAIL) ? mailHead(metadata) : "";
    List<ParsedDocument.Block> body = handler.blocks();
    if (mediaType.equals(FileTypes.PDF) && isStamped(body)) {
      body = List.of();
    }
    if (!head.isEmpty() && !body.isEmpty()) {
      blocks.add(new ParsedDocument.Block.Paragraph(head, null));
    }
    blocks.addAll(body);
    return new ParsedDocument(title(metadata.get(TikaCoreProperties.TITLE)), blocks);
  }

  /** One short line again and again, such as a scanner's mark on each page, is not a text. */
  private static boolean isStamped(List<ParsedDocument.Block> blocks) {
    Set<String> lines = new HashSet<>();
    for (ParsedDocument.Block block : blocks) {
      if (!(block instanceof ParsedDocument.Block.Paragraph paragraph)) {
        return false;
      }
      lines.add(paragraph.text());
    }
    return blocks.size() > 1 && lines.size() == 1 && lines.iterator().next().length() < 80;
  }

  /** Programs fill the title with their own words when the author gave none. */
  private static String title(@Nullable String stored) {
    String title = stored == null ? "" : BlockHandler.clean(stored);
    title = title.replaceFirst("^Microsoft (Word|PowerPoint|Excel) - ", "");
    return MEANINGLESS.matcher(title).matches() ? "" : title;
  }

  private ParseContext context() {
    ParseContext context = new ParseContext();
    context.set(HtmlMapper.class, new HiddenText.Mapper());
    context.set(Parser.class, tika);
    PDFParserConfig pdf = new PDFParserConfig();
    pdf.setOcrStrategy(PDFParserConfig.OCR_STRATEGY.NO_OCR);
    pdf.setSuppressDuplicateOverlappingText(true); // bold that was printed twice
    context.set(PDFParserConfig.class, pdf);
    OfficeParserConfig office = new OfficeParserConfig();
    office.setIncludeSlideMasterContent(false); // "Click to edit Master title style"
    context.set(OfficeParserConfig.class, office);
    return context;
  }

  /** Who wrote when to whom is asked about, too. */
  private static String mailHead(Metadata metadata) {
    StringBuilder head = new StringBuilder();
    append(head, "From", metadata.get(Message.MESSAGE_FROM));
    append(head, "To", metadata.get(Message.MESSAGE_TO));
    append(head, "Date", metadata.get(TikaCoreProperties.CREATED));
    append(head, "Subject", metadata.get(TikaCoreProperties.SUBJECT));
    return head.toString();
  }

  private static void append(StringBuilder head, String name, @Nullable String value) {
    if (value != null && !value.isBlank()) {
      head.append(head.isEmpty() ? "" : "; ").append(name).append(": ").append(value.strip());
    }
  }

  private static UnreadableDocumentException explain(String filename, Exception failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof UnreadableDocumentException known) {
        return known;
      }
      if (cause instanceof EncryptedDocumentException) {
        return UnreadableDocumentException.encrypted(filename, failure);
      }
      if (cause.getClass().getName().startsWith(SecureContentHandler.class.getName())) {
        return new UnreadableDocumentException(
            filename + " unpacks to far more than its size or is nested too deep", failure);
      }
    }
    return UnreadableDocumentException.damaged(filename, failure);
  }
}
