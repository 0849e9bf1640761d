package org.harmonykb.harmony;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes a JSON Schema as the TypeScript type that gpt-oss was trained to read, with the library's
 * habits: unknown keywords are skipped, strings are not escaped, an object's description stands
 * before its brace.
 */
final class TypeScript {

  private TypeScript() {}

  /**
   * The type of a schema.
   *
   * @param indent what lines of nested types begin with; "" at the top
   */
  static String type(@Nullable Object schema, String indent) {
    if (get(schema, "oneOf") instanceof List<?> variants) {
      StringBuilder out = new StringBuilder();
      for (Object variant : variants) {
        out.append('\n').append(indent).append(" | ");
        out.append(nullableType(variant, indent + "   "));
        List<String> comments = new ArrayList<>();
        if (get(variant, "description") instanceof String description) {
          comments.add(description);
        }
        if (has(variant, "default")) {
          Object value = get(variant, "default");
          // Here alone a default among an enum's values keeps its quotes.
          comments.add("default: " + (isEnum(variant) ? JsonText.of(value) : defaultText(variant)));
        }
        appendComments(comments, out);
      }
      return out.toString();
    }
    Object type = get(schema, "type");
    if (type instanceof List<?> types) {
      List<String> names = new ArrayList<>();
      for (Object name : types) {
        if (name instanceof String text) {
          names.add(text.equals("integer") ? "number" : text);
        }
      }
      return names.isEmpty() ? "any" : String.join(" | ", names);
    }
    if (!(type instanceof String name)) {
      return "any";
    }
    return switch (name) {
      case "object" -> object(schema, indent);
      case "string" -> string(schema);
      case "number", "integer" -> "number";
      case "boolean" -> "boolean";
      case "array" ->
          has(schema, "items") ? type(get(schema, "items"), indent) + "[]" : "Array<any>";
      default -> "any";
    };
  }

  private static String string(@Nullable Object schema) {
    List<String> values = new ArrayList<>();
    if (get(schema, "enum") instanceof List<?> members) {
      for (Object member : members) {
        if (member instanceof String text) {
          values.add("\"" + text + "\"");
        }
      }
    }
    return values.isEmpty() ? "string" : String.join(" | ", values);
  }

  private static String object(@Nullable Object schema, String indent) {
    StringBuilder out = new StringBuilder();
    if (get(schema, "description") instanceof String description) {
      line(indent, "// " + description, out);
    }
    out.append("{\n");
    Set<Object> required = new HashSet<>();
    if (get(schema, "required") instanceof List<?> names) {
      required.addAll(names);
    }
    if (get(schema, "properties") instanceof Map<?, ?> properties) {
      properties.forEach(
          (key, property) -> {
            String name = key + (required.contains(key) ? "" : "?") + ":";
            property(name, property, indent, out);
          });
    }
    return out.append(indent).append('}').toString();
  }

  private static void property(
      String name, @Nullable Object property, String indent, StringBuilder out) {
    if (get(property, "title") instanceof String title) {
      line(indent, "// " + title, out);
      line(indent, "//", out);
    }
    boolean hasOneOf = has(property, "oneOf");
    if (!hasOneOf && get(property, "description") instanceof String description) {
      line(indent, "// " + description, out);
    }
    if (get(property, "examples") instanceof List<?> examples && !examples.isEmpty()) {
      line(indent, "// Examples:", out);
      for (Object example : examples) {
        if (example instanceof String text) {
          line(indent, "// - \"" + text + "\"", out);
        }
      }
    }
    if (get(property, "oneOf") instanceof List<?> variants) {
      oneOfProperty(name, property, variants, indent, out);
      return;
    }
    out.append(indent).append(name).append(' ');
    out.append(nullableType(property, indent + "    ")).append(',');
    if (!hasOneOf && has(property, "default")) {
      out.append(" // default: ").append(defaultText(property));
    }
    out.append('\n');
  }

  private static void oneOfProperty(
      String name, @Nullable Object property, List<?> variants, String indent, StringBuilder out) {
    Object description = get(property, "description");
    boolean describedAbove =
        description instanceof String text
            && (variants.isEmpty() || !text.equals(get(variants.getFirst(), "description")));
    if (describedAbove) {
      line(indent, "// " + description, out);
    }
    if (has(property, "default")) {
      line(indent, "// default: " + defaultText(property), out);
    }
    line(indent, name, out);
    for (int i = 0; i < variants.size(); i++) {
      Object variant = variants.get(i);
      out.append(indent).append(" | ").append(nullableType(variant, indent + "   "));
      List<String> comments = new ArrayList<>();
      if (!(i == 0 && describedAbove)
          && get(variant, "description") instanceof String text
          && !text.equals(description)) {
        comments.add(text);
      }
      if (has(variant, "default")) {
        comments.add("default: " + defaultText(variant));
      }
      appendComments(comments, out);
      out.append('\n');
    }
    line(indent, ",", out);
  }

  private static String nullableType(@Nullable Object schema, String indent) {
    String type = type(schema, indent);
    boolean nullable = Boolean.TRUE.equals(get(schema, "nullable"));
    return nullable && !type.contains("null") ? type + " | null" : type;
  }

  /** A string in quotes, or without if it is one of an enum's; anything else as compact JSON. */
  private static String defaultText(@Nullable Object schema) {
    Object value = get(schema, "default");
    if (value instanceof String text) {
      return isEnum(schema) ? text : "\"" + text + "\"";
    }
    return JsonText.of(value);
  }

  private static boolean isEnum(@Nullable Object schema) {
    return get(schema, "enum") instanceof List<?> members && !members.isEmpty();
  }

  private static void appendComments(List<String> comments, StringBuilder out) {
    if (!comments.isEmpty()) {
      out.append(" // ").append(String.join(" ", comments));
    }
  }

  private static void line(String indent, String text, StringBuilder out) {
    out.append(indent).append(text).append('\n');
  }

  private static @Nullable Object get(@Nullable Object schema, String key) {
    return schema instanceof Map<?, ?> map ? map.get(key) : null;
  }

  private static boolean has(@Nullable Object schema, String key) {
    return schema instanceof Map<?, ?> map && map.containsKey(key);
  }
}
