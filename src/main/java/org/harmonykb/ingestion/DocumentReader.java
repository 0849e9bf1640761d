package org.harmonykb.ingestion;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.tika.detect.DefaultDetector;
import org.apache.tika.detect.Detector;
import org.apache.tika.io.TikaInputStream;
import org.apache.tika.metadata.Metadata;
import org.apache.tika.metadata.TikaCoreProperties;

/**
 * Turns a file into headings, paragraphs and tables. Runs foreign parsers on foreign files without
 * limits of time and memory, so only the reading process does it.
 */
final class DocumentReader {

  private final ReadLimits limits;
  private final Detector detector = new DefaultDetector();
  private final MarkdownReader markdown = new MarkdownReader();
  private final TikaReader tika;

  DocumentReader(ReadLimits limits) {
    this.limits = limits;
    this.tika = new TikaReader(limits);
  }

  /**
   * @param mediaType what the file was taken for at the door; a container is looked into here
   * @throws UnreadableDocumentException if the file is damaged, encrypted or over a limit
   */
  ParsedDocument read(String filename, String mediaType, Path file) {
    return read(filename, mediaType, file, new ArchiveReader(limits, this));
  }

  /** A file on its own or in an archive. */
  ParsedDocument read(String filename, String mediaType, Path file, ArchiveReader archive) {
    try {
      String type = isContainer(mediaType) ? detect(filename, file) : mediaType;
      if (FileTypes.isMarkdown(type)) {
        return markdown.read(text(file));
      }
      if (type.equals("text/plain")) {
        return plain(filename, text(file));
      }
      if (FileTypes.isCsv(type)) {
        return CsvReader.read(filename, text(file));
      }
      if (type.equals(FileTypes.ZIP)) {
        return archive.read(filename, file);
      }
      if (FileTypes.isEncrypted(type)) {
        throw UnreadableDocumentException.encrypted(filename, null);
      }
      if (!isReadable(type)) {
        throw new UnreadableDocumentException(filename + " is " + type + ", which cannot be read");
      }
      return tika.read(filename, type, file);
    } catch (IOException e) {
      throw UnreadableDocumentException.damaged(filename, e);
    }
  }

  /** Types that say how the parts are kept, not what they are. */
  private static boolean isContainer(String mediaType) {
    return mediaType.equals(FileTypes.ZIP) || mediaType.startsWith("application/x-tika-");
  }

  private static boolean isReadable(String type) {
    // Tests add parsers for types of their own; whatever comes through the door has another type.
    return FileTypes.isTikas(type) || type.startsWith("application/x-test-");
  }

  String detect(String filename, Path file) throws IOException {
    Metadata metadata = new Metadata();
    metadata.set(TikaCoreProperties.RESOURCE_NAME_KEY, filename);
    try (TikaInputStream stream = TikaInputStream.get(file)) {
      return detector.detect(stream, metadata).getBaseType().toString();
    }
  }

  private ParsedDocument plain(String filename, String text) {
    if (filename.toLowerCase(Locale.ROOT).endsWith(".md")) {
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

  private String text(Path file) throws IOException {
    String text = TextDecoder.decode(Files.readAllBytes(file));
    if (text.length() > limits.characters()) {
      throw UnreadableDocumentException.tooLong(limits.characters());
    }
    return text;
  }
}
