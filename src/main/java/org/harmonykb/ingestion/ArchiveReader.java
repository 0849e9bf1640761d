package org.harmonykb.ingestion;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;

/**
 * Reads the files of a ZIP as one document, each under a heading with its path. What cannot be read
 * in it is noted and left out; limits count over all levels. One per document.
 */
final class ArchiveReader {

  private static final int MOST_NOTES = 10;

  private final ReadLimits limits;
  private final DocumentReader files;
  private final List<String> notes = new ArrayList<>();
  private int depth;
  private int entries;
  private int unread;
  private long bytes;

  ArchiveReader(ReadLimits limits, DocumentReader files) {
    this.limits = limits;
    this.files = files;
  }

  ParsedDocument read(String filename, Path archive) throws IOException {
    if (++depth > limits.archiveDepth()) {
      throw new UnreadableDocumentException(
          filename + " holds archives inside archives, more than " + limits.archiveDepth());
    }
    List<ParsedDocument.Block> blocks = new ArrayList<>();
    try (ZipFile zip = open(archive)) {
      List<ZipArchiveEntry> sorted = new ArrayList<>();
      zip.getEntries().asIterator().forEachRemaining(sorted::add);
      sorted.removeIf(entry -> entry.isDirectory() || isClutter(entry.getName()));
      entries += sorted.size();
      if (entries > limits.archiveEntries()) {
        throw new UnreadableDocumentException(
            filename + " holds more than " + limits.archiveEntries() + " files");
      }
      sorted.sort(Comparator.comparing(ZipArchiveEntry::getName));
      for (ZipArchiveEntry entry : sorted) {
        add(zip, entry, filename, blocks);
      }
    }
    depth--;
    if (blocks.isEmpty() && unread > 0) {
      throw new UnreadableDocumentException(
          "Nothing in " + filename + " can be read: " + String.join("; ", notes));
    }
    if (depth > 0) {
      return new ParsedDocument("", blocks); // the outermost archive tells
    }
    if (unread > notes.size()) {
      notes.add("and %d more".formatted(unread - notes.size()));
    }
    return new ParsedDocument(filename, blocks, List.copyOf(notes));
  }

  /** Names are UTF-8, or else what a Chinese Windows writes. */
  private static ZipFile open(Path archive) throws IOException {
    Charset names = StandardCharsets.UTF_8;
    try (ZipFile zip = ZipFile.builder().setPath(archive).setCharset(names).get()) {
      boolean garbled = false;
      for (var all = zip.getEntries().asIterator(); all.hasNext(); ) {
        garbled |= all.next().getName().indexOf('\ufffd') >= 0;
      }
      if (garbled) {
        names = Charset.forName("GB18030");
      }
    }
    return ZipFile.builder().setPath(archive).setCharset(names).get();
  }

  private static boolean isClutter(String name) {
    return name.startsWith("__MACOSX/") || name.endsWith(".DS_Store") || name.endsWith("Thumbs.db");
  }

  private void add(
      ZipFile zip, ZipArchiveEntry entry, String archive, List<ParsedDocument.Block> blocks)
      throws IOException {
    String name = entry.getName();
    if (entry.getGeneralPurposeBit().usesEncryption()) {
      note(name + " is encrypted");
      return;
    }
    Path unpacked = Files.createTempFile("entry", "");
    int outer = depth;
    try {
      unpack(zip, entry, archive, unpacked);
      if (Files.size(unpacked) == 0) {
        note(name + " is empty");
        return;
      }
      String simple = name.substring(name.lastIndexOf('/') + 1);
      ParsedDocument parsed = files.read(simple, files.detect(simple, unpacked), unpacked, this);
      if (parsed.blocks().isEmpty()) {
        note(name + " has no text");
        return;
      }
      blocks.add(new ParsedDocument.Block.Heading(1, name, null));
      for (ParsedDocument.Block block : parsed.blocks()) {
        blocks.add(below(block));
      }
    } catch (UnreadableDocumentException e) {
      if (isOverLimit()) {
        throw e;
      }
      depth = outer;
      note(String.valueOf(e.getMessage()));
    } finally {
      Files.deleteIfExists(unpacked);
    }
  }

  private boolean isOverLimit() {
    return depth > limits.archiveDepth()
        || entries > limits.archiveEntries()
        || bytes > limits.archiveBytes();
  }

  private static ParsedDocument.Block below(ParsedDocument.Block block) {
    return block instanceof ParsedDocument.Block.Heading heading
        ? new ParsedDocument.Block.Heading(heading.level() + 1, heading.text(), heading.page())
        : block;
  }

  private void note(String what) {
    unread++;
    if (notes.size() < MOST_NOTES) {
      notes.add(what);
    }
  }

  /** What an entry says of its size is not believed. */
  private void unpack(ZipFile zip, ZipArchiveEntry entry, String archive, Path to)
      throws IOException {
    byte[] buffer = new byte[1 << 16];
    try (InputStream in = zip.getInputStream(entry);
        OutputStream out = Files.newOutputStream(to)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        bytes += n;
        if (bytes > limits.archiveBytes()) {
          throw new UnreadableDocumentException(
              String.format(
                  Locale.ROOT,
                  "%s unpacks to more than %,d MB",
                  archive,
                  limits.archiveBytes() / 1_000_000));
        }
        out.write(buffer, 0, n);
      }
    }
  }
}
