package org.harmonykb.evaluation;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.harmonykb.answering.Assistants;
import org.harmonykb.retrieval.Language;
import org.harmonykb.retrieval.Passage;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A question with what is known about its answer.
 *
 * @param history the turns before, oldest first
 * @param expected what the answer should hold
 * @param allExpected whether all of it is needed, as with facts, or one, as with accepted spellings
 * @param passages what to answer from, or null for the whole index
 * @param gold ids of the passages that hold the answer; empty where the set does not tell
 * @param documents paths of the documents that hold the answer; empty where the set does not tell
 */
record EvaluationLine(
    String id,
    String question,
    List<Turn> history,
    List<String> expected,
    boolean allExpected,
    boolean answerable,
    @Nullable List<Passage> passages,
    Set<String> gold,
    Set<String> documents,
    String assistant) {

  private static final JsonMapper JSON = JsonMapper.builder().build();

  record Turn(String question, String answer) {}

  /**
   * @throws IllegalArgumentException if a line is not what is expected; names the line
   */
  static List<EvaluationLine> read(Path set) throws IOException {
    return parse(set.toString(), Files.readAllLines(set));
  }

  /**
   * @param set its name, for complaints
   */
  static List<EvaluationLine> parse(String set, List<String> all) {
    List<EvaluationLine> lines = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      if (!all.get(i).isBlank()) {
        try {
          lines.add(of(JSON.readTree(all.get(i)), "line " + (i + 1)));
        } catch (JacksonException | IllegalArgumentException e) {
          throw new IllegalArgumentException(
              set + ", line " + (i + 1) + " is no question: " + e.getMessage(), e);
        }
      }
    }
    return lines;
  }

  static EvaluationLine of(JsonNode line, String id) {
    if (line.path("question").asString("").isBlank()) {
      throw new IllegalArgumentException("the field question is missing");
    }
    List<String> facts = strings(line.path("facts"));
    List<String> answers = strings(line.path("answers"));
    List<Turn> history = new ArrayList<>();
    for (JsonNode turn : line.path("history")) {
      history.add(new Turn(turn.path("question").asString(""), turn.path("answer").asString("")));
    }
    return new EvaluationLine(
        line.path("id").asString(id),
        line.path("question").asString(""),
        history,
        facts.isEmpty() ? answers : facts,
        !facts.isEmpty(),
        line.path("answerable").asBoolean(!facts.isEmpty() || !answers.isEmpty()),
        line.path("passages").isArray() ? passages(line.path("passages")) : null,
        new LinkedHashSet<>(strings(line.path("gold"))),
        new LinkedHashSet<>(strings(line.path("documents"))),
        line.path("assistant").asString(Assistants.DEFAULT));
  }

  private static List<String> strings(JsonNode array) {
    List<String> strings = new ArrayList<>();
    for (JsonNode value : array) {
      if (!value.asString("").isBlank()) {
        strings.add(value.asString(""));
      }
    }
    return strings;
  }

  /** Passages are objects with {@code text} and perhaps {@code id} and {@code title}, or texts. */
  private static List<Passage> passages(JsonNode array) {
    List<Passage> passages = new ArrayList<>();
    for (JsonNode node : array) {
      String text = node.isString() ? node.asString("") : node.path("text").asString("");
      String id = node.path("id").asString("p" + (passages.size() + 1));
      passages.add(
          new Passage(
              id,
              UUID.nameUUIDFromBytes(id.getBytes(StandardCharsets.UTF_8)),
              1,
              passages.size(),
              "eval",
              node.path("title").asString(""),
              node.path("section").asString(""),
              null,
              null,
              Language.of(text),
              text,
              0,
              0,
              0,
              0,
              0));
    }
    return passages;
  }
}
