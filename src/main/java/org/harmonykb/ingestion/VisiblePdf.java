package org.harmonykb.ingestion;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.contentstream.PDContentStream;
import org.apache.pdfbox.contentstream.operator.Operator;
import org.apache.pdfbox.cos.COSArray;
import org.apache.pdfbox.cos.COSBase;
import org.apache.pdfbox.cos.COSFloat;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.cos.COSNumber;
import org.apache.pdfbox.cos.COSStream;
import org.apache.pdfbox.pdfparser.PDFStreamParser;
import org.apache.pdfbox.pdfwriter.ContentStreamWriter;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDResources;
import org.apache.pdfbox.pdmodel.common.PDStream;
import org.apache.pdfbox.pdmodel.graphics.form.PDFormXObject;
import org.harmonykb.ingestion.HiddenGlyphs.Shown;
import org.jspecify.annotations.Nullable;

/** Takes text that nobody sees out of a PDF: {@link HiddenGlyphs} says what that is. */
final class VisiblePdf {

  private VisiblePdf() {}

  /**
   * Gives a copy in a temporary file if there is text to take out, else null. A file that cannot be
   * read so is left to its parser, which tells what is wrong with it.
   */
  static @Nullable Path copy(Path file) throws IOException {
    try (PDDocument document = Loader.loadPDF(file.toFile())) {
      Map<COSBase, Map<Integer, Shown>> shown = new IdentityHashMap<>();
      List<PDPage> others = new ArrayList<>();
      for (PDPage page : document.getPages()) {
        if (mayHide(page, page, Collections.newSetFromMap(new IdentityHashMap<>()))) {
          draw(page, shown);
        } else {
          others.add(page);
        }
      }
      if (shown.entrySet().stream()
          .anyMatch(e -> e.getKey() instanceof COSStream && !unseen(e.getValue()).isEmpty())) {
        for (PDPage page : others) { // a form may be hidden on one page and seen on another
          draw(page, shown);
        }
      }
      if (!clean(document, shown)) {
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

  private static void draw(PDPage page, Map<COSBase, Map<Integer, Shown>> shown)
      throws IOException {
    HiddenGlyphs.of(page)
        .forEach(
            (content, operators) -> {
              Map<Integer, Shown> before = shown.computeIfAbsent(content, _ -> new HashMap<>());
              operators.forEach(
                  (number, one) -> before.computeIfAbsent(number, _ -> new Shown()).add(one));
            });
  }

  private static Map<Integer, Shown> unseen(Map<Integer, Shown> operators) {
    Map<Integer, Shown> unseen = new HashMap<>(operators);
    unseen.values().removeIf(one -> !one.isUnseen());
    return unseen;
  }

  private static boolean clean(PDDocument document, Map<COSBase, Map<Integer, Shown>> shown)
      throws IOException {
    boolean isChanged = false;
    for (PDPage page : document.getPages()) {
      Map<Integer, Shown> unseen = unseen(shown.getOrDefault(page.getCOSObject(), Map.of()));
      if (!unseen.isEmpty()) {
        PDStream content = new PDStream(document);
        write(new PDFStreamParser(page).parse(), unseen, content.getCOSObject());
        page.setContents(content);
        isChanged = true;
      }
    }
    for (Map.Entry<COSBase, Map<Integer, Shown>> entry : shown.entrySet()) {
      Map<Integer, Shown> unseen = unseen(entry.getValue());
      if (entry.getKey() instanceof COSStream form && !unseen.isEmpty()) {
        List<Object> tokens = new PDFStreamParser(new PDFormXObject(form)).parse();
        form.removeItem(COSName.DECODE_PARMS);
        write(tokens, unseen, form);
        isChanged = true;
      }
    }
    return isChanged;
  }

  private static void write(List<Object> tokens, Map<Integer, Shown> unseen, COSStream stream)
      throws IOException {
    try (OutputStream out = stream.createOutputStream(COSName.FLATE_DECODE)) {
      new ContentStreamWriter(out).writeTokens(without(tokens, unseen));
    }
  }

  /** A look at the operators alone, which spares most pages the drawing. */
  private static boolean mayHide(PDPage page, PDContentStream content, Set<COSBase> known)
      throws IOException {
    if (mayHide(page, new PDFStreamParser(content).parse())) {
      return true;
    }
    PDResources resources = content.getResources();
    if (resources != null) {
      for (COSName name : resources.getXObjectNames()) {
        if (!resources.isImageXObject(name)
            && resources.getXObject(name) instanceof PDFormXObject form
            && known.add(form.getCOSObject())
            && mayHide(page, form, known)) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean mayHide(PDPage page, List<Object> tokens) {
    float most = 2 * Math.max(page.getMediaBox().getWidth(), page.getMediaBox().getHeight());
    List<Float> numbers = new ArrayList<>();
    for (Object token : tokens) {
      if (token instanceof COSNumber number) {
        numbers.add(number.floatValue());
      } else if (token instanceof Operator operator) {
        Set<Float> values = new HashSet<>(numbers);
        boolean isSuspicious =
            switch (operator.getName()) {
              case "g", "rg", "sc", "scn", "k" -> isPale(operator.getName(), values);
              case "Tr" -> values.contains(3f) || values.contains(7f);
              case "Tf" -> values.stream().anyMatch(size -> size < HiddenGlyphs.LEAST_SIZE * 2);
              case "gs" -> true;
              case "Td", "TD", "Tm", "cm" ->
                  values.stream().anyMatch(v -> v < -1.5f || v > most)
                      || operator.getName().equals("Tm")
                          && numbers.size() == 6
                          && Math.abs(numbers.get(3)) < HiddenGlyphs.LEAST_SIZE * 2;
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
        move.add(new COSFloat((float) (-1000 * step.width())));
        kept.addAll(List.of(move, Operator.getOperator("TJ")));
      }
      operands.clear();
    }
    kept.addAll(operands);
    return kept;
  }
}
