package org.harmonykb.cli;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Reads one JSON text into plain Java values: maps in the order of the text, lists, strings,
 * booleans, null; numbers as {@code Long}, {@code BigInteger} (up to 2^64 - 1) or {@code Double},
 * as Rust's serde_json keeps them apart. Refuses what serde_json refuses: deep nesting, numbers out
 * of range, strings with half a surrogate pair.
 */
final class JsonTree {

  /** Arrays and objects inside each other. */
  private static final int DEEPEST = 127;

  private static final BigInteger LARGEST = BigInteger.TWO.pow(64).subtract(BigInteger.ONE);
  private static final BigInteger SMALLEST = BigInteger.valueOf(Long.MIN_VALUE);

  private JsonTree() {}

  /**
   * @throws tools.jackson.core.JacksonException if this is no JSON
   * @throws IllegalArgumentException if it is refused, or if something follows it
   */
  static @Nullable Object read(String text) {
    try (JsonParser parser = EngineCommand.JSON.createParser(text)) {
      JsonToken first = parser.nextToken();
      if (first == null) {
        throw new IllegalArgumentException("expected value");
      }
      Object value = value(parser, first, 1);
      if (parser.nextToken() != null) {
        throw new IllegalArgumentException("trailing characters");
      }
      return value;
    }
  }

  private static @Nullable Object value(JsonParser parser, JsonToken token, int depth) {
    return switch (token) {
      case START_OBJECT -> object(parser, depth);
      case START_ARRAY -> array(parser, depth);
      case VALUE_STRING -> wellFormed(parser.getString());
      case VALUE_NUMBER_INT -> integer(parser.getString());
      case VALUE_NUMBER_FLOAT -> decimal(parser.getString());
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      default -> throw new IllegalArgumentException("unexpected " + token);
    };
  }

  private static Map<String, @Nullable Object> object(JsonParser parser, int depth) {
    checkDepth(depth);
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = wellFormed(parser.currentName());
      members.put(name, value(parser, parser.nextToken(), depth + 1));
    }
    return Collections.unmodifiableMap(members);
  }

  private static List<@Nullable Object> array(JsonParser parser, int depth) {
    checkDepth(depth);
    List<@Nullable Object> members = new ArrayList<>();
    for (JsonToken token = parser.nextToken();
        token != JsonToken.END_ARRAY;
        token = parser.nextToken()) {
      members.add(value(parser, token, depth + 1));
    }
    return Collections.unmodifiableList(members);
  }

  private static void checkDepth(int depth) {
    if (depth > DEEPEST) {
      throw new IllegalArgumentException("recursion limit exceeded");
    }
  }

  private static Object integer(String text) {
    if (text.equals("-0")) {
      return -0.0;
    }
    BigInteger number = new BigInteger(text);
    if (number.bitLength() < Long.SIZE) {
      return number.longValueExact();
    }
    boolean fits = number.compareTo(SMALLEST) >= 0 && number.compareTo(LARGEST) <= 0;
    return fits ? number : decimal(text);
  }

  private static double decimal(String text) {
    double number = Double.parseDouble(text);
    if (Double.isInfinite(number)) {
      throw new IllegalArgumentException("number out of range");
    }
    return number;
  }

  private static String wellFormed(String text) {
    boolean lone = text.codePoints().anyMatch(c -> c >= 0xD800 && c <= 0xDFFF);
    if (lone) {
      throw new IllegalArgumentException("lone surrogate in a string");
    }
    return text;
  }
}
