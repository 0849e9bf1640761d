package org.harmonykb.engine.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.harmonykb.Fixtures;
import org.harmonykb.engine.Tokenizer;
import org.harmonykb.engine.format.ModelFile;
import org.harmonykb.engine.tokenizer.BpeTokenizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/** What is written under a grammar, by a model that likes every token equally or some very much. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class JsonGrammarTest {

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final SchemaRegistry REGISTRY =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);

  private final List<TokenVocabulary> vocabularies =
      List.of(
          new TokenVocabulary(tokenizer("models/SmolLM2-135M-Instruct.Q4_1.gguf")),
          new TokenVocabulary(tokenizer("../shared/fixtures/tokenizer/o200k_harmony-vocab.gguf")));

  private static Tokenizer tokenizer(String path) {
    java.nio.file.Path file =
        path.startsWith("..") ? Fixtures.shared(path.substring(10)) : Fixtures.smolLm2();
    try (ModelFile model = ModelFile.open(file)) {
      return BpeTokenizer.from(model.metadata());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        """
        {"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer","minimum":18,"maximum":99},
         "tags":{"type":"array","items":{"type":"string","maxLength":5},"minItems":1,"maxItems":3},
         "mood":{"enum":["good","schlecht","好",null,3,{"a":[1]}]}},
         "required":["name","tags","mood"],"additionalProperties":false}
        """,
        """
        {"type":"object","properties":{"a":{"type":"boolean"},"b":{"type":"null"},"c":{"const":"x\\"y"}}}
        """,
        """
        {"$defs":{"tree":{"type":"object","properties":{"value":{"type":"number"},
         "children":{"type":"array","items":{"$ref":"#/$defs/tree"}}},"required":["value","children"],
         "additionalProperties":false}},"$ref":"#/$defs/tree"}
        """,
        """
        {"anyOf":[{"type":"string","pattern":"^[A-Z]{2}-\\\\d{3,5}$"},{"type":"array","items":{"$ref":"#"},"minItems":2},
         {"type":["integer","null"]}]}
        """,
        """
        {"type":"object","additionalProperties":{"type":"number","exclusiveMinimum":0,"maximum":1}}
        """,
        """
        {"type":"array","items":{"type":"number","minimum":-273.15,"maximum":-0.25},"minItems":3,"maxItems":6}
        """,
        """
        {"type":"object","properties":{"day":{"type":"string","format":"date"},"id":{"type":"string","format":"uuid"},
         "mail":{"type":"string","format":"email"},"word":{"type":"string","pattern":"(ab|[^\\\\x00-\\\\x7f])+\\\\.?"},
         "exact":{"type":"string","minLength":3,"maxLength":3}},"required":["day","id","mail","word","exact"]}
        """,
        "{\"type\":\"integer\",\"exclusiveMinimum\":-5,\"exclusiveMaximum\":1200}",
        "{\"type\":\"object\"}"
      })
  void whatIsWrittenFitsTheSchemaHoweverShortTheLimit(String schema) throws Exception {
    Schema judge = REGISTRY.getSchema(schema, InputFormat.JSON);
    for (TokenVocabulary vocabulary : vocabularies) {
      for (int seed = 0; seed < 12; seed++) {
        Node form = new JsonGrammar(vocabulary).schema(JSON.readValue(schema, Object.class));
        int shortest = new Grammar(vocabulary, form).start().cost();
        int limit = shortest + 1 + seed * seed;
        String text = write(vocabulary, form, limit, seed);
        assertThat(judge.validate(text, InputFormat.JSON)).as(text).isEmpty();
      }
    }
  }

  @Test
  void anyObjectIsJsonWhateverTheModelLikes() throws Exception {
    for (TokenVocabulary vocabulary : vocabularies) {
      for (int seed = 0; seed < 30; seed++) {
        String text = write(vocabulary, new JsonGrammar(vocabulary).object(), 3 + 4 * seed, seed);
        assertThat(JSON.readTree(text).isObject()).as(text).isTrue();
      }
    }
  }

  @Test
  void aLimitThatCutsIsTold() throws Exception {
    TokenVocabulary vocabulary = vocabularies.getFirst();
    Node form =
        new JsonGrammar(vocabulary).schema(JSON.readValue("{\"type\":\"string\"}", Object.class));
    GrammarMask mask = new GrammarMask(vocabulary, Node.sequence(form, Node.control(2)), 12);
    float[] logits = new float[vocabulary.tokenizer().vocabularySize()];
    int[] letter = vocabulary.tokenizer().encode("a");
    int[] generated = new int[12];
    int count = 0;
    for (; count < 12; count++) {
      java.util.Arrays.fill(logits, -1);
      logits[letter[0]] = 5;
      mask.apply(generated, count, logits);
      generated[count] = best(logits);
    }
    assertThat(generated[11]).isEqualTo(2);
    assertThat(mask.isCut()).isTrue();
    assertThat(vocabulary.tokenizer().decode(java.util.Arrays.copyOf(generated, 11)))
        .isEqualTo("\"aaaaaaaaa\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"oneOf\":[{}]} oneOf",
        "{\"type\":\"object\",\"patternProperties\":{}} patternProperties",
        "{\"type\":\"number\",\"multipleOf\":3} multipleOf",
        "{\"type\":\"object\",\"properties\":{\"a\":{\"not\":{}}}} not",
        "{\"type\":\"string\",\"pattern\":\"(?=a)b\"} look-around",
        "{\"type\":\"string\",\"format\":\"iban\"} iban",
        "{\"$ref\":\"http://elsewhere\"} elsewhere",
        "{\"$ref\":\"#/$defs/gone\"} gone",
        "{\"type\":\"array\",\"minItems\":3,\"maxItems\":1} contradict",
        "{\"type\":\"integer\",\"minimum\":3,\"maximum\":1} bounds",
        "{\"type\":\"object\",\"required\":[\"a\"],\"additionalProperties\":false} requires",
        "{\"type\":\"nonsense\"} nonsense"
      })
  void whatCannotBeKeptToIsRefusedByName(String line) {
    String name = line.substring(line.lastIndexOf(' ') + 1);
    String schema = line.substring(0, line.lastIndexOf(' '));
    assertThatThrownBy(
            () ->
                new JsonGrammar(vocabularies.getFirst())
                    .schema(JSON.readValue(schema, Object.class)))
        .isInstanceOf(SchemaException.class)
        .hasMessageContaining(name);
  }

  @Test
  void aSchemaThatNeverEndsIsRefused() {
    String schema =
        "{\"type\":\"object\",\"properties\":{\"a\":{\"$ref\":\"#\"}},\"required\":[\"a\"]}";
    TokenVocabulary vocabulary = vocabularies.getFirst();
    Node form = new JsonGrammar(vocabulary).schema(JSON.readValue(schema, Object.class));
    assertThatThrownBy(() -> new GrammarMask(vocabulary, form, 100)).hasMessageContaining("ends");
    assertThatThrownBy(() -> new GrammarMask(vocabulary, new JsonGrammar(vocabulary).object(), 1))
        .hasMessageContaining("may be written");
  }

  /** Writes until the form is over, by random logits. */
  private static String write(TokenVocabulary vocabulary, Node form, int limit, int seed)
      throws CharacterCodingException {
    Tokenizer tokenizer = vocabulary.tokenizer();
    int stop = tokenizer.eosToken().orElseThrow();
    GrammarMask mask =
        new GrammarMask(vocabulary, Node.sequence(form, Node.control(stop)), limit + 1);
    SplittableRandom random = new SplittableRandom(seed);
    float[] taste = new float[tokenizer.vocabularySize()];
    for (int id = 0; id < taste.length; id++) {
      taste[id] = (float) random.nextGaussian();
    }
    int[] generated = new int[limit + 1];
    List<Integer> written = new ArrayList<>();
    for (int count = 0; count <= limit; count++) {
      float[] logits = taste.clone();
      for (int id = 0; id < logits.length; id++) {
        logits[id] += (float) (seed % 3 * random.nextDouble());
      }
      mask.apply(generated, count, logits);
      generated[count] = best(logits);
      if (generated[count] == stop) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        written.forEach(id -> bytes.writeBytes(tokenizer.bytes(id)));
        return StandardCharsets.UTF_8
            .newDecoder()
            .decode(ByteBuffer.wrap(bytes.toByteArray()))
            .toString();
      }
      written.add(generated[count]);
    }
    throw new AssertionError(
        "not at its end after "
            + limit
            + " tokens: "
            + tokenizer.decode(written.stream().mapToInt(Integer::intValue).toArray()));
  }

  private static int best(float[] logits) {
    int best = 0;
    for (int i = 1; i < logits.length; i++) {
      best = logits[i] > logits[best] ? i : best;
    }
    assertThat(logits[best]).isGreaterThan(Float.NEGATIVE_INFINITY);
    return best;
  }
}
