package org.harmonykb.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.harmonykb.Fixtures;
import org.harmonykb.answering.TokenizerVocabulary;
import org.harmonykb.engine.Tokenizer;
import org.harmonykb.engine.format.ModelFile;
import org.harmonykb.engine.sampling.GrammarMask;
import org.harmonykb.engine.sampling.TokenVocabulary;
import org.harmonykb.engine.tokenizer.BpeTokenizer;
import org.harmonykb.harmony.Channel;
import org.harmonykb.harmony.ChatFormat;
import org.harmonykb.harmony.ChatFormats;
import org.harmonykb.harmony.CompletionParser;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Whole turns by a model of random tastes, in Harmony and in ChatML, as the service reads them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConstraintTest {

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String SCHEMA =
      "{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"},\"size\":{\"type\":\"integer\"}},\"required\":[\"city\",\"size\"],\"additionalProperties\":false}";
  private static final String TOOLS =
      "[{\"type\":\"function\",\"function\":{\"name\":\"look\",\"parameters\":"
          + SCHEMA
          + "}},"
          + "{\"type\":\"function\",\"function\":{\"name\":\"look_up\"}}]";

  private record Model(ChatFormat format, TokenVocabulary vocabulary) {}

  private record Turn(String content, String thoughts, List<CompletionParser.Delta> calls) {}

  private final List<Model> models =
      List.of(
          model(Fixtures.shared("fixtures/tokenizer/o200k_harmony-vocab.gguf")),
          model(Fixtures.smolLm2()));

  private static Model model(java.nio.file.Path file) {
    try (ModelFile opened = ModelFile.open(file)) {
      Tokenizer tokenizer = BpeTokenizer.from(opened.metadata());
      return new Model(
          ChatFormats.forVocabulary(new TokenizerVocabulary(tokenizer)),
          new TokenVocabulary(tokenizer));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {40, 70, 300})
  void anAnswerFitsItsSchemaHoweverLongItIsThoughtAbout(int limit) {
    JsonNode format = JSON.readTree("{\"type\":\"json_schema\",\"schema\":" + SCHEMA + "}");
    for (Model model : models) {
      for (int seed = 0; seed < 10; seed++) {
        Turn turn = write(model, AnswerForm.read(format, "f"), Tools.NONE, limit, seed);
        assertValid(turn.content);
        assertThat(turn.calls).isEmpty();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {60, 200})
  void aDemandedCallIsMadeWithItsArguments(int limit) {
    for (Model model : models) {
      for (int seed = 0; seed < 10; seed++) {
        Turn turn = write(model, AnswerForm.TEXT, tools("\"required\""), limit, seed);
        assertThat(turn.calls).isNotEmpty();
        String name = turn.calls.getFirst().recipient();
        StringBuilder arguments = new StringBuilder();
        turn.calls.forEach(call -> arguments.append(call.text()));
        if (name.equals("functions.look")) {
          assertValid(arguments.toString());
        } else {
          assertThat(name).isEqualTo("functions.look_up");
          assertThat(arguments.toString()).isEqualTo("{}");
        }
        Turn named =
            write(
                model,
                AnswerForm.TEXT,
                tools("{\"type\":\"function\",\"function\":{\"name\":\"look_up\"}}"),
                limit,
                seed);
        assertThat(named.calls.getFirst().recipient()).isEqualTo("functions.look_up");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {60, 200})
  void anOfferedCallIsWholeIfItIsMade(int limit) {
    for (Model model : models) {
      for (int seed = 0; seed < 20; seed++) {
        Turn turn = write(model, AnswerForm.TEXT, tools("\"auto\""), limit, seed);
        StringBuilder arguments = new StringBuilder();
        turn.calls.forEach(call -> arguments.append(call.text()));
        if (!arguments.isEmpty()) {
          assertThat(JSON.readTree(arguments.toString()).isObject()).isTrue();
        }
        assertThat(turn.content).doesNotContain("<|").doesNotContain("functions.");
      }
    }
  }

  private static Tools tools(String choice) {
    return Tools.read(JSON.readTree(TOOLS).valueStream().toList(), JSON.readTree(choice), false);
  }

  private static void assertValid(String content) {
    assertThat(
            SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(SCHEMA, InputFormat.JSON)
                .validate(content, InputFormat.JSON))
        .as(content)
        .isEmpty();
  }

  private static Turn write(Model model, AnswerForm form, Tools tools, int limit, int seed) {
    GrammarMask mask =
        new GrammarMask(
            model.vocabulary,
            new Constraint(model.format, model.vocabulary, form, tools).form(),
            limit);
    CompletionParser parser = tools.isEmpty() ? model.format.parser() : model.format.toolParser();
    SplittableRandom random = new SplittableRandom(seed);
    float[] logits = new float[model.vocabulary.tokenizer().vocabularySize()];
    int[] generated = new int[limit];
    List<CompletionParser.Delta> deltas = new ArrayList<>();
    for (int count = 0; count < limit; count++) {
      for (int id = 0; id < logits.length; id++) {
        logits[id] = (float) random.nextDouble();
      }
      // Otherwise one of 200,000 tokens would hardly ever end a thought.
      if (seed % 2 == 0) {
        for (int stop : model.format.stopTokens()) {
          logits[stop] += 1;
        }
      }
      mask.apply(generated, count, logits);
      int best = 0;
      for (int id = 1; id < logits.length; id++) {
        best = logits[id] > logits[best] ? id : best;
      }
      assertThat(logits[best]).isGreaterThan(Float.NEGATIVE_INFINITY);
      generated[count] = best;
      deltas.addAll(parser.accept(best));
      if (model.format.stopTokens().contains(best)) {
        break;
      }
    }
    deltas.addAll(parser.finish());
    StringBuilder content = new StringBuilder();
    StringBuilder thoughts = new StringBuilder();
    List<CompletionParser.Delta> calls = new ArrayList<>();
    for (CompletionParser.Delta delta : deltas) {
      if (!delta.recipient().isEmpty()) {
        calls.add(delta);
      } else {
        (delta.channel() == Channel.FINAL ? content : thoughts).append(delta.text());
      }
    }
    return new Turn(content.toString(), thoughts.toString(), calls);
  }
}
