package org.harmonykb.answering;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.harmonykb.harmony.Conversation.ReasoningEffort;
import org.harmonykb.retrieval.Language;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/** Reads an assistant's YAML. What is missing, misspelt or out of range is refused by name. */
final class AssistantYaml {

  private static final Set<String> KEYS =
      Set.of(
          "id",
          "collections",
          "title",
          "contact",
          "refusal",
          "limits",
          "reasoningEffort",
          "sampling",
          "form",
          "instructions",
          "examples");
  private static final Set<String> SAMPLING =
      Set.of("temperature", "topP", "repetitionPenalty", "seed", "maxTokens");
  private static final List<String> LANGUAGES = List.of(Language.ENGLISH, Language.CHINESE);
  private static final Map<String, List<String>> SECTIONS =
      Map.of(
          Language.ENGLISH,
          List.of("# Role", "# Input", "# Output"),
          Language.CHINESE,
          List.of("# 角色", "# 输入", "# 输出"));
  private static final Pattern ID = Pattern.compile("[a-z][a-z0-9-]{0,39}");
  private static final Pattern COLLECTION = Pattern.compile("[\\p{L}\\p{N}_. -]{1,100}");
  private static final Pattern CONTROL = Pattern.compile("<\\|[^|>\\n]{1,40}\\|>");
  private static final int LONGEST_YAML = 40_000;
  private static final int LONGEST_TEXT = 8_000;
  private static final int MOST_EXAMPLES = 8;

  private final Map<String, Object> values;

  private AssistantYaml(Map<String, Object> values) {
    this.values = values;
  }

  /**
   * @throws InvalidAssistantException if it is none; says which field and why
   */
  static Assistant read(String yaml) {
    if (yaml.length() > LONGEST_YAML) {
      throw new InvalidAssistantException(
          "The YAML has %d characters; at most %d are read".formatted(yaml.length(), LONGEST_YAML));
    }
    LoaderOptions options = new LoaderOptions();
    options.setAllowDuplicateKeys(false);
    options.setMaxAliasesForCollections(0);
    Object loaded;
    try {
      loaded = new Yaml(new SafeConstructor(options)).load(yaml);
    } catch (YAMLException e) {
      throw new InvalidAssistantException(
          "This is no YAML: " + String.valueOf(e.getMessage()).replaceAll("\\s+", " "), e);
    }
    return new AssistantYaml(map("The document", loaded, KEYS)).assistant();
  }

  private Assistant assistant() {
    String id = string("id", values.get("id"));
    if (!ID.matcher(id).matches()) {
      throw new InvalidAssistantException(
          "id must have 1 to 40 small letters, digits and dashes and begin with a letter");
    }
    List<String> collections =
        strings("collections", values.getOrDefault("collections", List.of()));
    for (String collection : collections) {
      if (!COLLECTION.matcher(collection).matches()) {
        throw new InvalidAssistantException(
            "collections: " + collection + " is no collection's name");
      }
    }
    Map<String, String> refusal = texts("refusal", 500);
    refusal.forEach(
        (language, text) -> {
          if (!text.contains("{contact}")) {
            throw new InvalidAssistantException(
                "refusal." + language + " must say {contact}, which is replaced by the contact");
          }
        });
    Assistant.Form form = choice("form", Assistant.Form.PLAIN, Assistant.Form.class);
    if (form == Assistant.Form.POINTS && !values.containsKey("limits")) {
      throw new InvalidAssistantException("form points needs limits: what its answers are not");
    }
    return new Assistant(
        id,
        collections,
        texts("title", 80),
        instructions(),
        texts("contact", 200),
        refusal,
        values.containsKey("limits") ? texts("limits", 500) : Map.of(),
        examples(),
        choice("reasoningEffort", ReasoningEffort.LOW, ReasoningEffort.class),
        sampling(),
        form);
  }

  /** A text for each language. */
  private Map<String, String> texts(String key, int longest) {
    Map<String, Object> given = map(key, values.get(key), new TreeSet<>(LANGUAGES));
    Map<String, String> texts = new LinkedHashMap<>();
    for (String language : LANGUAGES) {
      String name = key + "." + language;
      String text = string(name, given.get(language));
      if (text.length() > longest) {
        throw new InvalidAssistantException(
            name + " has " + text.length() + " characters; at most " + longest + " are allowed");
      }
      if (CONTROL.matcher(text).find()) {
        throw new InvalidAssistantException(
            name + " holds a control token such as <|start|>; the prompt's format adds those");
      }
      texts.put(language, text);
    }
    return texts;
  }

  private Map<String, String> instructions() {
    Map<String, String> texts = texts("instructions", LONGEST_TEXT);
    texts.forEach(
        (language, text) -> {
          int at = -1;
          for (String section : SECTIONS.getOrDefault(language, List.of())) {
            int found = ("\n" + text).indexOf("\n" + section + "\n");
            if (found <= at) {
              throw new InvalidAssistantException(
                  "instructions.%s needs the lines %s, in this order, each with text below"
                      .formatted(
                          language, String.join(", ", SECTIONS.getOrDefault(language, List.of()))));
            }
            at = found;
          }
          String[] parts = ("\n" + text).split("\n# [^\n]*", -1);
          for (int i = 1; i < parts.length; i++) {
            if (parts[i].isBlank()) {
              throw new InvalidAssistantException(
                  "instructions." + language + " has a section without text");
            }
          }
        });
    return texts;
  }

  private Map<String, List<String>> examples() {
    Map<String, Object> given = map("examples", values.get("examples"), new TreeSet<>(LANGUAGES));
    Map<String, List<String>> examples = new LinkedHashMap<>();
    for (String language : LANGUAGES) {
      List<String> questions = strings("examples." + language, given.get(language));
      if (questions.isEmpty() || questions.size() > MOST_EXAMPLES) {
        throw new InvalidAssistantException(
            "examples." + language + " must hold 1 to " + MOST_EXAMPLES + " questions");
      }
      examples.put(language, questions);
    }
    return examples;
  }

  private Assistant.Sampling sampling() {
    Assistant.Sampling defaults = Assistant.Sampling.DEFAULTS;
    if (!values.containsKey("sampling")) {
      return defaults;
    }
    Map<String, Object> given = map("sampling", values.get("sampling"), SAMPLING);
    Number maxTokens = number("maxTokens", given.get("maxTokens"), null, 1, 4096);
    return new Assistant.Sampling(
        value("temperature", given, defaults.temperature(), 0, 2),
        value("topP", given, defaults.topP(), 0.01, 1),
        value("repetitionPenalty", given, defaults.repetitionPenalty(), 0.5, 2),
        (long) value("seed", given, defaults.seed(), 0, 1L << 52),
        maxTokens == null ? null : maxTokens.intValue());
  }

  private static double value(
      String key, Map<String, Object> given, double otherwise, double least, double most) {
    Number number = number(key, given.get(key), otherwise, least, most);
    return number == null ? otherwise : number.doubleValue();
  }

  private static @Nullable Number number(
      String key, @Nullable Object value, @Nullable Number otherwise, double least, double most) {
    if (value == null) {
      return otherwise;
    }
    if (!(value instanceof Number number)
        || !(number.doubleValue() >= least && number.doubleValue() <= most)) {
      throw new InvalidAssistantException(
          "sampling.%s must be a number from %s to %s, not %s".formatted(key, least, most, value));
    }
    return number;
  }

  private <E extends Enum<E>> E choice(String key, E otherwise, Class<E> type) {
    Object value = values.get(key);
    if (value == null) {
      return otherwise;
    }
    List<String> names = new ArrayList<>();
    for (E constant : type.getEnumConstants()) {
      String name = constant.name().toLowerCase(Locale.ROOT);
      if (name.equals(value)) {
        return constant;
      }
      names.add(name);
    }
    throw new InvalidAssistantException(
        key + " must be one of " + String.join(", ", names) + ", not " + value);
  }

  private static Map<String, Object> map(String what, @Nullable Object value, Set<String> known) {
    if (!(value instanceof Map<?, ?> given)) {
      throw new InvalidAssistantException(
          what + " must have the fields " + String.join(", ", new TreeSet<>(known)));
    }
    Map<String, Object> map = new LinkedHashMap<>();
    given.forEach(
        (key, field) -> {
          if (!(key instanceof String name) || !known.contains(name)) {
            throw new InvalidAssistantException(
                "%s has no field %s; known are %s"
                    .formatted(what, key, String.join(", ", new TreeSet<>(known))));
          }
          if (field != null) {
            map.put(name, field);
          }
        });
    return map;
  }

  private static String string(String what, @Nullable Object value) {
    if (!(value instanceof String text) || text.isBlank()) {
      throw new InvalidAssistantException(what + " must be a text");
    }
    return text;
  }

  private static List<String> strings(String what, @Nullable Object value) {
    if (!(value instanceof List<?> list)) {
      throw new InvalidAssistantException(what + " must be a list of texts");
    }
    return list.stream().map(item -> string(what, item)).toList();
  }
}
