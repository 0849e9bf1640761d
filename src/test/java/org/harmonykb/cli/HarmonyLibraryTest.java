package org.harmonykb.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.harmonykb.harmony.HarmonyFixtures.JSON;
import static org.harmonykb.harmony.HarmonyFixtures.vocabulary;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.harmonykb.harmony.HarmonyException;
import org.harmonykb.harmony.HarmonyFixtures;
import org.harmonykb.harmony.HarmonyStreamParser;
import org.harmonykb.harmony.Role;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code bin/kb harmony} and what is behind it, against the openai/harmony library. */
class HarmonyLibraryTest {

  static Stream<Named<JsonNode>> renderVectors() throws IOException {
    return named("render.json");
  }

  static Stream<Named<JsonNode>> parseVectors() throws IOException {
    return named("parse.json");
  }

  private static Stream<Named<JsonNode>> named(String file) throws IOException {
    return HarmonyFixtures.vectors(file).stream()
        .map(vector -> Named.of(vector.get("id").asString(), vector));
  }

  @ParameterizedTest
  @MethodSource("renderVectors")
  void rendersTheLibrarysTextAndIds(JsonNode vector) {
    JsonNode answer =
        answer(
            new HarmonyCommand.Render(),
            request(vector, "messages", "mode", "next_role", "auto_drop_analysis"));
    assertThat(answer).isEqualTo(expected(vector, "text", "ids"));
  }

  @ParameterizedTest
  @MethodSource("parseVectors")
  void parsesIntoTheLibrarysMessages(JsonNode vector) {
    JsonNode answer = answer(new HarmonyCommand.Parse(), request(vector, "role", "strict", "ids"));
    assertThat(answer).isEqualTo(expected(vector, "messages"));
  }

  @ParameterizedTest
  @MethodSource("parseVectors")
  void streamsStepByStepAsTheLibraryDoes(JsonNode vector) {
    JsonNode stream = vector.get("stream");
    JsonNode error = stream.get("error");
    int[] ids = HarmonyFixtures.ids(vector);
    Role role = Role.of(vector.get("role").asString("")).orElse(null);
    HarmonyStreamParser parser =
        new HarmonyStreamParser(vocabulary(), role, vector.get("strict").asBoolean());
    JsonNode steps = stream.get("steps");
    List<@Nullable String> header = List.of();
    for (int i = 0; i < steps.size(); i++) {
      JsonNode step = steps.get(i);
      parser.process(ids[i]);
      assertThat(parser.state().name().replace("_", ""))
          .as("state after token %d", i)
          .isEqualToIgnoringCase(step.get("s").asString());
      assertThat(parser.lastContentDelta())
          .as("delta after token %d", i)
          .isEqualTo(step.get("d").asString(null));
      assertThat(parser.messages()).hasSize(step.get("n").asInt());
      if (step.has("h")) {
        header = step.get("h").valueStream().map(part -> part.asString(null)).toList();
      }
      Role current = parser.currentRole();
      assertThat(
              Arrays.asList(
                  current == null ? null : current.text(),
                  parser.currentChannel(),
                  parser.currentRecipient(),
                  parser.currentContentType()))
          .as("header after token %d", i)
          .isEqualTo(header);
    }
    if (error != null && error.get("at").isNumber()) {
      assertThat(steps.size()).isEqualTo(error.get("at").asInt());
      assertFails(error, () -> parser.process(ids[steps.size()]));
      return;
    }
    assertThat(steps.size()).isEqualTo(ids.length);
    assertThat(parser.currentContent()).isEqualTo(stream.get("content_before_eos").asString());
    if (error != null) {
      assertFails(error, parser::processEos);
    } else {
      parser.processEos();
    }
    List<Object> messages = new ArrayList<>();
    parser.messages().forEach(message -> messages.add(MessageJson.tree(message)));
    assertThat(JSON.<JsonNode>valueToTree(messages)).isEqualTo(stream.get("messages_after_eos"));
  }

  private static void assertFails(JsonNode error, Runnable step) {
    assertThat(catchThrowable(step::run))
        .isInstanceOf(HarmonyException.class)
        .hasMessage(error.get("error").asString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[]",
        "7",
        "{\"messages\":[]} {}",
        "{\"messages\":[{\"role\":\"robot\",\"content\":\"x\"}]}",
        "{\"messages\":[{\"role\":\"user\"}]}",
        "{\"messages\":[{\"role\":\"user\",\"content\":\"\\ud800\"}]}",
        "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image\"}]}]}",
        "{\"messages\":[{\"role\":\"tool\",\"content\":\"x\"}]}",
        "{\"messages\":[],\"mode\":\"other\"}",
        "{\"messages\":[],\"next_role\":\"robot\"}",
        "{\"ids\":[-1]}",
        "{\"ids\":[4294967296]}",
        "{\"ids\":[1.5]}",
        "{\"ids\":\"1\"}",
        "{\"ids\":[],\"role\":\"robot\"}",
      })
  void aWrongLineGetsAnError(String line) {
    assertThat(answer(new HarmonyCommand.Render(), line).propertyNames()).containsExactly("error");
    assertThat(answer(new HarmonyCommand.Parse(), line).propertyNames()).containsExactly("error");
  }

  @Test
  void bottomlessJsonIsRefused() {
    String line = "{\"messages\":" + "[".repeat(100_000);
    assertThat(answer(new HarmonyCommand.Render(), line).get("error").asString())
        .contains("recursion limit");
  }

  @Test
  void numbersAndKeyOrderSurviveFromJsonToPrompt() {
    String schema =
        """
        {"type":"object","properties":{
        "z":{"type":"number","default":1.0},"a":{"type":"number","default":1e-7},
        "m":{"default":[1,-0.0,1E5,1e16,1e15,0.00001,123456.75,18446744073709551615,1e400]},
        "b":{"default":{"y":null,"x":"\\u00e9\\n\\"\\u0001"}}}}"""
            .replace('\n', ' ');
    String line =
        ("{\"mode\":\"conversation\",\"messages\":[{\"role\":\"developer\",\"content\":[{\"type\":"
                + "\"developer_content\",\"tools\":{\"n\":{\"name\":\"n\",\"tools\":[{\"name\":\"f\","
                + "\"description\":\"\",\"parameters\":%s}]}}}]}]}")
            .formatted(schema);
    assertThat(answer(new HarmonyCommand.Render(), line).get("error").asString())
        .isEqualTo("number out of range");
    assertThat(
            answer(new HarmonyCommand.Render(), line.replace(",1e400", "")).get("text").asString())
        .contains(
            """
            type f = (_: {
            z?: number, // default: 1.0
            a?: number, // default: 1e-7
            m?: any, // default: [1,-0.0,100000.0,1e16,1000000000000000.0,0.00001,123456.75,18446744073709551615]
            b?: any, // default: {"y":null,"x":"é\\n\\"\\u0001"}
            }) => any;""");
  }

  private static String request(JsonNode vector, String... keys) {
    return JSON.writeValueAsString(only(vector, keys));
  }

  private static JsonNode expected(JsonNode vector, String... keys) {
    return vector.has("error") ? only(vector, "error") : only(vector, keys);
  }

  private static ObjectNode only(JsonNode vector, String... keys) {
    ObjectNode node = JSON.createObjectNode();
    for (String key : keys) {
      node.set(key, vector.get(key));
    }
    return node;
  }

  private static JsonNode answer(HarmonyCommand.Lines command, String line) {
    return JSON.readTree(JSON.writeValueAsString(command.answerOrError(line, vocabulary())));
  }
}
