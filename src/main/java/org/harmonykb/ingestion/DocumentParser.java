package org.harmonykb.ingestion;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.tika.exception.EncryptedDocumentException;
import org.apache.tika.exception.TikaException;
import org.apache.tika.io.TikaInputStream;
import org.apache.tika.metadata.Metadata;
import org.apache.tika.metadata.TikaCoreProperties;
import org.apache.tika.parser.AutoDetectParser;
import org.apache.tika.parser.ParseContext;
import org.apache.tika.parser.Parser;
import org.apache.tika.sax.SecureContentHandler;
import org.springframework.stereotype.Component;
import org.xml.sax.SAXException;

/** Turns a file into headings, paragraphs and tables, within limits of time and size. */
@Component
class DocumentParser {

  private static final int MAX_CHARACTERS = 20_000_000;
  private static final int TIMEOUT_SECONDS = 120;

  private final AutoDetectParser tika = new AutoDetectParser();
  private final MarkdownReader markdown = new MarkdownReader();

  /**
   * @throws UnreadableDocumentException if the file is damaged, encrypted or over a limit
   */
  ParsedDocument parse(String filename, String mediaType, byte[] content) {
    return switch (mediaType) {
      case "text/markdown", "text/x-web-markdown" ->
          markdown.read(new String(content, StandardCharsets.UTF_8));
      case "text/plain" -> plain(filename, content);
      default -> inTime(filename, () -> tika(filename, mediaType, content));
    };
  }

  private ParsedDocument plain(String filename, byte[] content) {
    String text = new String(content, StandardCharsets.UTF_8);
    if (filename.endsWith(".md")) {
      return markdown.read(text);
    }
    List<ParsedDocument.Block> blocks = new ArrayList<>();
    for (String paragraph : text.split("\\R\\s*\\R")) {
      String clean = BlockHandler.clean(paragraph);
      if (!clean.isEmpty()) {
        blocks.add(new ParsedDocument.Block.Paragraph(clean, null));
      }
    }
    return new ParsedDocument("", blocks);
  }

  private ParsedDocument tika(String filename, String mediaType, byte[] content)
      throws IOException, TikaException, SAXException {
    Metadata metadata = new Metadata();
    metadata.set(TikaCoreProperties.RESOURCE_NAME_KEY, filename);
    metadata.set(Metadata.CONTENT_TYPE, mediaType);
    BlockHandler handler = new BlockHandler(mediaType.equals("application/pdf"), MAX_CHARACTERS);
    ParseContext context = new ParseContext();
    context.set(Parser.class, tika);
    try (TikaInputStream stream = TikaInputStream.get(new ByteArrayInputStream(content))) {
      tika.parse(stream, new SecureContentHandler(handler, stream), metadata, context);
    }
    String title = metadata.get(TikaCoreProperties.TITLE);
    return new ParsedDocument(title == null ? "" : BlockHandler.clean(title), handler.blocks());
  }

  /** What may take too long. */
  private interface Parsing {
    ParsedDocument run() throws Exception;
  }

  private static ParsedDocument inTime(String filename, Parsing parsing) {
    try (ExecutorService thread =
        Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("parser").factory())) {
      Future<ParsedDocument> result = thread.submit(parsing::run);
      try {
        return result.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
      } catch (TimeoutException e) {
        result.cancel(true);
        thread.shutdownNow();
        throw new UnreadableDocumentException(
            filename + " took longer than " + TIMEOUT_SECONDS + " seconds to read", e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while reading " + filename, e);
      } catch (ExecutionException e) {
        throw unreadable(filename, e.getCause() == null ? e : e.getCause());
      }
    }
  }

  private static RuntimeException unreadable(String filename, Throwable cause) {
    if (cause instanceof UnreadableDocumentException known) {
      return known;
    }
    if (cause instanceof EncryptedDocumentException
        || cause.getCause() instanceof EncryptedDocumentException) {
      return new UnreadableDocumentException(
          filename + " is encrypted; remove the password and send it again", cause);
    }
    return new UnreadableDocumentException(
        filename
            + " is damaged or not what its name says ("
            + cause.getClass().getSimpleName()
            + ")",
        cause);
  }
}
