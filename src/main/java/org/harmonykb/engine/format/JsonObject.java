package org.harmonykb.engine.format;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.harmonykb.engine.ModelFormatException;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object whose members are asked for by name and kind. One of another kind is a {@link
 * ModelFormatException} that names file and member; {@code null} counts as absent. Not changed
 * after reading.
 */
final class JsonObject {

  private final Path file;
  private final Map<String, @Nullable Object> members;

  JsonObject(Path file, Map<String, @Nullable Object> members) {
    this.file = file;
    this.members = members;
  }

  Path file() {
    return file;
  }

  Set<String> names() {
    return members.keySet();
  }

  boolean has(String name) {
    return members.get(name) != null;
  }

  @Nullable Object raw(String name) {
    return members.get(name);
  }

  String string(String name) {
    return require(name, String.class);
  }

  @Nullable String stringOrNull(String name) {
    return has(name) ? string(name) : null;
  }

  /** A whole number that is not negative. */
  int integer(String name) {
    Number value = require(name, Number.class);
    double exact = value.doubleValue();
    if (!(exact >= 0 && exact <= Integer.MAX_VALUE) || exact != Math.rint(exact)) {
      throw broken(name, "is " + value + ", which is out of range");
    }
    return value.intValue();
  }

  int integer(String name, int fallback) {
    return has(name) ? integer(name) : fallback;
  }

  double number(String name) {
    return require(name, Number.class).doubleValue();
  }

  double number(String name, double fallback) {
    return has(name) ? number(name) : fallback;
  }

  boolean flag(String name, boolean fallback) {
    return has(name) ? require(name, Boolean.class) : fallback;
  }

  JsonObject object(String name) {
    return require(name, JsonObject.class);
  }

  @Nullable JsonObject objectOrNull(String name) {
    return has(name) ? object(name) : null;
  }

  List<?> list(String name) {
    return require(name, List.class);
  }

  ModelFormatException broken(String name, String reason) {
    return new ModelFormatException(file, null, shortened(name) + " " + reason);
  }

  /** A name as it may stand in a message, however long it is in the file. */
  static String shortened(String name) {
    return name.length() <= 80 ? name : name.substring(0, 80) + "…";
  }

  private <T> T require(String name, Class<T> kind) {
    Object value = members.get(name);
    if (value == null) {
      throw broken(name, "is missing");
    }
    if (!kind.isInstance(value)) {
      throw broken(
          name, "is a " + value.getClass().getSimpleName() + ", not a " + kind.getSimpleName());
    }
    return kind.cast(value);
  }
}
