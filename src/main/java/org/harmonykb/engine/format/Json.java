package org.harmonykb.engine.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.harmonykb.engine.ModelFormatException;
import org.jspecify.annotations.Nullable;

/**
 * A strict reader of JSON (RFC 8259) for the small files beside weights. Objects become {@link
 * JsonObject}, arrays {@link List}, numbers {@link Long} or {@link Double}, and text, booleans and
 * null themselves. Depth, size and number of values are limited, so that a hostile file costs a few
 * hundred megabytes at most; a name that occurs twice is refused.
 */
final class Json {

  private static final int MAX_DEPTH = 64;

  /** The tokenizer of gpt-oss, the largest file we know, has 28 MB and 1.6 million values. */
  private static final long MAX_BYTES = 256L << 20;

  private static final int MAX_VALUES = 6_000_000;

  private final Path file;
  private final String text;
  private int at;
  private int values;

  private Json(Path file, String text) {
    this.file = file;
    this.text = text;
  }

  /** Reads a file that holds one object. */
  static JsonObject read(Path file) {
    try {
      long size = Files.size(file);
      if (size > MAX_BYTES) {
        throw new ModelFormatException(file, null, "has " + size + " bytes, too many for JSON");
      }
      return parse(file, ByteBuffer.wrap(Files.readAllBytes(file)));
    } catch (IOException e) {
      throw new ModelFormatException(file, null, "cannot be read: " + e.getMessage());
    }
  }

  /** Reads one object out of UTF-8 bytes; the file is named in errors. */
  static JsonObject parse(Path file, ByteBuffer utf8) {
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(utf8).toString();
    } catch (CharacterCodingException e) {
      throw new ModelFormatException(file, null, "is not UTF-8, so it is no JSON");
    }
    Json reader = new Json(file, text);
    Object value = reader.value(0);
    reader.skipSpace();
    if (reader.at < text.length()) {
      throw reader.broken("has something after its end");
    }
    if (!(value instanceof JsonObject object)) {
      throw reader.broken("holds no JSON object");
    }
    return object;
  }

  private @Nullable Object value(int depth) {
    if (depth > MAX_DEPTH) {
      throw broken("is nested too deep");
    }
    if (++values > MAX_VALUES) {
      throw broken("holds too many values");
    }
    skipSpace();
    return switch (peek()) {
      case '{' -> object(depth);
      case '[' -> array(depth);
      case '"' -> string();
      case 't' -> literal("true", Boolean.TRUE);
      case 'f' -> literal("false", Boolean.FALSE);
      case 'n' -> literal("null", null);
      default -> number();
    };
  }

  private JsonObject object(int depth) {
    at++;
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    skipSpace();
    if (peek() == '}') {
      at++;
      return new JsonObject(file, members);
    }
    while (true) {
      skipSpace();
      if (peek() != '"') {
        throw broken("lacks a name");
      }
      String name = string();
      skipSpace();
      expect(':');
      if (members.containsKey(name)) {
        throw broken("has the name " + JsonObject.shortened(name) + " twice");
      }
      members.put(name, value(depth + 1));
      skipSpace();
      if (peek() == ',') {
        at++;
      } else {
        expect('}');
        return new JsonObject(file, members);
      }
    }
  }

  private List<@Nullable Object> array(int depth) {
    at++;
    List<@Nullable Object> elements = new ArrayList<>(2);
    skipSpace();
    if (peek() == ']') {
      at++;
      return elements;
    }
    while (true) {
      elements.add(value(depth + 1));
      skipSpace();
      if (peek() == ',') {
        at++;
      } else {
        expect(']');
        return elements;
      }
    }
  }

  private String string() {
    at++;
    int plain = at;
    while (at < text.length()
        && text.charAt(at) != '"'
        && text.charAt(at) != '\\'
        && text.charAt(at) >= ' ') {
      at++;
    }
    if (peek() == '"') {
      return text.substring(plain, at++);
    }
    StringBuilder out = new StringBuilder(text.substring(plain, at));
    while (peek() != '"') {
      char c = text.charAt(at++);
      if (c < ' ') {
        throw broken("has a control character inside a text");
      }
      out.append(c == '\\' ? escaped() : c);
    }
    at++;
    return out.toString();
  }

  private char escaped() {
    char c = peek();
    at++;
    return switch (c) {
      case '"', '\\', '/' -> c;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> {
        int unit = 0;
        for (int i = 0; i < 4; i++) {
          int digit = Character.digit(peek(), 16);
          if (digit < 0 || peek() > 'f') {
            throw broken("has a bad \\u escape");
          }
          unit = unit << 4 | digit;
          at++;
        }
        yield (char) unit;
      }
      default -> throw broken("has a bad escape");
    };
  }

  private Object number() {
    int start = at;
    if (peek() == '-') {
      at++;
    }
    if (peek() == '0') {
      at++;
    } else {
      digits();
    }
    boolean whole = true;
    if (at < text.length() && text.charAt(at) == '.') {
      whole = false;
      at++;
      digits();
    }
    if (at < text.length() && (text.charAt(at) | 0x20) == 'e') {
      whole = false;
      at++;
      if (peek() == '+' || peek() == '-') {
        at++;
      }
      digits();
    }
    if (at - start > 400) {
      throw broken("has a number of " + (at - start) + " characters");
    }
    String number = text.substring(start, at);
    if (whole && number.length() <= 18) {
      return Long.parseLong(number);
    }
    return Double.parseDouble(number);
  }

  private void digits() {
    int start = at;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      at++;
    }
    if (at == start) {
      throw broken("has something that is no value");
    }
  }

  private @Nullable Object literal(String word, @Nullable Object value) {
    if (!text.startsWith(word, at)) {
      throw broken("has something that is no value");
    }
    at += word.length();
    return value;
  }

  private void skipSpace() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private char peek() {
    if (at >= text.length()) {
      throw broken("ends too early");
    }
    return text.charAt(at);
  }

  private void expect(char c) {
    if (peek() != c) {
      throw broken("lacks a '" + c + "'");
    }
    at++;
  }

  private ModelFormatException broken(String reason) {
    return new ModelFormatException(file, null, reason + " (JSON, at character " + at + ")");
  }
}
