package org.harmonykb.engine.format;

import static java.util.Objects.requireNonNull;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Metadata to be written, in order, each value with its kind. What comes from a GGUF file keeps the
 * kind that it had there. Mutable; used by one thread.
 */
public final class GgufPairs {

  /**
   * A value as {@link ModelMetadata#raw} gives it.
   *
   * @param type the value's kind, or that of an array's elements
   */
  record Value(GgufType type, Object value) {
    boolean isArray() {
      return value.getClass().isArray();
    }
  }

  private final Map<String, Value> values = new LinkedHashMap<>();

  /** A model's metadata, to be changed. */
  public static GgufPairs copyOf(ModelMetadata metadata) {
    return new GgufPairs().putAll(metadata, "");
  }

  /** Adds the keys of another model that begin with a prefix. */
  public GgufPairs putAll(ModelMetadata metadata, String prefix) {
    for (String key : metadata.keys()) {
      if (key.startsWith(prefix)) {
        values.put(key, new Value(metadata.type(key), requireNonNull(metadata.raw(key))));
      }
    }
    return this;
  }

  /**
   * Sets a value; whole numbers are written as UINT32 if they fit, fractions as FLOAT32.
   *
   * @throws IllegalArgumentException if GGUF has no such kind of value
   */
  public GgufPairs put(String key, Object value) {
    return put(key, GgufType.of(value), value);
  }

  /** Sets a value of this kind, or an array whose elements are of this kind. */
  public GgufPairs put(String key, GgufType type, Object value) {
    values.put(key, new Value(type, value));
    return this;
  }

  /** Leaves a key out. */
  public GgufPairs remove(String key) {
    values.remove(key);
    return this;
  }

  Map<String, Value> values() {
    return values;
  }

  /** The alignment of tensors that these pairs ask for, or GGUF's default. */
  int alignment() {
    Value value = values.get("general.alignment");
    return value != null && value.value() instanceof Number number ? number.intValue() : 32;
  }
}
