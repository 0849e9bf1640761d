package org.harmonykb.ingestion;

import java.awt.geom.GeneralPath;
import java.awt.geom.Path2D;
import java.awt.geom.Point2D;
import java.awt.geom.Rectangle2D;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.contentstream.PDFGraphicsStreamEngine;
import org.apache.pdfbox.contentstream.operator.Operator;
import org.apache.pdfbox.cos.COSArray;
import org.apache.pdfbox.cos.COSBase;
import org.apache.pdfbox.cos.COSFloat;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.pdfparser.PDFStreamParser;
import org.apache.pdfbox.pdfwriter.ContentStreamWriter;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.common.PDStream;
import org.apache.pdfbox.pdmodel.font.PDFont;
import org.apache.pdfbox.pdmodel.graphics.color.PDColor;
import org.apache.pdfbox.pdmodel.graphics.form.PDFormXObject;
import org.apache.pdfbox.pdmodel.graphics.form.PDTransparencyGroup;
import org.apache.pdfbox.pdmodel.graphics.image.PDImage;
import org.apache.pdfbox.pdmodel.graphics.state.PDGraphicsState;
import org.apache.pdfbox.pdmodel.graphics.state.RenderingMode;
import org.apache.pdfbox.util.Matrix;
import org.apache.pdfbox.util.Vector;
import org.jspecify.annotations.Nullable;

/**
 * Takes text that nobody sees out of a PDF: white on nothing, without opacity, smaller than a point
 * or outside the page; drawn invisibly too, unless an image fills the page, since that is how scans
 * carry their text. Text within form objects is left as it is. One page, one thread.
 */
final class HiddenGlyphs extends PDFGraphicsStreamEngine {

  private static final float LEAST_SIZE = 1;
  private static final float LEAST_OPACITY = 0.02f;

  /** From this share of the page on an image is a scan. */
  private static final double SCAN = 0.5;

  /** What a text operator draws. */
  private static final class Shown {
    int hidden;
    int invisible;
    int visible;
    double width;
  }

  private final Rectangle2D crop;
  private final List<Rectangle2D> painted = new ArrayList<>();
  private final Map<Integer, Shown> shown = new HashMap<>();
  private GeneralPath path = new GeneralPath();
  private int operator = -1;
  private int depth;
  private boolean isScan;

  private HiddenGlyphs(PDPage page) {
    super(page);
    var box = page.getCropBox();
    crop =
        new Rectangle2D.Double(
            box.getLowerLeftX(), box.getLowerLeftY(), box.getWidth(), box.getHeight());
  }

  /**
   * Gives a copy in a temporary file if there is text to take out, else null. A file that cannot be
   * read so is left to its parser, which tells what is wrong with it.
   */
  static @Nullable Path removed(Path file) throws IOException {
    try (PDDocument document = Loader.loadPDF(file.toFile())) {
      boolean isChanged = false;
      for (PDPage page : document.getPages()) {
        isChanged |= clean(document, page);
      }
      if (!isChanged) {
        return null;
      }
      document.setAllSecurityToBeRemoved(true);
      Path copy = Files.createTempFile("seen", ".pdf");
      document.save(copy.toFile());
      return copy;
    } catch (IOException | RuntimeException e) {
      return null;
    }
  }

  private static boolean clean(PDDocument document, PDPage page) throws IOException {
    List<Object> tokens = new PDFStreamParser(page).parse();
    if (!mayHide(page, tokens)) {
      return false;
    }
    HiddenGlyphs glyphs = new HiddenGlyphs(page);
    glyphs.processPage(page);
    Map<Integer, Shown> unseen = new HashMap<>(glyphs.shown);
    unseen
        .values()
        .removeIf(s -> s.visible > 0 || s.hidden + (glyphs.isScan ? 0 : s.invisible) == 0);
    if (unseen.isEmpty()) {
      return false;
    }
    PDStream content = new PDStream(document);
    try (OutputStream out = content.createOutputStream(COSName.FLATE_DECODE)) {
      new ContentStreamWriter(out).writeTokens(without(tokens, unseen));
    }
    page.setContents(content);
    return true;
  }

  /** A look at the operators alone, which spares most pages the drawing. */
  private static boolean mayHide(PDPage page, List<Object> tokens) {
    float most = 2 * Math.max(page.getMediaBox().getWidth(), page.getMediaBox().getHeight());
    List<Float> numbers = new ArrayList<>();
    for (Object token : tokens) {
      if (token instanceof org.apache.pdfbox.cos.COSNumber number) {
        numbers.add(number.floatValue());
      } else if (token instanceof Operator operator) {
        Set<Float> values = new HashSet<>(numbers);
        boolean isSuspicious =
            switch (operator.getName()) {
              case "g", "rg", "sc", "scn", "k" -> isPale(operator.getName(), values);
              case "Tr" -> values.contains(3f) || values.contains(7f);
              case "Tf" -> values.stream().anyMatch(size -> size < LEAST_SIZE * 2);
              case "gs" -> true;
              case "Td", "TD", "Tm", "cm" ->
                  values.stream().anyMatch(v -> v < -1.5f || v > most)
                      || operator.getName().equals("Tm")
                          && numbers.size() == 6
                          && Math.abs(numbers.get(3)) < LEAST_SIZE * 2;
              default -> false;
            };
        if (isSuspicious) {
          return true;
        }
        numbers.clear();
      }
    }
    return false;
  }

  private static boolean isPale(String operator, Set<Float> values) {
    return operator.equals("k")
        ? values.stream().allMatch(v -> v <= 0.02f)
        : values.stream().allMatch(v -> v >= 0.98f)
            || values.stream().allMatch(v -> v <= 0.02f) && operator.startsWith("sc");
  }

  /** The tokens with a step of the same width in place of what is not seen. */
  private static List<Object> without(List<Object> tokens, Map<Integer, Shown> unseen) {
    List<Object> kept = new ArrayList<>();
    List<Object> operands = new ArrayList<>();
    int count = -1;
    for (Object token : tokens) {
      operands.add(token);
      if (!(token instanceof Operator operator)) {
        continue;
      }
      count++;
      Shown step = unseen.get(count);
      if (step == null) {
        kept.addAll(operands);
      } else {
        if (operator.getName().equals("\"") && operands.size() == 4) {
          kept.addAll(List.of(operands.get(0), Operator.getOperator("Tw")));
          kept.addAll(List.of(operands.get(1), Operator.getOperator("Tc")));
        }
        if (operator.getName().equals("'") || operator.getName().equals("\"")) {
          kept.add(Operator.getOperator("T*"));
        }
        COSArray move = new COSArray();
        move.add(new COSFloat((float) (-1000 * step.width)));
        kept.addAll(List.of(move, Operator.getOperator("TJ")));
      }
      operands.clear();
    }
    kept.addAll(operands);
    return kept;
  }

  @Override
  protected void processOperator(Operator name, List<COSBase> operands) throws IOException {
    if (depth == 0) {
      operator++;
    }
    super.processOperator(name, operands);
  }

  @Override
  public void showForm(PDFormXObject form) throws IOException {
    depth++;
    try {
      super.showForm(form);
    } finally {
      depth--;
    }
  }

  @Override
  public void showTransparencyGroup(PDTransparencyGroup form) throws IOException {
    depth++;
    try {
      super.showTransparencyGroup(form);
    } finally {
      depth--;
    }
  }

  @Override
  protected void showGlyph(Matrix place, PDFont font, int code, Vector displacement)
      throws IOException {
    if (depth > 0) {
      return;
    }
    Shown now = shown.computeIfAbsent(operator, _ -> new Shown());
    now.width += displacement.getX();
    PDGraphicsState state = getGraphicsState();
    RenderingMode mode = state.getTextState().getRenderingMode();
    double x = place.getTranslateX();
    double y = place.getTranslateY();
    if (mode == RenderingMode.NEITHER || mode == RenderingMode.NEITHER_CLIP) {
      now.invisible++;
    } else if (!crop.contains(x, y)
        || Math.abs(place.getScalingFactorY()) < LEAST_SIZE
        || state.getNonStrokeAlphaConstant() < LEAST_OPACITY
        || mode == RenderingMode.FILL
            && isWhite(state.getNonStrokingColor())
            && painted.stream().noneMatch(area -> area.contains(x, y))) {
      now.hidden++;
    } else {
      now.visible++;
    }
  }

  private static boolean isWhite(PDColor color) {
    if (color.isPattern()) {
      return false;
    }
    try {
      int rgb = color.toRGB();
      return (rgb >> 16 & 255) >= 250 && (rgb >> 8 & 255) >= 250 && (rgb & 255) >= 250;
    } catch (IOException e) {
      return false;
    }
  }

  private void paint(Rectangle2D area) {
    Rectangle2D clip = getGraphicsState().getCurrentClippingPath().getBounds2D();
    painted.add(area.createIntersection(clip));
  }

  private void fill() {
    if (!isWhite(getGraphicsState().getNonStrokingColor())) {
      paint(path.getBounds2D());
    }
    path = new GeneralPath();
  }

  @Override
  public void drawImage(PDImage image) {
    Matrix place = getGraphicsState().getCurrentTransformationMatrix();
    Path2D unit = new GeneralPath(new Rectangle2D.Double(0, 0, 1, 1));
    Rectangle2D area = unit.createTransformedShape(place.createAffineTransform()).getBounds2D();
    paint(area);
    isScan |= area.getWidth() * area.getHeight() >= SCAN * crop.getWidth() * crop.getHeight();
  }

  @Override
  public void shadingFill(COSName name) {
    paint(getGraphicsState().getCurrentClippingPath().getBounds2D());
  }

  @Override
  public void appendRectangle(Point2D a, Point2D b, Point2D c, Point2D d) {
    path.moveTo(a.getX(), a.getY());
    path.lineTo(b.getX(), b.getY());
    path.lineTo(c.getX(), c.getY());
    path.lineTo(d.getX(), d.getY());
    path.closePath();
  }

  @Override
  public void moveTo(float x, float y) {
    path.moveTo(x, y);
  }

  @Override
  public void lineTo(float x, float y) {
    if (path.getCurrentPoint() == null) {
      path.moveTo(x, y);
    }
    path.lineTo(x, y);
  }

  @Override
  public void curveTo(float x1, float y1, float x2, float y2, float x3, float y3) {
    if (path.getCurrentPoint() == null) {
      path.moveTo(x1, y1);
    }
    path.curveTo(x1, y1, x2, y2, x3, y3);
  }

  @Override
  public @Nullable Point2D getCurrentPoint() {
    return path.getCurrentPoint();
  }

  @Override
  public void closePath() {
    if (path.getCurrentPoint() != null) {
      path.closePath();
    }
  }

  @Override
  public void endPath() {
    path = new GeneralPath();
  }

  @Override
  public void clip(int rule) {}

  @Override
  public void strokePath() {
    path = new GeneralPath();
  }

  @Override
  public void fillPath(int rule) {
    fill();
  }

  @Override
  public void fillAndStrokePath(int rule) {
    fill();
  }
}
