package org.harmonykb.harmony;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Corners of the schema rendering that the library's vectors leave out. */
class TypeScriptTest {

  @Test
  void aOneOfThatIsNoListHidesDescriptionAndDefault() {
    Object schema =
        object("v", Map.of("oneOf", "bad", "type", "string", "description", "d", "default", "x"));
    assertThat(TypeScript.type(schema, "")).isEqualTo("{\nv?: string,\n}");
  }

  @Test
  void defaultsOfNestedVariantsKeepTheirQuotesAmongEnums() {
    Object variant =
        Map.of("type", "string", "enum", List.of("a\"b"), "default", "a\"b", "description", "d");
    Object plain = Map.of("type", "string", "default", "a\"b", "nullable", true);
    assertThat(TypeScript.type(Map.of("oneOf", List.of(variant, plain)), ""))
        .isEqualTo("\n | \"a\"b\" // d default: \"a\\\"b\"\n | string | null // default: \"a\"b\"");
  }

  @Test
  void aPropertysVariantsCommentOnWhatIsNotSaidAbove() {
    Object property =
        Map.of(
            "description",
            "above",
            "title",
            "T",
            "default",
            "x",
            "enum",
            List.of("x"),
            "oneOf",
            List.of(
                Map.of("type", "string", "description", "first"),
                Map.of("type", "string", "enum", List.of("e"), "default", "e"),
                Map.of("type", "object", "description", "above")));
    assertThat(TypeScript.type(object("v", property), "  "))
        .isEqualTo(
            """
            {
              // T
              //
              // above
              // default: x
              v?:
               | string
               | "e" // default: e
               |      // above
            {
                 }
              ,
              }""");
  }

  @Test
  void anEmptyTypeListIsAny() {
    assertThat(TypeScript.type(Map.of("type", List.of(1, true)), "")).isEqualTo("any");
    assertThat(TypeScript.type(Map.of("type", List.of("integer", "null")), ""))
        .isEqualTo("number | null");
    assertThat(TypeScript.type(true, "")).isEqualTo("any");
  }

  @ParameterizedTest
  @CsvSource({
    "1.0, 1.0",
    "-2.5, -2.5",
    "1e-7, 1e-7",
    "1.5e-7, 1.5e-7",
    "0.00001, 0.00001",
    "0.000012, 0.000012",
    "0.000001, 1e-6",
    "1e15, 1000000000000000.0",
    "1e16, 1e16",
    "1.25e16, 1.25e16",
    "1234567890123456, 1234567890123456.0",
    "12345678901234567, 1.2345678901234568e16",
    "4.9e-324, 5e-324",
    "2e-323, 2e-323",
    "1.7976931348623157e308, 1.7976931348623157e308",
    "1e23, 1e23",
    "-0.0, -0.0",
  })
  void fractionsAreTheShortestDigits(double number, String text) {
    assertThat(JsonText.of(number)).isEqualTo(text);
  }

  private static Object object(String name, Object property) {
    Map<String, Object> properties = new LinkedHashMap<>();
    properties.put(name, property);
    return Map.of("type", "object", "properties", properties);
  }
}
