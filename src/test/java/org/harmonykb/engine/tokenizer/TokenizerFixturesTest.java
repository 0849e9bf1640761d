package org.harmonykb.engine.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.harmonykb.Fixtures;
import org.harmonykb.engine.format.ModelFile;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** o200k_harmony against the ids on which tiktoken and OpenAI's Harmony library agree. */
class TokenizerFixturesTest {

  private static final JsonMapper JSON = JsonMapper.builder().build();

  @Test
  void everyVectorGivesTheReferenceIds() throws Exception {
    Path folder = Fixtures.shared("fixtures/tokenizer");
    BpeTokenizer tokenizer = load(folder);
    JsonNode vectors = JSON.readTree(Files.readString(folder.resolve("tokenizer.json")));
    int checked = 0;
    for (JsonNode vector : vectors.get("vectors")) {
      int[] ids = JSON.treeToValue(vector.get("ids"), int[].class);
      if ("decode".equals(vector.get("category").asString())) {
        StringBuilder hex = new StringBuilder();
        for (int id : ids) {
          hex.append(HexFormat.of().formatHex(tokenizer.bytes(id)));
        }
        assertThat(hex.toString())
            .as(vector.toString())
            .isEqualTo(vector.get("bytes_hex").asString());
        assertThat(tokenizer.decode(ids)).isEqualTo(vector.get("lossy").asString());
      } else {
        String text = text(vector);
        boolean all = "all".equals(vector.get("special").asString());
        int[] ours = all ? tokenizer.encodeWithSpecial(text) : tokenizer.encode(text);
        assertThat(ours).as(vector.toString()).isEqualTo(ids);
      }
      checked++;
    }
    assertThat(checked).isGreaterThan(100);
    for (JsonNode entry : vectors.get("long_texts")) {
      String text = Files.readString(folder.resolve(entry.get("file").asString()));
      int[] ids = tokenizer.encode(text);
      assertThat(ids).hasSize(entry.get("n_tokens").asInt());
      assertThat(sha256(ids)).isEqualTo(entry.get("sha256_ids_csv").asString());
      assertThat(tokenizer.decode(ids)).isEqualTo(text);
    }
  }

  @Test
  void scannersCutWhereTheirExpressionsDo() {
    Random random = new Random(7);
    String[] parts = {
      "a", "B", "'s", "'LL", "'ſ", " ", "  ", "\n", "\r\n", "\t", "\u00a0", "\u3000", "1", "٣", "½",
      "中", "文", "é", "e\u0301", "\u0301", "ǅ", "ʰ", "!", "…", "/", "<|", "😀", "ß", "Ω", "-", "_",
      "\ufeff", "क्"
    };
    for (int i = 0; i < 20_000; i++) {
      String text =
          random
              .ints(1 + random.nextInt(12), 0, parts.length)
              .mapToObj(p -> parts[p])
              .collect(Collectors.joining());
      assertThat(cuts(PreTokenizer.GPT_4O, text)).as(text).isEqualTo(cuts(O200K, text));
      assertThat(cuts(PreTokenizer.LLAMA_BPE, text)).as(text).isEqualTo(cuts(LLAMA, text));
      assertThat(cuts(PreTokenizer.QWEN2, text)).as(text).isEqualTo(cuts(QWEN, text));
      assertThat(cuts(PreTokenizer.GPT_2, text)).as(text).isEqualTo(cuts(GPT2, text));
    }
  }

  private static final String LOWER = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]";
  private static final String UPPER = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]";
  private static final String CONTRACTION = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
  private static final Pattern O200K =
      pattern(
          "[^\\r\\n\\p{L}\\p{N}]?"
              + UPPER
              + "*"
              + LOWER
              + "+"
              + CONTRACTION
              + "?"
              + "|[^\\r\\n\\p{L}\\p{N}]?"
              + UPPER
              + "+"
              + LOWER
              + "*"
              + CONTRACTION
              + "?"
              + "|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+");
  private static final Pattern LLAMA =
      pattern(
          CONTRACTION
              + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
              + "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+");
  private static final Pattern QWEN = pattern(LLAMA.pattern().replace("{1,3}", ""));
  private static final Pattern GPT2 =
      pattern("'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+");

  private static Pattern pattern(String regex) {
    return Pattern.compile(regex, Pattern.UNICODE_CHARACTER_CLASS);
  }

  private static String cuts(Pattern pattern, String text) {
    return pattern.matcher(text).results().map(m -> m.group()).collect(Collectors.joining("|"));
  }

  private static String cuts(PreTokenizer preTokenizer, String text) {
    int[] codePoints = text.codePoints().toArray();
    StringBuilder cuts = new StringBuilder();
    for (int start = 0; start < codePoints.length; ) {
      int end = preTokenizer.next(codePoints, start);
      cuts.append(start == 0 ? "" : "|").append(new String(codePoints, start, end - start));
      start = end;
    }
    return cuts.toString();
  }

  private static String text(JsonNode vector) {
    if (!vector.has("utf16")) {
      return vector.get("text").asString();
    }
    StringBuilder text = new StringBuilder();
    for (JsonNode unit : vector.get("utf16")) {
      text.append((char) Integer.parseInt(unit.asString(), 16));
    }
    return text.toString();
  }

  private static String sha256(int[] ids) throws Exception {
    String joined = Arrays.stream(ids).mapToObj(Integer::toString).collect(Collectors.joining(","));
    byte[] hash =
        MessageDigest.getInstance("SHA-256").digest(joined.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().formatHex(hash);
  }

  private static BpeTokenizer load(Path folder) {
    try (ModelFile file = ModelFile.open(folder.resolve("o200k_harmony-vocab.gguf"))) {
      return BpeTokenizer.from(file.metadata());
    }
  }
}
