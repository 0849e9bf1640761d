package org.harmonykb.ingestion;

import java.awt.Color;
import java.awt.Rectangle;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.PDResources;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.font.PDType1Font;
import org.apache.pdfbox.pdmodel.font.Standard14Fonts;
import org.apache.pdfbox.pdmodel.graphics.form.PDFormXObject;
import org.apache.pdfbox.pdmodel.graphics.image.LosslessFactory;
import org.apache.pdfbox.pdmodel.graphics.state.RenderingMode;
import org.apache.pdfbox.pdmodel.interactive.annotation.PDAppearanceStream;
import org.apache.poi.ss.usermodel.CellStyle;
import org.apache.poi.ss.usermodel.FillPatternType;
import org.apache.poi.ss.usermodel.IndexedColors;
import org.apache.poi.ss.util.CellRangeAddress;
import org.apache.poi.xslf.usermodel.XMLSlideShow;
import org.apache.poi.xslf.usermodel.XSLFSlide;
import org.apache.poi.xslf.usermodel.XSLFTextBox;
import org.apache.poi.xssf.usermodel.XSSFFont;
import org.apache.poi.xssf.usermodel.XSSFSheet;
import org.apache.poi.xssf.usermodel.XSSFWorkbook;

/** Writes PDF, PPTX and XLSX files with a text that people see and one that is hidden somehow. */
final class HiddenDocuments {

  /** How the second text is kept from people's eyes, or, from {@link #PDF_WHITE_ON_BOX} on, not. */
  enum Way {
    PDF_WHITE("pdf"),
    PDF_INVISIBLE("pdf"),
    PDF_OFF_PAGE("pdf"),
    PDF_TINY("pdf"),
    PDF_FORM_WHITE("pdf"),
    PPTX_WHITE("pptx"),
    PPTX_OFF_SLIDE("pptx"),
    PPTX_HIDDEN_SLIDE("pptx"),
    XLSX_WHITE("xlsx"),
    XLSX_HIDDEN_ROW("xlsx"),
    XLSX_HIDDEN_COLUMN("xlsx"),
    XLSX_HIDDEN_SHEET("xlsx"),
    PDF_WHITE_ON_BOX("pdf"),
    PDF_SCAN("pdf"),
    PDF_FORM_WHITE_ON_THE_NEXT_PAGES_BOX("pdf"),
    PPTX_WHITE_ON_BOX("pptx"),
    XLSX_WHITE_ON_FILL("xlsx"),
    XLSX_FILTERED_ROW("xlsx");

    private final String ending;

    Way(String ending) {
      this.ending = ending;
    }

    boolean isHidden() {
      return compareTo(PDF_WHITE_ON_BOX) < 0;
    }

    String mediaType() {
      return switch (ending) {
        case "pdf" -> FileTypes.PDF;
        case "pptx" -> "application/vnd.openxmlformats-officedocument.presentationml.presentation";
        default -> "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
      };
    }
  }

  private HiddenDocuments() {}

  /**
   * @param seen Latin letters only
   * @param hidden Latin letters only
   */
  static Path write(Path folder, Way way, String seen, String hidden) throws IOException {
    Path file = folder.resolve(way.name().toLowerCase(java.util.Locale.ROOT) + "." + way.ending);
    switch (way.ending) {
      case "pdf" -> pdf(file, way, seen, hidden);
      case "pptx" -> pptx(file, way, seen, hidden);
      default -> xlsx(file, way, seen, hidden);
    }
    return file;
  }

  private static void pdf(Path file, Way way, String seen, String hidden) throws IOException {
    try (PDDocument document = new PDDocument()) {
      PDPage page = new PDPage();
      document.addPage(page);
      try (PDPageContentStream out = new PDPageContentStream(document, page)) {
        if (way == Way.PDF_WHITE_ON_BOX) {
          out.setNonStrokingColor(Color.BLUE);
          out.addRect(40, 590, 500, 40);
          out.fill();
        }
        if (way == Way.PDF_SCAN) {
          BufferedImage scan = new BufferedImage(60, 80, BufferedImage.TYPE_INT_RGB);
          out.drawImage(LosslessFactory.createFromImage(document, scan), 0, 0, 612, 792);
        }
        text(out, Color.BLACK, 12, 50, 700, RenderingMode.FILL, seen);
        switch (way) {
          case PDF_INVISIBLE, PDF_SCAN ->
              text(out, Color.BLACK, 12, 50, 600, RenderingMode.NEITHER, hidden);
          case PDF_OFF_PAGE -> text(out, Color.BLACK, 12, 50, -200, RenderingMode.FILL, hidden);
          case PDF_TINY -> text(out, Color.BLACK, 0.4f, 50, 600, RenderingMode.FILL, hidden);
          case PDF_FORM_WHITE -> out.drawForm(whiteForm(document, hidden));
          case PDF_FORM_WHITE_ON_THE_NEXT_PAGES_BOX -> {
            PDFormXObject form = whiteForm(document, hidden);
            out.drawForm(form);
            onBox(document, form);
          }
          default -> text(out, Color.WHITE, 12, 50, 600, RenderingMode.FILL, hidden);
        }
      }
      document.save(file.toFile());
    }
  }

  private static PDFormXObject whiteForm(PDDocument document, String text) throws IOException {
    PDAppearanceStream form = new PDAppearanceStream(document); // a form that can be written to
    form.setBBox(PDRectangle.LETTER);
    form.setResources(new PDResources());
    try (PDPageContentStream out = new PDPageContentStream(document, form)) {
      text(out, Color.WHITE, 12, 50, 600, RenderingMode.FILL, text);
    }
    return form;
  }

  private static void onBox(PDDocument document, PDFormXObject form) throws IOException {
    PDPage page = new PDPage();
    document.addPage(page);
    try (PDPageContentStream out = new PDPageContentStream(document, page)) {
      out.setNonStrokingColor(Color.BLUE);
      out.addRect(40, 590, 500, 40);
      out.fill();
      out.drawForm(form);
    }
  }

  private static void text(
      PDPageContentStream out,
      Color color,
      float size,
      float x,
      float y,
      RenderingMode mode,
      String text)
      throws IOException {
    out.beginText();
    out.setFont(new PDType1Font(Standard14Fonts.FontName.HELVETICA), size);
    out.setNonStrokingColor(color);
    out.setRenderingMode(mode);
    out.newLineAtOffset(x, y);
    out.showText(text);
    out.endText();
  }

  private static void pptx(Path file, Way way, String seen, String hidden) throws IOException {
    try (XMLSlideShow show = new XMLSlideShow();
        OutputStream out = Files.newOutputStream(file)) {
      XSLFSlide slide = show.createSlide();
      box(slide, new Rectangle(50, 50, 500, 60), seen);
      if (way == Way.PPTX_HIDDEN_SLIDE) {
        XSLFSlide other = show.createSlide();
        box(other, new Rectangle(50, 50, 500, 60), hidden);
        other.setHidden(true);
      } else if (way == Way.PPTX_OFF_SLIDE) {
        box(slide, new Rectangle(-900, 50, 500, 60), hidden);
      } else {
        XSLFTextBox white = box(slide, new Rectangle(50, 200, 500, 60), hidden);
        white.getTextParagraphs().getFirst().getTextRuns().getFirst().setFontColor(Color.WHITE);
        if (way == Way.PPTX_WHITE_ON_BOX) {
          white.setFillColor(Color.BLUE);
        }
      }
      show.write(out);
    }
  }

  private static XSLFTextBox box(XSLFSlide slide, Rectangle anchor, String text) {
    XSLFTextBox box = slide.createTextBox();
    box.setAnchor(anchor);
    box.setText(text);
    return box;
  }

  private static void xlsx(Path file, Way way, String seen, String hidden) throws IOException {
    try (XSSFWorkbook book = new XSSFWorkbook();
        OutputStream out = Files.newOutputStream(file)) {
      XSSFSheet sheet = book.createSheet("Rules");
      sheet.createRow(0).createCell(0).setCellValue("Rule");
      sheet.createRow(1).createCell(0).setCellValue(seen);
      sheet.createRow(2);
      switch (way) {
        case XLSX_HIDDEN_SHEET -> {
          XSSFSheet other = book.createSheet("Other");
          other.createRow(0).createCell(0).setCellValue("Rule");
          other.createRow(1).createCell(0).setCellValue(hidden);
          book.setSheetHidden(1, true);
        }
        case XLSX_HIDDEN_COLUMN -> {
          sheet.getRow(1).createCell(3).setCellValue(hidden);
          sheet.setColumnHidden(3, true);
        }
        case XLSX_HIDDEN_ROW, XLSX_FILTERED_ROW -> {
          sheet.getRow(2).createCell(0).setCellValue(hidden);
          sheet.getRow(2).setZeroHeight(true);
          if (way == Way.XLSX_FILTERED_ROW) {
            sheet.setAutoFilter(CellRangeAddress.valueOf("A1:A3"));
            var column = sheet.getCTWorksheet().getAutoFilter().addNewFilterColumn();
            column.setColId(0);
            column.addNewFilters().addNewFilter().setVal(seen);
          }
        }
        default -> {
          XSSFFont font = book.createFont();
          font.setColor(IndexedColors.WHITE.getIndex());
          font.setColor(new org.apache.poi.xssf.usermodel.XSSFColor(Color.WHITE, null));
          CellStyle style = book.createCellStyle();
          style.setFont(font);
          if (way == Way.XLSX_WHITE_ON_FILL) {
            style.setFillPattern(FillPatternType.SOLID_FOREGROUND);
            style.setFillForegroundColor(IndexedColors.DARK_BLUE.getIndex());
          }
          sheet.getRow(2).createCell(0).setCellValue(hidden);
          sheet.getRow(2).getCell(0).setCellStyle(style);
        }
      }
      book.write(out);
    }
  }
}
