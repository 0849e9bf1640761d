package org.harmonykb.ingestion;

import java.util.Set;

/** The kinds of file that are read, by the type that a look inside them gives. */
final class FileTypes {

  static final String PDF = "application/pdf";
  static final String ZIP = "application/zip";
  static final String EMAIL = "message/rfc822";

  private static final String OOXML = "application/vnd.openxmlformats-officedocument.";

  private static final Set<String> TIKA =
      Set.of(
          PDF,
          EMAIL,
          OOXML + "wordprocessingml.document",
          OOXML + "wordprocessingml.template",
          OOXML + "spreadsheetml.sheet",
          OOXML + "spreadsheetml.template",
          OOXML + "presentationml.presentation",
          OOXML + "presentationml.slideshow",
          "application/vnd.ms-word.document.macroenabled.12",
          "application/vnd.ms-excel.sheet.macroenabled.12",
          "application/vnd.ms-powerpoint.presentation.macroenabled.12",
          "application/msword",
          "application/vnd.ms-excel",
          "application/vnd.ms-powerpoint",
          "application/vnd.oasis.opendocument.text",
          "application/vnd.oasis.opendocument.spreadsheet",
          "application/vnd.oasis.opendocument.presentation",
          "application/rtf",
          "application/xhtml+xml",
          "text/html");

  private FileTypes() {}

  static boolean isTikas(String mediaType) {
    return TIKA.contains(mediaType);
  }

  static boolean isMarkdown(String mediaType) {
    return mediaType.equals("text/markdown") || mediaType.equals("text/x-web-markdown");
  }

  static boolean isCsv(String mediaType) {
    return mediaType.equals("text/csv") || mediaType.equals("text/tab-separated-values");
  }

  static boolean isOfficeZip(String mediaType) {
    return mediaType.startsWith(OOXML) || mediaType.contains(".macroenabled.");
  }

  /** Slides as a ZIP. */
  static boolean isSlides(String mediaType) {
    return mediaType.startsWith(OOXML + "presentationml.")
        || mediaType.startsWith("application/vnd.ms-powerpoint.presentation.macroenabled");
  }

  static boolean isEncrypted(String mediaType) {
    return mediaType.equals("application/x-tika-ooxml-protected");
  }
}
