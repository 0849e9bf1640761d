package org.harmonykb.ingestion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Files made to hurt: each is refused with its reason, and the next file is read as ever. */
@SuppressWarnings("NullAway.Init")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PoisonousFilesTest {

  private static final String DOCX =
      "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

  private static final String BILLION_LAUGHS =
      """
      <?xml version="1.0"?>
      <!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
      <!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">
      <!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;"><!ENTITY f "&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;">
      <!ENTITY g "&f;&f;&f;&f;&f;&f;&f;&f;&f;&f;"><!ENTITY h "&g;&g;&g;&g;&g;&g;&g;&g;&g;&g;">
      <!ENTITY x SYSTEM "file:///etc/passwd">]>
      """;

  @TempDir Path folder;

  private final DocumentParser parser = parser(Duration.ofMinutes(2));

  private static DocumentParser parser(Duration timeout) {
    return new DocumentParser(new ParseProperties(timeout, 256, Duration.ofMinutes(1)));
  }

  @AfterAll
  void stop() {
    parser.destroy();
  }

  @Test
  void endlessParserIsKilledAndTheNextFileIsRead() throws IOException {
    DocumentParser hasty = parser(Duration.ofSeconds(3));
    try {
      Path file = write("endless", bytes("x"));
      assertThatThrownBy(() -> hasty.parse("endless", PoisonousParser.ENDLESS, file))
          .isInstanceOf(UnreadableDocumentException.class)
          .hasMessageContaining("endless took longer than 3 seconds");
      assertThat(hasty.current()).isNull();
    } finally {
      hasty.destroy();
    }
    assertThat(ProcessHandle.current().children().filter(ProcessHandle::isAlive).count())
        .as("the looping process is gone; at most the other parser's is left")
        .isLessThanOrEqualTo(1);
    assertReads("second");
  }

  @Test
  void memoryEndsWithTheReadingProcess() throws IOException {
    assertReads("first");
    assertRefused("greedy", PoisonousParser.GREEDY, bytes("x"), "more than 256 MB of memory");
    assertRefused("crash", PoisonousParser.CRASHING, bytes("x"), "crashed (exit code 134)");
    assertRefused("deep", PoisonousParser.RECURSIVE, bytes("x"), "nested too deep");
    assertReads("second");
  }

  @Test
  void oneProcessReadsOneFileAfterTheOther() throws IOException {
    assertReads("first");
    long pid = Objects.requireNonNull(parser.current()).pid();
    assertReads("second");
    assertThat(Objects.requireNonNull(parser.current()).pid()).isEqualTo(pid);
  }

  @Test
  void entitiesInADocxDoNotUnfold() throws IOException {
    String document =
        BILLION_LAUGHS
            + """
            <w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">
            <w:body><w:p><w:r><w:t>&h;&x;</w:t></w:r></w:p></w:body></w:document>
            """;
    assertRefused("laughs.docx", DOCX, docx(document), "damaged");
  }

  @Test
  void entitiesInHtmlStayAsTheyAre() throws IOException {
    Path file = write("laughs.html", bytes(BILLION_LAUGHS + "<html><body>&h;&x;</body></html>"));
    String text = MessyFilesTest.text(parser.parse("laughs.html", "application/xhtml+xml", file));
    assertThat(text).doesNotContain("root:").hasSizeLessThan(2000);
  }

  @Test
  void docxThatUnpacksToGigabytesIsRefused() throws IOException {
    String start =
        """
        <?xml version="1.0"?><w:document \
        xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>""";
    String run = "<w:p><w:r><w:t>aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa</w:t></w:r></w:p>".repeat(1000);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      packageParts(zip);
      zip.putNextEntry(new ZipEntry("word/document.xml"));
      zip.write(bytes(start));
      for (int i = 0; i < 1000; i++) {
        zip.write(bytes(run));
      }
    }
    assertRefused("bomb.docx", DOCX, out.toByteArray(), "far more than its size");
  }

  @Test
  void archivesInArchivesEndSomewhere() throws IOException {
    byte[] content = zip(Map.of("a.txt", bytes("Found at the bottom.")));
    for (int i = 0; i < 20; i++) {
      content = zip(Map.of("inner.zip", content));
    }
    assertRefused("deep.zip", "application/zip", content, "archives inside archives");
  }

  @Test
  void archiveThatUnpacksToGigabytesIsRefused() throws IOException {
    ReadLimits narrow = new ReadLimits(1_000_000, 10, 3, 10, 10_000_000);
    byte[] inner = zip(Map.of("zeros.txt", new byte[6 << 20], "more.txt", new byte[3 << 20]));
    Path file = write("zeros.zip", zip(Map.of("a.zip", inner, "b.zip", inner)));
    assertThatThrownBy(() -> new DocumentReader(narrow).read("zeros.zip", "application/zip", file))
        .isInstanceOf(UnreadableDocumentException.class)
        .hasMessageContaining("unpacks to more than 10 MB");
    byte[] many = zip(Map.of("1.txt", bytes("a"), "2.txt", bytes("b"), "3.txt", bytes("c")));
    Path archive = write("many.zip", many);
    ReadLimits few = new ReadLimits(1_000_000, 10, 3, 2, 10_000_000);
    assertThatThrownBy(() -> new DocumentReader(few).read("many.zip", "application/zip", archive))
        .hasMessageContaining("more than 2 files");
  }

  @Test
  void deeplyNestedHtmlAndMarkdownAreRead() throws IOException {
    for (String html : new String[] {"<div>".repeat(50_000) + "x", "<b><table>".repeat(5_000)}) {
      Path file = write("deep.html", bytes(html));
      try {
        parser.parse("deep.html", "text/html", file);
      } catch (UnreadableDocumentException e) {
        assertThat(e.getMessage()).contains("deep.html");
      }
    }
    Path quotes = write("deep.md", bytes(">".repeat(100_000) + " x\n\n" + "[".repeat(50_000)));
    try {
      parser.parse("deep.md", "text/markdown", quotes);
    } catch (UnreadableDocumentException e) {
      assertThat(e.getMessage()).contains("deep.md");
    }
    assertReads("afterwards");
  }

  @Test
  void archiveIsReadAsOneDocumentAndTellsWhatItLeftOut() throws IOException {
    byte[] content =
        zip(
            Map.of(
                "hr/leave.md", bytes("# Leave\n\nThirty days."),
                "it/prices.csv", bytes("Item;Price\nLaptop;900\n"),
                "program.exe", new byte[] {'M', 'Z', 0, 1, 2, 3},
                "broken.pdf", bytes("%PDF-1.7\nnothing")));
    Path file = write("all.zip", content);
    ParsedDocument parsed = parser.parse("all.zip", "application/zip", file);
    assertThat(MessyFilesTest.text(parsed))
        .contains("hr/leave.md", "Thirty days.", "it/prices.csv", "Laptop 900");
    assertThat(parsed.notes()).hasSize(2);
    assertThat(String.join(" ", parsed.notes())).contains("program.exe", "broken.pdf");
  }

  @Test
  void textOfOlderSystemsIsDecoded() throws IOException {
    String chinese = "年假规定：每位员工每年有二十天年假，最多可以结转五天。\n请向人事部门申请。";
    String french = "Les congés payés sont de 25 jours par an, reportés à l’année suivante.";
    String japanese = "有給休暇は年に二十日です。人事部に申請してください。";
    assertText(chinese, "GB18030");
    assertText(chinese, "UTF-16");
    assertText("年假規定：每位員工每年有二十天年假，最多可以結轉五天。", "Big5");
    assertText(japanese, "Shift_JIS");
    assertText(french, "windows-1252");
  }

  private void assertText(String text, String charset) throws IOException {
    Path file = write("old.txt", text.getBytes(Charset.forName(charset)));
    assertThat(MessyFilesTest.text(parser.parse("old.txt", "text/plain", file)))
        .as(charset)
        .isEqualTo(text.replace('\n', ' '));
  }

  @Test
  void mailGivesItsHeadItsTextAndItsAttachment() throws IOException {
    String mail =
        """
        From: Anna Berg <anna@example.com>
        To: staff@example.com
        Subject: New parking rules
        Date: Mon, 02 Mar 2026 09:00:00 +0100
        MIME-Version: 1.0
        Content-Type: multipart/mixed; boundary="b1"

        --b1
        Content-Type: text/plain; charset=UTF-8

        Parking costs 30 euros a month from April.
        --b1
        Content-Type: text/html; name="list.html"
        Content-Disposition: attachment; filename="list.html"

        <html><body><table><tr><th>Place</th><th>Price</th></tr><tr><td>North</td><td>25</td></tr></table></body></html>
        --b1--
        """;
    Path file = write("rules.eml", bytes(mail.replace("\n", "\r\n")));
    ParsedDocument parsed = parser.parse("rules.eml", "message/rfc822", file);
    assertThat(parsed.title()).isEqualTo("New parking rules");
    assertThat(MessyFilesTest.text(parsed)).contains("Anna Berg", "30 euros", "North 25");
  }

  private void assertReads(String text) throws IOException {
    Path file = write(text + ".txt", bytes(text));
    assertThat(MessyFilesTest.text(parser.parse(text + ".txt", "text/plain", file)))
        .isEqualTo(text);
  }

  private void assertRefused(String name, String type, byte[] content, String reason)
      throws IOException {
    Path file = write(name, content);
    assertThatThrownBy(() -> parser.parse(name, type, file))
        .isInstanceOf(UnreadableDocumentException.class)
        .hasMessageContaining(reason);
  }

  private Path write(String name, byte[] content) throws IOException {
    return Files.write(folder.resolve(name), content);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] zip(Map<String, byte[]> entries) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        zip.putNextEntry(new ZipEntry(entry.getKey()));
        zip.write(entry.getValue());
      }
    }
    return out.toByteArray();
  }

  private static byte[] docx(String document) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      packageParts(zip);
      zip.putNextEntry(new ZipEntry("word/document.xml"));
      zip.write(bytes(document));
    }
    return out.toByteArray();
  }

  private static void packageParts(ZipOutputStream zip) throws IOException {
    part(
        zip,
        "[Content_Types].xml",
        """
        <?xml version="1.0"?>
        <Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
        <Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
        <Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>
        </Types>
        """);
    part(
        zip,
        "_rels/.rels",
        """
        <?xml version="1.0"?>
        <Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
        <Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>
        </Relationships>
        """);
  }

  private static void part(OutputStream zip, String name, String content) throws IOException {
    ((ZipOutputStream) zip).putNextEntry(new ZipEntry(name));
    zip.write(bytes(content));
  }
}
