package org.harmonykb.ingestion;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.tika.io.TikaInputStream;
import org.apache.tika.metadata.Metadata;
import org.apache.tika.metadata.TikaCoreProperties;
import org.apache.tika.mime.MimeTypes;
import org.harmonykb.Fixtures;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Real and damaged files of other projects: each gives its text or a reason, within the limits. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MessyFilesTest {

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final DocumentParser parser =
      new DocumentParser(new ParseProperties(Duration.ofMinutes(2), 512, Duration.ofMinutes(1)));

  /** One line of a manifest. */
  record Sample(Path folder, JsonNode line) {

    Path file() {
      return folder.resolve(line.get("file").asString());
    }

    String expect() {
      return line.get("expect").asString();
    }

    String contains() {
      return line.path("contains").asString("");
    }

    boolean isSoft() {
      return line.path("soft").asBoolean(false);
    }

    @Override
    public String toString() {
      return folder.getFileName() + "/" + line.get("file").asString() + " " + expect();
    }
  }

  static List<Sample> samples() throws IOException {
    List<Sample> samples = new ArrayList<>();
    for (String name : List.of("data/office", "data/office-more")) {
      Path folder = Fixtures.shared(name);
      for (String line : Files.readAllLines(folder.resolve("manifest.jsonl"))) {
        samples.add(new Sample(folder, JSON.readTree(line)));
      }
    }
    return samples;
  }

  @AfterAll
  void stop() {
    parser.destroy();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("samples")
  void fileGivesItsTextOrAReason(Sample sample) throws IOException {
    String name = String.valueOf(sample.file().getFileName());
    String text;
    try {
      text = text(parser.parse(name, typeAtTheDoor(sample.file()), sample.file()));
    } catch (UnreadableDocumentException e) {
      assertThat(e.getMessage()).contains(name);
      assertThat(sample.expect()).as(e.getMessage()).isNotIn("text", "no-text");
      return;
    }
    switch (sample.expect()) {
      case "text" -> {
        assertThat(text).isNotBlank();
        if (!sample.isSoft()) {
          assertThat(plain(text)).contains(plain(sample.contains()));
        }
      }
      case "no-text", "reject" -> assertThat(text).isBlank();
      default -> assertThat(sample.expect()).isEqualTo("any");
    }
  }

  /** As {@code DocumentService} sees it. */
  private static String typeAtTheDoor(Path file) throws IOException {
    Metadata metadata = new Metadata();
    metadata.set(TikaCoreProperties.RESOURCE_NAME_KEY, String.valueOf(file.getFileName()));
    try (TikaInputStream stream = TikaInputStream.get(file)) {
      return MimeTypes.getDefaultMimeTypes().detect(stream, metadata).getBaseType().toString();
    }
  }

  static String text(ParsedDocument document) {
    return document.blocks().stream()
        .map(
            block ->
                switch (block) {
                  case ParsedDocument.Block.Heading heading -> heading.text();
                  case ParsedDocument.Block.Paragraph paragraph -> paragraph.text();
                  case ParsedDocument.Block.Table table ->
                      table.rows().stream()
                          .map(row -> String.join(" ", row))
                          .collect(Collectors.joining("\n"));
                })
        .collect(Collectors.joining("\n"));
  }

  /** Parsers differ in spaces, bidi marks and soft hyphens. */
  private static String plain(String text) {
    return Normalizer.normalize(text, Normalizer.Form.NFKC)
        .replaceAll("[\\s\\u00ad\\u200b-\\u200f\\u202a-\\u202e\\u2066-\\u2069]", "");
  }
}
