package org.harmonykb.conversations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.text.PDFTextStripper;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class ConversationPdfTest {

  private static final List<ConversationPdf.Part> CHINESE =
      List.of(
          new ConversationPdf.Part(
              "苏州的年休假最多可以结转几天？", "最多可以结转五天 [1]。", List.of("[1] 考勤与休假, 年休假 (revision 1)")));

  @Test
  void westernTextNeedsNoFontFile() throws IOException {
    byte[] pdf =
        new ConversationPdf(List.of())
            .write(
                "Holidays – “carried over”",
                List.of(
                    new ConversationPdf.Part(
                        "How many days?", "30 days [1].\n\n- Über 40: 35", List.of("[1] Leave"))));
    assertThat(text(pdf))
        .contains("Holidays – “carried over”", "How many days?", "30 days [1].", "Über 40: 35");
  }

  @Test
  void chineseTextComesOutAgain() throws IOException {
    byte[] pdf;
    try {
      pdf = new ConversationPdf("").write("年休假", CHINESE);
    } catch (MissingFontException e) {
      assertThat(System.getenv("CI")).as("CI installs fonts-noto-cjk").isNotEqualTo("true");
      Assumptions.abort("no font with Chinese is installed");
      return;
    }
    assertThat(text(pdf)).contains("年休假", "苏州的年休假最多可以结转几天？", "最多可以结转五天 [1]。");
    assertThat(pdf).as("only the used characters are embedded").hasSizeLessThan(1_000_000);
  }

  @Test
  void missingFontIsSaidAndNotPapered() {
    assertThatThrownBy(() -> new ConversationPdf(List.of("/nowhere.ttf")).write("年休假", CHINESE))
        .isInstanceOf(MissingFontException.class)
        .hasMessageContaining("kb.export.font");
  }

  @Test
  void longConversationHasSeveralPagesAndSymbolsDoNotStopIt() throws IOException {
    String answer = "A sentence that goes on for a while and says little. ".repeat(100) + "🙂";
    List<ConversationPdf.Part> parts = List.of(new ConversationPdf.Part("Why?", answer, List.of()));
    try (PDDocument document = Loader.loadPDF(new ConversationPdf("").write("Long", parts))) {
      assertThat(document.getNumberOfPages()).isGreaterThan(1);
    } catch (MissingFontException e) {
      assertThat(System.getenv("CI")).isNotEqualTo("true");
    }
  }

  private static String text(byte[] pdf) throws IOException {
    try (PDDocument document = Loader.loadPDF(pdf)) {
      return new PDFTextStripper().getText(document);
    }
  }
}
