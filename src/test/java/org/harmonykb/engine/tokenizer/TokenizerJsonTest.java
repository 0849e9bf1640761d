package org.harmonykb.engine.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.harmonykb.Fixtures;
import org.harmonykb.engine.ModelFormatException;
import org.harmonykb.engine.format.ModelFile;
import org.harmonykb.engine.format.ModelMetadata;
import org.harmonykb.engine.format.TinyCheckpoint;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Tokenizers out of tokenizer.json and the files beside it. */
class TokenizerJsonTest {

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String TAIL =
      " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  @Test
  void theFolderAndTheGgufOfAModelCutTextAlike() throws IOException {
    Path fixtures = Fixtures.shared("fixtures/engine");
    String text = Files.readString(Path.of("README.md")) + "naïve 中文 1234567 don't <|start|>";
    try (ModelFile hf = ModelFile.open(fixtures.resolve("tiny-gpt-oss-hf"));
        ModelFile gguf = ModelFile.open(fixtures.resolve("tiny-gpt-oss-F16.gguf"))) {
      BpeTokenizer ours = BpeTokenizer.from(hf.metadata());
      BpeTokenizer other = BpeTokenizer.from(gguf.metadata());
      assertThat(ours.encode(text)).isEqualTo(other.encode(text));
      assertThat(ours.encodeWithSpecial(text)).isEqualTo(other.encodeWithSpecial(text));
      assertThat(ours.decode(ours.encode(text))).isEqualTo(text);
      assertThat(ours.bosToken()).isEqualTo(other.bosToken());
      assertThat(ours.eosToken()).isEqualTo(other.eosToken());
    }
  }

  @ParameterizedTest
  @CsvSource({"'\\p{N}{1,3}', llama-bpe", "'\\p{N}', qwen2"})
  void publishedSplitsAreRecognised(String digits, String name) throws IOException {
    String regex =
        "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|" + digits + "|" + TAIL;
    assertThat(metadata(tokenizer(split(regex))).string("tokenizer.ggml.pre")).isEqualTo(name);
  }

  @Test
  void o200kIsRecognisedInBothSpellings() throws IOException {
    String upper = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]";
    String lower = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]";
    String lead = "[^\\r\\n\\p{L}\\p{N}]?";
    for (String end :
        List.of(
            "(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
            "('s|'S|'t|'T|'re|'rE|'Re|'RE|'ve|'vE|'Ve|'VE|'m|'M|'ll|'lL|'Ll|'LL|'d|'D)?")) {
      String regex =
          lead
              + upper
              + "*"
              + lower
              + "+"
              + end
              + "|"
              + lead
              + upper
              + "+"
              + lower
              + "*"
              + end
              + "|\\p{N}{1,3}|"
              + TAIL.replaceFirst("]\\*", "/]*");
      assertThat(metadata(tokenizer(split(regex))).string("tokenizer.ggml.pre"))
          .isEqualTo("gpt-4o");
    }
  }

  @Test
  void smolLmIsDigitsAndThenGpt2() throws IOException {
    Map<String, Object> pre =
        Map.of(
            "type",
            "Sequence",
            "pretokenizers",
            List.of(
                Map.of("type", "Digits", "individual_digits", true),
                Map.of("type", "ByteLevel", "add_prefix_space", false, "use_regex", true)));
    assertThat(metadata(tokenizer(pre)).string("tokenizer.ggml.pre")).isEqualTo("smollm");
  }

  @Test
  void unknownOnesAreRefusedByName() {
    assertThatExceptionOfType(ModelFormatException.class)
        .isThrownBy(() -> metadata(tokenizer(split("\\w+|\\s"))))
        .withMessageContaining("\\w+|\\s")
        .withMessageContaining("known pre-tokenizers");
    assertThatExceptionOfType(ModelFormatException.class)
        .isThrownBy(() -> metadata(tokenizer(Map.of("type", "Metaspace"))))
        .withMessageContaining("Metaspace");
  }

  @Test
  void controlTokensAndTemplateComeFromTheFilesBeside() throws IOException {
    ObjectNode json = (ObjectNode) JSON.readTree(TinyCheckpoint.tokenizer());
    json.set(
        "post_processor",
        JSON.valueToTree(
            Map.of(
                "type",
                "TemplateProcessing",
                "single",
                List.of(
                    Map.of("SpecialToken", Map.of("id", "<|begin|>", "type_id", 0)),
                    Map.of("Sequence", Map.of("id", "A", "type_id", 0))))));
    json.set("normalizer", JSON.valueToTree(Map.of("type", "NFC")));
    ((ObjectNode) json.get("model")).set("merges", JSON.valueToTree(List.of("t h", "th e")));
    Files.writeString(
        folder.resolve("tokenizer_config.json"),
        """
        {"eos_token": {"content": "<|begin|>"}, "chat_template": [
          {"name": "tools", "template": "no"}, {"name": "default", "template": "yes"}]}
        """);
    ModelMetadata metadata = metadata(JSON.writeValueAsString(json));
    BpeTokenizer tokenizer = BpeTokenizer.from(metadata);
    assertThat(tokenizer.addsBos()).isTrue();
    assertThat(tokenizer.bosToken()).hasValue(286);
    assertThat(tokenizer.eosToken()).hasValue(286);
    assertThat(metadata.string("tokenizer.chat_template")).isEqualTo("yes");
    assertThat(tokenizer.encode("the")).containsExactly(257);
    assertThat(tokenizer.encode("a\u0308")).isEqualTo(tokenizer.encode("\u00e4"));
    assertThat(tokenizer.encode("<|end|>")).doesNotContain(287);
    assertThat(tokenizer.encodeWithSpecial("<|end|>")).containsExactly(287);
  }

  private ModelMetadata metadata(String tokenizer) throws IOException {
    new TinyCheckpoint("LlamaForCausalLM", 1).dense("F16", false, false).write(folder, 1);
    Files.writeString(folder.resolve("tokenizer.json"), tokenizer);
    try (ModelFile file = ModelFile.open(folder)) {
      return file.metadata();
    }
  }

  private static Map<String, Object> split(String regex) {
    return Map.of(
        "type",
        "Sequence",
        "pretokenizers",
        List.of(
            Map.of(
                "type",
                "Split",
                "pattern",
                Map.of("Regex", regex),
                "behavior",
                "Isolated",
                "invert",
                false),
            Map.of("type", "ByteLevel", "add_prefix_space", false, "use_regex", false)));
  }

  private static String tokenizer(Map<String, Object> preTokenizer) {
    ObjectNode json = (ObjectNode) JSON.readTree(TinyCheckpoint.tokenizer());
    json.set("pre_tokenizer", JSON.valueToTree(preTokenizer));
    return JSON.writeValueAsString(json);
  }
}
