package org.harmonykb.ingestion;

import java.awt.geom.GeneralPath;
import java.awt.geom.Path2D;
import java.awt.geom.Point2D;
import java.awt.geom.Rectangle2D;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.apache.pdfbox.contentstream.PDFGraphicsStreamEngine;
import org.apache.pdfbox.contentstream.operator.Operator;
import org.apache.pdfbox.cos.COSBase;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.pdmodel.PDPage;
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
 * Draws a page to nowhere and counts, for each operator that shows text, which glyphs a reader
 * sees: not those that are white on nothing, without opacity, smaller than a point or outside the
 * page; nor those drawn invisibly, unless an image fills the page, since that is how scans carry
 * their text. Operators are counted from 0 within the page's content and within each form object's.
 * One page, one thread.
 */
final class HiddenGlyphs extends PDFGraphicsStreamEngine {

  static final float LEAST_SIZE = 1;
  private static final float LEAST_OPACITY = 0.02f;

  /** From this share of the page on an image is a scan. */
  private static final double SCAN = 0.5;

  /** What a text operator draws, wherever its stream is drawn. */
  static final class Shown {
    private int hidden;
    private int invisible;
    private int visible;
    private int times;
    private double width;

    boolean isUnseen() {
      return visible == 0 && hidden > 0;
    }

    /** The step that it takes, in text space for a size of 1. */
    double width() {
      return width / times;
    }

    void add(Shown other) {
      hidden += other.hidden;
      visible += other.visible;
      times += other.times;
      width += other.width;
    }
  }

  /** A content stream that is being drawn, and the operator it is at. */
  private static final class Content {
    private final COSBase stream;
    private int operator = -1;
    private int showing = -1;

    Content(COSBase stream) {
      this.stream = stream;
    }
  }

  private final Rectangle2D crop;
  private final List<Rectangle2D> painted = new ArrayList<>();
  private final Map<COSBase, Map<Integer, Shown>> shown = new IdentityHashMap<>();
  private final Deque<Content> contents = new ArrayDeque<>();
  private GeneralPath path = new GeneralPath();
  private boolean isScan;

  private HiddenGlyphs(PDPage page) {
    super(page);
    contents.push(new Content(page.getCOSObject()));
    var box = page.getCropBox();
    crop =
        new Rectangle2D.Double(
            box.getLowerLeftX(), box.getLowerLeftY(), box.getWidth(), box.getHeight());
  }

  /**
   * What each text operator of the page and of the forms on it shows.
   *
   * @return by the page's dictionary or the form's stream, then by the operator's number
   */
  static Map<COSBase, Map<Integer, Shown>> of(PDPage page) throws IOException {
    HiddenGlyphs glyphs = new HiddenGlyphs(page);
    glyphs.processPage(page);
    for (Map<Integer, Shown> operators : glyphs.shown.values()) {
      for (Shown one : operators.values()) {
        if (glyphs.isScan) {
          one.visible += one.invisible;
        } else {
          one.hidden += one.invisible;
        }
        one.invisible = 0;
      }
    }
    return glyphs.shown;
  }

  @Override
  protected void processOperator(Operator name, List<COSBase> operands) throws IOException {
    contents.element().operator++;
    super.processOperator(name, operands);
  }

  @Override
  public void showForm(PDFormXObject form) throws IOException {
    contents.push(new Content(form.getCOSObject()));
    try {
      super.showForm(form);
    } finally {
      contents.pop();
    }
  }

  @Override
  public void showTransparencyGroup(PDTransparencyGroup form) throws IOException {
    contents.push(new Content(form.getCOSObject()));
    try {
      super.showTransparencyGroup(form);
    } finally {
      contents.pop();
    }
  }

  @Override
  protected void showGlyph(Matrix place, PDFont font, int code, Vector displacement)
      throws IOException {
    Content content = contents.element();
    Shown now =
        shown
            .computeIfAbsent(content.stream, _ -> new HashMap<>())
            .computeIfAbsent(content.operator, _ -> new Shown());
    if (content.showing != content.operator) {
      content.showing = content.operator;
      now.times++;
    }
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
