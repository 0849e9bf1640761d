package org.harmonykb.ingestion;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.poi.xwpf.usermodel.XWPFDocument;
import org.apache.poi.xwpf.usermodel.XWPFRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What people do not see is not read; what they see is. */
class HiddenTextTest {

  private static final String WORD =
      "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

  @TempDir Path folder = Path.of("");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<p style='display:none'>SECRET</p>",
        "<p style='color:#FFFFFF'>SECRET</p>",
        "<p style='margin:0; color : white ;'>SECRET</p>",
        "<div style='visibility:hidden'><p>SECRET</p></div>",
        "<p>see <span style='font-size:0'>SECRET</span> this</p>",
        "<p style='opacity:0'>SECRET</p>",
        "<p hidden>SECRET</p>",
        "<font color='#ffffff'>SECRET</font>",
        "<template><p>SECRET</p></template>",
        "<table><tr><td>a</td></tr><tr><td style='color:rgb(255,255,255)'>SECRET</td></tr></table>",
      })
  void unseenHtmlIsNotRead(String html) throws IOException {
    assertThat(html(html)).doesNotContain("SECRET").contains("before", "after");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<p style='color:white;background:#004488'>SHOWN</p>",
        "<div style='background-color:black'><p style='color:#fff'>SHOWN</p></div>",
        "<table bgcolor='#333333'><tr><td>a</td></tr><tr><td><font"
            + " color='white'>SHOWN</font></td></tr></table>",
        "<p style='opacity:0.9;font-size:10px'>SHOWN</p>",
        "<h2 style='color:#fff'>SHOWN</h2>",
        "<p style='display:block'>SHOWN</p>",
      })
  void seenHtmlIsRead(String html) throws IOException {
    assertThat(html(html)).contains("SHOWN");
  }

  @Test
  void commentsInMarkdownAreNotReadButCodeIs() {
    String text =
        new MarkdownReader()
            .read(
                """
                before <!-- SECRET --> after

                <!-- SECRET
                SECRET -->

                ```
                <!-- SHOWN -->
                ```

                <!-- SECRET, never closed
                """)
            .blocks()
            .toString();
    assertThat(text).doesNotContain("SECRET").contains("before", "after", "SHOWN");
  }

  @Test
  void charactersWithoutShapeAreDropped() {
    assertThat(
            HiddenText.strip(
                "a\u200bb\u202ec\u2066d\ufeff" + Character.toString(0xE0041) + "\u00ade"))
        .isEqualTo("abcde");
    assertThat(HiddenText.strip("微软 é 👩‍💻 naïve")).contains("微软", "naïve", "é");
  }

  @Test
  void vanishedAndWhiteRunsOfWordAreNotRead() throws IOException {
    Path file = folder.resolve("hidden.docx");
    try (XWPFDocument document = new XWPFDocument();
        OutputStream out = Files.newOutputStream(file)) {
      var paragraph = document.createParagraph();
      paragraph.createRun().setText("Badges are valid for 14 days. ");
      XWPFRun vanished = paragraph.createRun();
      vanished.setText("VANISHED order");
      vanished.setVanish(true);
      XWPFRun white = document.createParagraph().createRun();
      white.setText("WHITE order");
      white.setColor("FFFFFF");
      XWPFRun shaded = document.createParagraph().createRun();
      shaded.setText("Banner text");
      shaded.setColor("FFFFFF");
      shaded.setTextHighlightColor("black");
      document.write(out);
    }
    assertThat(read("hidden.docx", WORD, file))
        .contains("14 days", "Banner text")
        .doesNotContain("VANISHED", "WHITE");
  }

  @ParameterizedTest
  @EnumSource
  void ofPdfSlidesAndSheetsIsReadWhatIsSeen(HiddenDocuments.Way way) throws IOException {
    Path file = HiddenDocuments.write(folder, way, "Badges are valid for 14 days", "SECOND text");
    String text = read(file.getFileName().toString(), way.mediaType(), file);
    assertThat(text).contains("14 days");
    assertThat(text.contains("SECOND")).isEqualTo(!way.isHidden());
  }

  private String html(String body) throws IOException {
    Path file = folder.resolve("page.html");
    Files.writeString(
        file,
        "<html><body><p>before</p>" + body + "<p>after</p></body></html>",
        StandardCharsets.UTF_8);
    return read("page.html", "text/html", file);
  }

  private static String read(String name, String type, Path file) {
    List<ParsedDocument.Block> blocks =
        new DocumentReader(ReadLimits.DEFAULTS).read(name, type, file).blocks();
    return blocks.toString();
  }
}
