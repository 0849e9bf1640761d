package org.harmonykb.ingestion;

import java.awt.Color;
import java.awt.Dimension;
import java.awt.geom.Rectangle2D;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.poi.sl.draw.DrawPaint;
import org.apache.poi.sl.usermodel.PaintStyle;
import org.apache.poi.xslf.usermodel.XMLSlideShow;
import org.apache.poi.xslf.usermodel.XSLFGroupShape;
import org.apache.poi.xslf.usermodel.XSLFPictureShape;
import org.apache.poi.xslf.usermodel.XSLFShape;
import org.apache.poi.xslf.usermodel.XSLFSimpleShape;
import org.apache.poi.xslf.usermodel.XSLFSlide;
import org.apache.poi.xslf.usermodel.XSLFTable;
import org.apache.poi.xslf.usermodel.XSLFTableRow;
import org.apache.poi.xslf.usermodel.XSLFTextParagraph;
import org.apache.poi.xslf.usermodel.XSLFTextRun;
import org.apache.poi.xslf.usermodel.XSLFTextShape;
import org.jspecify.annotations.Nullable;

/**
 * Takes text that nobody sees out of a PPTX: hidden slides with their notes, shapes beside the
 * slide, and white or tiny text on nothing. Text in front of anything that is painted stays. One
 * file, one thread.
 */
final class HiddenSlides {

  private static final double LEAST_SIZE = 1.5;

  private boolean isChanged;

  private HiddenSlides() {}

  /**
   * Gives a copy in a temporary file if there is text to take out, else null. A file that cannot be
   * read so is left to its parser, which tells what is wrong with it.
   */
  static @Nullable Path removed(Path file) throws IOException {
    HiddenSlides hidden = new HiddenSlides();
    try (InputStream in = Files.newInputStream(file);
        XMLSlideShow show = new XMLSlideShow(in)) {
      for (XSLFSlide slide : show.getSlides()) {
        hidden.clean(slide, show.getPageSize());
      }
      if (!hidden.isChanged) {
        return null;
      }
      Path copy = Files.createTempFile("seen", ".pptx");
      try (OutputStream out = Files.newOutputStream(copy)) {
        show.write(out);
      }
      return copy;
    } catch (IOException | RuntimeException e) {
      return null;
    }
  }

  private void clean(XSLFSlide slide, Dimension page) {
    if (slide.isHidden()) {
      clear(slide.getShapes());
      if (slide.getNotes() != null) {
        clear(slide.getNotes().getShapes());
      }
      return;
    }
    List<XSLFShape> painted = new ArrayList<>();
    painted.addAll(slide.getSlideLayout().getSlideMaster().getShapes());
    painted.addAll(slide.getSlideLayout().getShapes());
    painted.addAll(slide.getShapes());
    painted.removeIf(shape -> !isPainted(shape));
    boolean isDark = !isBlank(slide.getBackground());
    Rectangle2D area = new Rectangle2D.Double(0, 0, page.getWidth(), page.getHeight());
    for (XSLFShape shape : slide.getShapes()) {
      Rectangle2D anchor = shape.getAnchor();
      if (anchor != null && !anchor.isEmpty() && !anchor.intersects(area)) {
        clear(List.of(shape));
      } else if (shape instanceof XSLFTextShape text) {
        boolean isOnPaint =
            isDark
                || isPainted(text)
                || anchor == null
                || painted.stream().anyMatch(p -> intersects(p, anchor));
        clearUnseen(text, isOnPaint);
      }
    }
  }

  private static boolean intersects(XSLFShape shape, Rectangle2D anchor) {
    return shape.getAnchor() != null && shape.getAnchor().intersects(anchor);
  }

  private void clearUnseen(XSLFTextShape text, boolean isOnPaint) {
    for (XSLFTextParagraph paragraph : text.getTextParagraphs()) {
      for (XSLFTextRun run : paragraph.getTextRuns()) {
        Double size = run.getFontSize();
        boolean isTiny = size != null && size < LEAST_SIZE;
        if (isTiny || !isOnPaint && isWhite(run.getFontColor())) {
          clear(run);
        }
      }
    }
  }

  private void clear(List<? extends XSLFShape> shapes) {
    for (XSLFShape shape : shapes) {
      switch (shape) {
        case XSLFTextShape text -> clear(text);
        case XSLFGroupShape group -> clear(group.getShapes());
        case XSLFTable table -> {
          for (XSLFTableRow row : table.getRows()) {
            row.getCells().forEach(this::clear);
          }
        }
        default -> {}
      }
    }
  }

  private void clear(XSLFTextShape text) {
    text.getTextParagraphs().forEach(p -> p.getTextRuns().forEach(this::clear));
  }

  private void clear(XSLFTextRun run) {
    if (run.getRawText() != null && !run.getRawText().isBlank()) {
      run.setText("");
      isChanged = true;
    }
  }

  /** Whether a shape gives white text something to be read on. */
  private static boolean isPainted(XSLFShape shape) {
    return switch (shape) {
      case XSLFPictureShape _ -> true;
      case XSLFTable _ -> true; // its style may shade it
      case XSLFGroupShape group -> group.getShapes().stream().anyMatch(HiddenSlides::isPainted);
      case XSLFSimpleShape simple -> !isBlank(simple);
      default -> true; // charts and what else there may be
    };
  }

  private static boolean isBlank(@Nullable XSLFSimpleShape shape) {
    if (shape == null || shape.getFillStyle() == null) {
      return true;
    }
    PaintStyle paint = shape.getFillStyle().getPaint();
    return paint == null || isWhite(paint);
  }

  private static boolean isWhite(@Nullable PaintStyle paint) {
    if (!(paint instanceof PaintStyle.SolidPaint solid)) {
      return false;
    }
    Color color = DrawPaint.applyColorTransform(solid.getSolidColor());
    return color.getAlpha() < 5
        || color.getRed() >= 250 && color.getGreen() >= 250 && color.getBlue() >= 250;
  }
}
