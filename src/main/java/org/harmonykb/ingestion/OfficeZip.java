package org.harmonykb.ingestion;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the ZIP that a DOCX, XLSX or PPTX is. A file that was cut off is refused, since a parser
 * would give what is left of it as if it were all. A Strict Open XML file gets the namespaces of
 * the Transitional form (ISO/IEC 29500, parts 1 and 4), which is all that Apache POI reads. Hidden
 * text of a Word document and hidden cells of a workbook are left out.
 */
final class OfficeZip {

  private static final Pattern STRICT =
      Pattern.compile("http://purl\\.oclc\\.org/ooxml/(\\w+)/(\\w+)((?:/\\w+)?)");

  private static final Pattern WORD_TEXT =
      Pattern.compile("word/(?:document|header\\d*|footer\\d*|footnotes|endnotes)\\.xml");

  private static final String WORKBOOK = "xl/workbook.xml";
  private static final Pattern SHEET = Pattern.compile("xl/worksheets/[^/]+\\.xml");
  private static final Pattern TABLE = Pattern.compile("xl/tables/[^/]+\\.xml");

  private static final int MOST_XML = 200 << 20;

  /** Large sheets shrink to a thirtieth; what shrinks to less than this was made to. */
  private static final int MOST_RATIO = 150;

  private static final long MOST_UNPACKED = 20L << 20;

  private OfficeZip() {}

  /**
   * Checks the file; gives a converted copy in a temporary file if it is Strict or hides text, else
   * null.
   *
   * @throws IOException if the file has no readable directory, as when its end is missing
   */
  static @Nullable Path transitional(Path file) throws IOException {
    try (ZipFile zip = new ZipFile(file.toFile())) {
      refuseBomb(zip, file);
      ZipEntry relations = zip.getEntry("_rels/.rels");
      boolean isStrict = relations != null && STRICT.matcher(xml(zip, relations)).find();
      HiddenCells cells = cells(zip, isStrict);
      if (!isStrict && !hidesRuns(zip) && !hidesCells(zip, cells)) {
        return null;
      }
      boolean filtersTables = filtersTables(zip);
      Path copy = Files.createTempFile("transitional", "");
      try (OutputStream out = Files.newOutputStream(copy);
          ZipOutputStream target = new ZipOutputStream(out)) {
        for (Enumeration<? extends ZipEntry> all = zip.entries(); all.hasMoreElements(); ) {
          ZipEntry entry = all.nextElement();
          target.putNextEntry(new ZipEntry(entry.getName()));
          if (entry.getName().endsWith(".xml") || entry.getName().endsWith(".rels")) {
            String xml = convert(xml(zip, entry));
            String seen = seen(entry.getName(), xml, cells, filtersTables);
            target.write(seen.getBytes(StandardCharsets.UTF_8));
          } else {
            try (InputStream in = zip.getInputStream(entry)) {
              in.transferTo(target);
            }
          }
          target.closeEntry();
        }
      }
      return copy;
    }
  }

  private static String seen(String name, String xml, HiddenCells cells, boolean filtersTables) {
    if (WORD_TEXT.matcher(name).matches()) {
      return HiddenText.withoutHiddenRuns(xml);
    }
    if (name.equals(WORKBOOK)) {
      return HiddenCells.withoutHiddenSheets(xml);
    }
    if (SHEET.matcher(name).matches() && cells.mayHide(xml)) {
      boolean isFiltered =
          xml.contains("<filterColumn") || filtersTables && xml.contains("<tableParts");
      return cells.clean(xml, isFiltered);
    }
    return xml;
  }

  private static HiddenCells cells(ZipFile zip, boolean isStrict) throws IOException {
    ZipEntry styles = zip.getEntry("xl/styles.xml");
    String xml = styles == null ? "" : xml(zip, styles);
    return new HiddenCells(isStrict ? convert(xml) : xml);
  }

  private static boolean hidesCells(ZipFile zip, HiddenCells cells) throws IOException {
    ZipEntry workbook = zip.getEntry(WORKBOOK);
    if (workbook == null) {
      return false;
    }
    String xml = xml(zip, workbook);
    if (!HiddenCells.withoutHiddenSheets(xml).equals(xml)) {
      return true;
    }
    for (ZipEntry entry : zip.stream().filter(e -> isNamed(e, SHEET)).toList()) {
      if (cells.mayHide(xml(zip, entry))) {
        return true;
      }
    }
    return false;
  }

  private static boolean filtersTables(ZipFile zip) throws IOException {
    for (ZipEntry entry : zip.stream().filter(e -> isNamed(e, TABLE)).toList()) {
      if (xml(zip, entry).contains("<filterColumn")) {
        return true;
      }
    }
    return false;
  }

  private static boolean isNamed(ZipEntry entry, Pattern name) {
    return name.matcher(entry.getName()).matches();
  }

  private static boolean hidesRuns(ZipFile zip) throws IOException {
    for (ZipEntry entry : zip.stream().filter(OfficeZip::isWordText).toList()) {
      if (HiddenText.mayHideRuns(xml(zip, entry))) {
        return true;
      }
    }
    return false;
  }

  private static boolean isWordText(ZipEntry entry) {
    return WORD_TEXT.matcher(entry.getName()).matches();
  }

  /** An entry that lies about its size is left to the limit of memory. */
  private static void refuseBomb(ZipFile zip, Path file) throws IOException {
    long unpacked = zip.stream().mapToLong(entry -> Math.max(0, entry.getSize())).sum();
    if (unpacked > MOST_UNPACKED && unpacked / Math.max(1, Files.size(file)) > MOST_RATIO) {
      throw new UnreadableDocumentException("The file unpacks to far more than its size");
    }
  }

  private static String xml(ZipFile zip, ZipEntry entry) throws IOException {
    try (InputStream in = zip.getInputStream(entry)) {
      byte[] bytes = in.readNBytes(MOST_XML + 1);
      if (bytes.length > MOST_XML) {
        throw new UnreadableDocumentException(
            entry.getName() + " in the file unpacks to more than " + (MOST_XML >> 20) + " MB");
      }
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }

  private static String convert(String xml) {
    Matcher matcher = STRICT.matcher(xml);
    return matcher.replaceAll(
        found ->
            "http://schemas.openxmlformats.org/%s/2006/%s%s"
                .formatted(found.group(1), hyphenated(found.group(2)), hyphenated(found.group(3))));
  }

  private static String hyphenated(String name) {
    return name.replace("extendedProperties", "extended-properties")
        .replace("customProperties", "custom-properties");
  }
}
