package org.harmonykb.conversations;

import java.awt.Color;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.CharsetEncoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.openpdf.text.Document;
import org.openpdf.text.DocumentException;
import org.openpdf.text.Font;
import org.openpdf.text.PageSize;
import org.openpdf.text.Paragraph;
import org.openpdf.text.pdf.BaseFont;
import org.openpdf.text.pdf.PdfWriter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/**
 * Sets a conversation as a PDF. Western text takes the built-in Helvetica; any other needs a font
 * of this machine, of which the used characters are embedded. Thread-safe.
 */
@Component
public final class ConversationPdf {

  private static final Logger LOG = LoggerFactory.getLogger(ConversationPdf.class);

  /** Where systems keep a font with Chinese; the number is the font's place in a collection. */
  private static final List<String> FONTS =
      List.of(
          "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc,2",
          "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc,2",
          "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc,2",
          "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc,0",
          "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
          "/System/Library/Fonts/STHeiti Light.ttc,1",
          "/System/Library/Fonts/Supplemental/Arial Unicode.ttf",
          "C:/Windows/Fonts/msyh.ttc,0",
          "C:/Windows/Fonts/simsun.ttc,0");

  private static final char REPLACEMENT = '?';

  private final List<String> fonts = new ArrayList<>();

  @Autowired
  ConversationPdf(@Value("${kb.export.font:}") String configured) {
    if (!configured.isBlank()) {
      fonts.add(configured.endsWith(".ttc") ? configured + ",0" : configured);
    }
    fonts.addAll(FONTS);
  }

  /** For tests: only these fonts. */
  ConversationPdf(List<String> fonts) {
    this.fonts.addAll(fonts);
  }

  /**
   * A question and what was answered.
   *
   * @param sources one line for each cited passage
   */
  public record Part(String question, String answer, List<String> sources) {}

  /**
   * @throws MissingFontException if no font here has the characters
   */
  public byte[] write(String title, List<Part> parts) {
    StringBuilder all = new StringBuilder(title);
    for (Part part : parts) {
      all.append(part.question()).append(part.answer());
      part.sources().forEach(all::append);
    }
    BaseFont face = face(all.toString());
    Font heading = new Font(face, 17, Font.BOLD);
    Font question = new Font(face, 12, Font.BOLD);
    Font text = new Font(face, 10.5f);
    Font source = new Font(face, 9, Font.NORMAL, Color.DARK_GRAY);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (Document document = new Document(PageSize.A4, 60, 60, 60, 60)) {
      PdfWriter.getInstance(document, out);
      document.addTitle(title);
      document.open();
      add(document, face, title, heading, 12);
      for (Part part : parts) {
        add(document, face, part.question(), question, 14);
        for (String line : part.answer().replace("**", "").split("\\R")) {
          boolean isQuote = line.startsWith(">");
          add(
              document,
              face,
              isQuote ? line.substring(1).strip() : line,
              text,
              4,
              isQuote ? 14 : 0);
        }
        for (String line : part.sources()) {
          add(document, face, line, source, 2);
        }
      }
    } catch (DocumentException e) {
      throw new IllegalStateException("cannot set a conversation as PDF", e);
    }
    return out.toByteArray();
  }

  private static void add(Document document, BaseFont face, String text, Font font, float before) {
    add(document, face, text, font, before, 0);
  }

  private static void add(
      Document document, BaseFont face, String text, Font font, float before, float indentation) {
    StringBuilder shown = new StringBuilder();
    text.codePoints()
        .filter(c -> !Character.isISOControl(c))
        .forEach(c -> shown.appendCodePoint(face.charExists(c) ? c : REPLACEMENT));
    Paragraph paragraph = new Paragraph(shown.isEmpty() ? " " : shown.toString(), font);
    paragraph.setSpacingBefore(before);
    paragraph.setIndentationLeft(indentation);
    paragraph.setMultipliedLeading(1.35f);
    document.add(paragraph);
  }

  private BaseFont face(String text) {
    CharsetEncoder western = Charset.forName("windows-1252").newEncoder();
    try {
      if (western.canEncode(text)) {
        return BaseFont.createFont(BaseFont.HELVETICA, BaseFont.WINANSI, BaseFont.NOT_EMBEDDED);
      }
    } catch (IOException e) {
      throw new IllegalStateException("the built-in Helvetica is missing", e);
    }
    for (String font : fonts) {
      if (!Files.isReadable(Path.of(font.replaceFirst(",\\d+$", "")))) {
        continue;
      }
      try {
        BaseFont face = BaseFont.createFont(font, BaseFont.IDENTITY_H, BaseFont.EMBEDDED);
        // A few symbols may be missing; letters may not.
        if (text.codePoints().filter(Character::isLetter).allMatch(face::charExists)) {
          return face;
        }
      } catch (IOException | DocumentException e) {
        LOG.warn("The font {} cannot be used", font, e);
      }
    }
    throw new MissingFontException();
  }
}
