package org.harmonykb.engine.format;

import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.harmonykb.engine.ModelFormatException;
import org.jspecify.annotations.Nullable;

/**
 * A model's key-value pairs under GGUF's keys. Immutable. A value of another kind than asked for,
 * or a missing one without a default, is a {@link ModelFormatException} that names the key.
 */
public final class ModelMetadata {

  private final Path file;
  private final Map<String, Object> values;
  private final Map<String, GgufType> types;

  ModelMetadata(Path file, Map<String, Object> values) {
    this(file, values, Map.of());
  }

  /**
   * @param types the kinds that the values, or the elements of arrays, have in the file
   */
  ModelMetadata(Path file, Map<String, Object> values, Map<String, GgufType> types) {
    this.file = file;
    this.values = Collections.unmodifiableMap(values);
    this.types = Map.copyOf(types);
  }

  public Path file() {
    return file;
  }

  public Set<String> keys() {
    return values.keySet();
  }

  public boolean has(String key) {
    return values.containsKey(key);
  }

  /** The value as it was read: a boxed number, a boolean, a string, or an array of these. */
  public @Nullable Object raw(String key) {
    return values.get(key);
  }

  /** The kind in which a value, or an array's elements, are written to a file. */
  GgufType type(String key) {
    GgufType type = types.get(key);
    return type != null ? type : GgufType.of(Objects.requireNonNull(values.get(key)));
  }

  public String string(String key) {
    return require(key, String.class);
  }

  public @Nullable String stringOrNull(String key) {
    return has(key) ? string(key) : null;
  }

  public int integer(String key) {
    long value = require(key, Number.class).longValue();
    if (value < 0 || value > Integer.MAX_VALUE) {
      throw broken(key, "is " + value + ", which is out of range");
    }
    return (int) value;
  }

  public int integer(String key, int fallback) {
    return has(key) ? integer(key) : fallback;
  }

  public float number(String key) {
    return require(key, Number.class).floatValue();
  }

  public float number(String key, float fallback) {
    return has(key) ? number(key) : fallback;
  }

  public boolean flag(String key, boolean fallback) {
    return has(key) ? require(key, Boolean.class) : fallback;
  }

  public String[] strings(String key) {
    return require(key, String[].class);
  }

  /** An array of 32-bit integers. */
  public int[] integers(String key) {
    return require(key, int[].class);
  }

  public float[] numbers(String key) {
    return require(key, float[].class);
  }

  private <T> T require(String key, Class<T> kind) {
    Object value = values.get(key);
    if (value == null) {
      throw broken(key, "is missing");
    }
    if (!kind.isInstance(value)) {
      throw broken(
          key, "is a " + value.getClass().getSimpleName() + ", not a " + kind.getSimpleName());
    }
    return kind.cast(value);
  }

  private ModelFormatException broken(String key, String reason) {
    return new ModelFormatException(file, null, "metadata key " + key + " " + reason);
  }
}
