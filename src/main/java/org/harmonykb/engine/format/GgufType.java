package org.harmonykb.engine.format;

import org.jspecify.annotations.Nullable;

/** Kinds of metadata values; the ordinal is the number that the specification gives them. */
public enum GgufType {
  UINT8,
  INT8,
  UINT16,
  INT16,
  UINT32,
  INT32,
  FLOAT32,
  BOOL,
  STRING,
  ARRAY,
  UINT64,
  INT64,
  FLOAT64;

  private static final GgufType[] BY_ID = values();

  int id() {
    return ordinal();
  }

  /** The kind with this number, or null. */
  static @Nullable GgufType byId(int id) {
    return id >= 0 && id < BY_ID.length ? BY_ID[id] : null;
  }

  /**
   * The kind in which to write a value that did not come from a GGUF file. Readers such as
   * llama.cpp take counts as UINT32 and rates as FLOAT32 only.
   *
   * @param value a boxed number, boolean or string, or an array of these; arrays give their
   *     elements' kind
   * @throws IllegalArgumentException if it is anything else
   */
  static GgufType of(Object value) {
    return switch (value) {
      case Boolean _ -> BOOL;
      case Float _, Double _, float[] _ -> FLOAT32;
      case String _, String[] _ -> STRING;
      case Integer i -> i < 0 ? INT32 : UINT32;
      case Long l -> l < 0 ? INT64 : l <= 0xffffffffL ? UINT32 : UINT64;
      case int[] _ -> INT32;
      case long[] _ -> INT64;
      case double[] _ -> FLOAT64;
      default ->
          throw new IllegalArgumentException(
              "GGUF metadata cannot hold a " + value.getClass().getSimpleName());
    };
  }
}
