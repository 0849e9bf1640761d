package org.harmonykb.engine.sampling;

import java.math.BigDecimal;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Turns one JSON Schema into the forms of its values; what it cannot keep to it refuses. */
final class SchemaCompiler {

  private static final int MAX_DEPTH = 100;
  private static final int MAX_COUNT = 10_000;

  private static final Set<String> ANNOTATIONS =
      Set.of(
          "$schema",
          "$id",
          "$comment",
          "$defs",
          "$anchor",
          "definitions",
          "title",
          "description",
          "default",
          "example",
          "examples",
          "deprecated",
          "readOnly",
          "writeOnly",
          "strict",
          "name");

  private static final Set<String> KEYWORDS =
      Set.of(
          "$ref",
          "type",
          "enum",
          "const",
          "anyOf",
          "allOf",
          "properties",
          "required",
          "additionalProperties",
          "items",
          "minItems",
          "maxItems",
          "minLength",
          "maxLength",
          "pattern",
          "format",
          "minimum",
          "maximum",
          "exclusiveMinimum",
          "exclusiveMaximum",
          "nullable",
          "uniqueItems");

  private static final Map<String, String> FORMATS =
      Map.of(
          "date", "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])$",
          "time",
              "^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,6})?(Z|[+-][01][0-9]:[0-5][0-9])$",
          "date-time",
              "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,6})?(Z|[+-][01][0-9]:[0-5][0-9])$",
          "duration", "^P([0-9]{1,4}D|T[0-9]{1,4}[HMS]|[0-9]{1,4}DT[0-9]{1,4}H)$",
          "email", "^[a-zA-Z0-9_]{1,32}(\\.[a-zA-Z0-9_]{1,16})?@[a-z0-9]{1,30}\\.[a-z]{2,6}$",
          "uuid", "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
          "ipv4",
              "^(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])(\\.(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])){3}$",
          "hostname", "^[a-z0-9]{1,30}(\\.[a-z0-9]{1,20})?$");

  private final JsonGrammar json;
  private final Object root;
  private final Map<String, Node.Rule> references = new HashMap<>();

  SchemaCompiler(JsonGrammar json, Object root) {
    this.json = json;
    this.root = root;
  }

  Node compile() {
    return schema(root, "#", 0);
  }

  private Node schema(@Nullable Object schema, String path, int depth) {
    if (depth > MAX_DEPTH) {
      throw new SchemaException("The schema is nested more than " + MAX_DEPTH + " deep");
    }
    if (Boolean.TRUE.equals(schema)) {
      return json.value();
    }
    if (!(schema instanceof Map<?, ?> raw)) {
      throw new SchemaException(
          Boolean.FALSE.equals(schema)
              ? "The schema at " + path + " is false: no value fits it"
              : "The schema at " + path + " is no object");
    }
    Map<String, @Nullable Object> keywords = keywords(raw, path);
    Node node = of(keywords, path, depth);
    return Boolean.TRUE.equals(keywords.get("nullable"))
        ? Node.choice(List.of(node, json.literal("null")))
        : node;
  }

  private static Map<String, @Nullable Object> keywords(Map<?, ?> raw, String path) {
    Map<String, @Nullable Object> keywords = new LinkedHashMap<>();
    Set<String> unknown = new TreeSet<>();
    for (Map.Entry<?, ?> entry : raw.entrySet()) {
      String name = String.valueOf(entry.getKey());
      if (KEYWORDS.contains(name)) {
        keywords.put(name, entry.getValue());
      } else if (!ANNOTATIONS.contains(name) && !name.startsWith("x-")) {
        unknown.add(name);
      }
    }
    if (!unknown.isEmpty()) {
      throw new SchemaException(
          "The schema at %s uses what is not supported: %s"
              .formatted(path, String.join(", ", unknown)));
    }
    if (Boolean.FALSE.equals(keywords.get("uniqueItems"))) {
      keywords.remove("uniqueItems");
    }
    if (keywords.containsKey("uniqueItems")) {
      throw new SchemaException(
          "The schema at " + path + " uses what is not supported: uniqueItems");
    }
    return keywords;
  }

  private Node of(Map<String, @Nullable Object> keywords, String path, int depth) {
    for (String alone : List.of("$ref", "anyOf", "allOf")) {
      if (keywords.containsKey(alone)) {
        Set<String> others = new TreeSet<>(keywords.keySet());
        others.removeAll(Set.of(alone, "nullable"));
        if (!others.isEmpty()) {
          throw new SchemaException(
              "The schema at %s combines %s with %s, which is not supported"
                  .formatted(path, alone, String.join(", ", others)));
        }
      }
    }
    if (keywords.containsKey("$ref")) {
      return reference(keywords.get("$ref"), path);
    }
    if (keywords.containsKey("anyOf")) {
      return alternatives(keywords.get("anyOf"), path + "/anyOf", depth);
    }
    if (keywords.containsKey("allOf")) {
      if (!(keywords.get("allOf") instanceof List<?> parts) || parts.size() != 1) {
        throw new SchemaException(
            "The schema at "
                + path
                + " uses allOf with other than one part, which is not supported");
      }
      return schema(parts.getFirst(), path + "/allOf/0", depth + 1);
    }
    if (keywords.containsKey("const")) {
      return json.literal(JsonLiteral.of(keywords.get("const")));
    }
    if (keywords.containsKey("enum")) {
      if (!(keywords.get("enum") instanceof List<?> values) || values.isEmpty()) {
        throw new SchemaException("The enum at " + path + " has no values");
      }
      return Node.choice(
          values.stream().<Node>map(value -> json.literal(JsonLiteral.of(value))).toList());
    }
    List<Node> forms = new ArrayList<>();
    for (String type : types(keywords, path)) {
      forms.add(typed(type, keywords, path, depth));
    }
    return forms.isEmpty() ? json.value() : Node.choice(forms);
  }

  private static List<String> types(Map<String, @Nullable Object> keywords, String path) {
    Object type = keywords.get("type");
    if (type instanceof String one) {
      return List.of(one);
    }
    if (type instanceof List<?> several && !several.isEmpty()) {
      return several.stream().map(String::valueOf).toList();
    }
    if (type != null) {
      throw new SchemaException("The type at " + path + " is neither a name nor a list of names");
    }
    if (has(keywords, "properties", "required", "additionalProperties")) {
      return List.of("object");
    }
    if (has(keywords, "items", "minItems", "maxItems")) {
      return List.of("array");
    }
    if (has(keywords, "pattern", "format", "minLength", "maxLength")) {
      return List.of("string");
    }
    if (has(keywords, "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")) {
      return List.of("number");
    }
    return List.of();
  }

  private static boolean has(Map<String, @Nullable Object> keywords, String... names) {
    return List.of(names).stream().anyMatch(keywords::containsKey);
  }

  private Node typed(String type, Map<String, @Nullable Object> keywords, String path, int depth) {
    return switch (type) {
      case "object" -> object(keywords, path, depth);
      case "array" -> {
        int min = count(keywords, "minItems", 0, path);
        int max = count(keywords, "maxItems", Integer.MAX_VALUE, path);
        requireOrder(min, max, "minItems and maxItems", path);
        Object items = keywords.get("items");
        yield json.array(
            items == null ? json.value() : schema(items, path + "/items", depth + 1), min, max);
      }
      case "string" -> json.string(stringForm(keywords, path));
      case "integer" -> new Node.Number(numberForm(true, keywords, path));
      case "number" -> new Node.Number(numberForm(false, keywords, path));
      case "boolean" -> json.bool();
      case "null" -> json.literal("null");
      default -> throw new SchemaException("The type " + type + " at " + path + " is unknown");
    };
  }

  private Node object(Map<String, @Nullable Object> keywords, String path, int depth) {
    Map<String, @Nullable Object> properties = new LinkedHashMap<>();
    if (keywords.get("properties") instanceof Map<?, ?> given) {
      given.forEach((name, value) -> properties.put(String.valueOf(name), value));
    } else if (keywords.get("properties") != null) {
      throw new SchemaException("The properties at " + path + " are no object");
    }
    Object additional = keywords.getOrDefault("additionalProperties", true);
    boolean isClosed = Boolean.FALSE.equals(additional);
    List<String> required = new ArrayList<>();
    if (keywords.get("required") instanceof List<?> names) {
      names.forEach(name -> required.add(String.valueOf(name)));
    } else if (keywords.get("required") != null) {
      throw new SchemaException("What is required at " + path + " is no list of names");
    }
    for (String name : required) {
      if (!properties.containsKey(name)) {
        if (isClosed) {
          throw new SchemaException(
              "The schema at " + path + " requires " + name + " but has no such property");
        }
        properties.put(name, additional);
      }
    }
    if (properties.isEmpty()) {
      return isClosed
          ? json.literal("{}")
          : json.map(schema(additional, path + "/additionalProperties", depth + 1));
    }
    List<JsonGrammar.Member> members = new ArrayList<>();
    for (Map.Entry<String, @Nullable Object> property : properties.entrySet()) {
      members.add(
          new JsonGrammar.Member(
              property.getKey(),
              schema(property.getValue(), path + "/properties/" + property.getKey(), depth + 1),
              required.contains(property.getKey())));
    }
    return json.object(members);
  }

  private static StringForm stringForm(Map<String, @Nullable Object> keywords, String path) {
    boolean isCounted = has(keywords, "minLength", "maxLength");
    Object pattern = keywords.get("pattern");
    Object format = keywords.get("format");
    if ((pattern == null ? 0 : 1) + (format == null ? 0 : 1) + (isCounted ? 1 : 0) > 1) {
      throw new SchemaException(
          "The schema at "
              + path
              + " combines pattern, format or lengths of a string, which is not supported");
    }
    if (pattern != null) {
      return new PatternForm(String.valueOf(pattern));
    }
    if (format != null) {
      String expression = FORMATS.get(String.valueOf(format));
      if (expression == null) {
        throw new SchemaException(
            "The schema at " + path + " uses what is not supported: format " + format);
      }
      return new PatternForm(expression);
    }
    if (!isCounted) {
      return StringForm.ANY;
    }
    int min = count(keywords, "minLength", 0, path);
    int max = count(keywords, "maxLength", Integer.MAX_VALUE, path);
    requireOrder(min, max, "minLength and maxLength", path);
    return new StringForm.Counted(min, max);
  }

  private static NumberForm numberForm(
      boolean isInteger, Map<String, @Nullable Object> keywords, String path) {
    BigDecimal low = number(keywords, "minimum", path);
    BigDecimal openLow = number(keywords, "exclusiveMinimum", path);
    BigDecimal high = number(keywords, "maximum", path);
    BigDecimal openHigh = number(keywords, "exclusiveMaximum", path);
    boolean lowIsOpen = openLow != null && (low == null || openLow.compareTo(low) >= 0);
    boolean highIsOpen = openHigh != null && (high == null || openHigh.compareTo(high) <= 0);
    NumberForm form =
        new NumberForm(
            isInteger,
            lowIsOpen ? openLow : low,
            lowIsOpen,
            highIsOpen ? openHigh : high,
            highIsOpen);
    if (form.cost("") >= Node.NEVER) {
      throw new SchemaException("No number of up to 15 digits lies within the bounds at " + path);
    }
    return form;
  }

  private static @Nullable BigDecimal number(
      Map<String, @Nullable Object> keywords, String name, String path) {
    Object value = keywords.get(name);
    if (value == null) {
      return null;
    }
    if (!(value instanceof Number)) {
      throw new SchemaException(name + " at " + path + " is no number");
    }
    BigDecimal number = new BigDecimal(value.toString());
    if (number.precision() > 40 || Math.abs(number.scale()) > 40) {
      throw new SchemaException(name + " at " + path + " has too many digits");
    }
    return number;
  }

  private static int count(
      Map<String, @Nullable Object> keywords, String name, int fallback, String path) {
    Object value = keywords.get(name);
    if (value == null) {
      return fallback;
    }
    if (!(value instanceof Number number)
        || number.doubleValue() != Math.rint(number.doubleValue())
        || number.doubleValue() < 0) {
      throw new SchemaException(name + " at " + path + " is no whole number");
    }
    if (number.doubleValue() > MAX_COUNT) {
      if (fallback == Integer.MAX_VALUE) {
        return MAX_COUNT;
      }
      throw new SchemaException(name + " at " + path + " is more than " + MAX_COUNT);
    }
    return number.intValue();
  }

  private static void requireOrder(int min, int max, String what, String path) {
    if (min > max) {
      throw new SchemaException(what + " at " + path + " contradict each other");
    }
  }

  private Node alternatives(@Nullable Object schemas, String path, int depth) {
    if (!(schemas instanceof List<?> list) || list.isEmpty()) {
      throw new SchemaException("The alternatives at " + path + " are no list or an empty one");
    }
    List<Node> nodes = new ArrayList<>();
    for (int i = 0; i < list.size(); i++) {
      nodes.add(schema(list.get(i), path + "/" + i, depth + 1));
    }
    return Node.choice(nodes);
  }

  private Node reference(@Nullable Object reference, String path) {
    String pointer = String.valueOf(reference);
    Node.Rule known = references.get(pointer);
    if (known != null) {
      return known;
    }
    Node.Rule rule = new Node.Rule();
    references.put(pointer, rule);
    if (!pointer.startsWith("#")) {
      throw new SchemaException(
          "The schema at " + path + " refers to " + pointer + "; only its own parts can be used");
    }
    Object target = root;
    for (String step : pointer.substring(1).split("/", -1)) {
      if (step.isEmpty()) {
        continue;
      }
      String name = decoded(step).replace("~1", "/").replace("~0", "~");
      target =
          switch (target) {
            case Map<?, ?> map when map.containsKey(name) -> map.get(name);
            case List<?> list
                when name.matches("\\d{1,4}") && Integer.parseInt(name) < list.size() ->
                list.get(Integer.parseInt(name));
            case null, default ->
                throw new SchemaException(
                    "The schema at " + path + " refers to " + pointer + ", which is not there");
          };
    }
    rule.set(schema(target, pointer, 0));
    return rule;
  }

  private static String decoded(String step) {
    try {
      return URLDecoder.decode(step.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new SchemaException("The reference to " + step + " is no JSON pointer");
    }
  }
}
